import { LIMITS } from '../limits.ts';

/** One instant in real and in home time, and how many home seconds pass in a real one. */
export interface ClockOrigin {
  readonly originRealMs: number;
  readonly originHomeMs: number;
  readonly speed: number;
}

/** The home's time: home = originHome + (real - originReal) x speed. */
export interface HomeClock {
  /** Home time in milliseconds. */
  homeMs(): number;
  /** Resolves when the home's time has come to `homeMs`, or at once when `signal` is aborted. */
  until(homeMs: number, signal: AbortSignal): Promise<void>;
}

const DAY_MS = 86_400_000;

/** When a run ends that began at `startMs`; one without an end does so when numbers do. */
export function endOf(
  { untilMs, days }: { readonly untilMs: number | undefined; readonly days: number | undefined },
  startMs: number,
): number {
  const untilDays = days === undefined ? Number.MAX_SAFE_INTEGER : startMs + days * DAY_MS;
  return Math.min(untilMs ?? Number.MAX_SAFE_INTEGER, untilDays);
}

/** Whether a run has an end of its own, beside that of its file. */
export function hasEnd({ untilMs, days }: Parameters<typeof endOf>[0]): boolean {
  return untilMs !== undefined || days !== undefined;
}

/** Makes a home clock; `realMs` is the machine's clock. */
export function homeClock(origin: ClockOrigin, realMs: () => number): HomeClock {
  const homeMs = (): number => origin.originHomeMs + (realMs() - origin.originRealMs) * origin.speed;
  return {
    homeMs,
    async until(targetMs, signal) {
      let waitMs = (targetMs - homeMs()) / origin.speed;
      while (waitMs > 0 && !signal.aborted) {
        await pause(Math.min(Math.ceil(waitMs), LIMITS.longestWaitMs), signal);
        waitMs = (targetMs - homeMs()) / origin.speed;
      }
    },
  };
}

function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    signal.addEventListener('abort', done);
  });
}

/** Reads `ORIGIN_REAL_MS:ORIGIN_HOME_MS:SPEED`. */
export function readClock(text: string): { ok: true; origin: ClockOrigin } | { ok: false; reason: string } {
  const [realText, homeText, speedText, ...rest] = text.split(':');
  const instant = /^\d{1,15}$/;
  if (rest.length > 0 || !instant.test(realText ?? '') || !instant.test(homeText ?? '')) {
    return {
      ok: false,
      reason: '--clock takes ORIGIN_REAL_MS:ORIGIN_HOME_MS:SPEED, two instants in milliseconds and a number',
    };
  }
  const speed = readSpeed(speedText ?? '', '--clock');
  return speed.ok
    ? { ok: true, origin: { originRealMs: Number(realText), originHomeMs: Number(homeText), speed: speed.speed } }
    : speed;
}

/** Reads how many home seconds pass in a real one; `option` names it in the reason. */
export function readSpeed(text: string, option: string): { ok: true; speed: number } | { ok: false; reason: string } {
  const speed = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return speed > 0 && speed <= LIMITS.speedMost
    ? { ok: true, speed }
    : { ok: false, reason: `${option} takes a speed above 0 and up to ${LIMITS.speedMost}, for example 60` };
}
