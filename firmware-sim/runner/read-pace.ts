import { type ClockOrigin, readClock, readSpeed } from './clock.ts';
import { check, fail } from './read-words.ts';

/** What the command line says about the home's pace. */
interface Pace {
  readonly clock?: string | undefined;
  readonly speed?: string | undefined;
  readonly realtime?: boolean | undefined;
}

/** The home's clock: shared with another program, or from `homeMs` on at a speed, which is `usual` where no option says it. */
export function readOrigin(
  { clock, speed, realtime = false }: Pace,
  usual: number | undefined,
  homeMs: number,
  nowMs: number,
): ClockOrigin {
  check(!realtime || speed === undefined, '--realtime means --speed 1; leave --realtime or --speed out');
  if (clock !== undefined) {
    check(speed === undefined, '--clock already holds a speed; leave --speed out');
    check(!realtime, '--clock already holds a speed; leave --realtime out');
    const origin = readClock(clock);
    return origin.ok ? origin.origin : fail(origin.reason);
  }
  const pace = readSpeed(realtime ? '1' : (speed ?? String(usual ?? 1)), '--speed');
  return pace.ok ? { originRealMs: nowMs, originHomeMs: homeMs, speed: pace.speed } : fail(pace.reason);
}
