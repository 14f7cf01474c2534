import type { Moment } from '../consent/grant.ts';

/** The machine's clocks, passed in: wall time and monotonic time in milliseconds. */
export interface MachineClock {
  wallMs(): number;
  monotonicMs(): number;
}

/** Home time as a straight line over real time; only the demonstration and replay run faster than 1. */
export interface Scale {
  readonly originRealMs: number;
  readonly originHomeMs: number;
  readonly speed: number;
}

const REAL: Scale = { originRealMs: 0, originHomeMs: 0, speed: 1 };

/** No clock of a machine that runs this release can honestly be earlier than this. */
const EARLIEST_HONEST_MS = Date.UTC(2026, 0, 1);

/** How far an untrusted clock may lag, in milliseconds: expiry is judged this much later. A hub that was off for longer needs the time first. */
const UNTRUSTED_LAG_MS = 31 * 86_400_000;

/** A wall clock this far behind the stored floor is not believed; less than that is an ordinary correction. */
const TOLERANCE_MS = 60_000;

/**
 * Home time. It never runs backwards: while the wall clock is behind the stored floor, time is floor plus monotonic time
 * and marked as estimated.
 */
export class HomeClock {
  readonly #machine: MachineClock;
  readonly #scale: Scale;
  readonly #startMonotonicMs: number;
  readonly #startFloorMs: number;
  readonly #zone: Intl.DateTimeFormat;
  #latestMs: number;
  #zoneQuarter = Number.NaN;
  #zoneOffsetS = 0;

  constructor(machine: MachineClock, options: { floorMs: number; timeZone: string; scale?: Scale | undefined }) {
    this.#machine = machine;
    this.#scale = options.scale ?? REAL;
    this.#startMonotonicMs = machine.monotonicMs();
    this.#startFloorMs = options.floorMs;
    this.#latestMs = options.floorMs;
    this.#zone = new Intl.DateTimeFormat('en-US', {
      timeZone: options.timeZone,
      timeZoneName: 'longOffset',
      year: 'numeric',
    });
    this.timeZone = options.timeZone;
  }

  /** IANA name of the home's time zone. */
  readonly timeZone: string;

  /** Home seconds per real second. */
  get speed(): number {
    return this.#scale.speed;
  }

  /** Home time now in milliseconds, and whether it is only an estimate. */
  now(): { ms: number; estimated: boolean } {
    const elapsedMs = (this.#machine.monotonicMs() - this.#startMonotonicMs) * this.#scale.speed;
    const floorMs = this.#startFloorMs + elapsedMs;
    const wallMs = this.#fromReal(this.#machine.wallMs());
    // A wall clock that leapt ahead and was set back is behind what was said already: home time waits for it, estimated.
    const leastMs = Math.max(floorMs, this.#latestMs) - TOLERANCE_MS * this.#scale.speed;
    const trusted = wallMs >= EARLIEST_HONEST_MS && wallMs >= leastMs;
    const ms = Math.floor(trusted ? wallMs : floorMs);
    this.#latestMs = Math.max(this.#latestMs, ms);
    return { ms: this.#latestMs, estimated: !trusted };
  }

  /** The moment a decision is made for. */
  moment(): Moment {
    const { ms, estimated } = this.now();
    const minuteOfDay = Math.floor((((ms / 1000 + this.offsetS(ms)) % 86_400) + 86_400) % 86_400) / 60;
    return { nowMs: ms, minuteOfDay: Math.floor(minuteOfDay), trusted: !estimated, laterByMs: UNTRUSTED_LAG_MS };
  }

  /** Seconds to add to UTC for the home's local time at an instant; cached by the quarter of an hour, in which no zone changes twice. */
  offsetS = (atMs: number): number => {
    const quarter = Math.floor(atMs / 900_000);
    if (quarter === this.#zoneQuarter) return this.#zoneOffsetS;
    const name =
      this.#zone.formatToParts(quarter * 900_000).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(name);
    const seconds = match ? Number(match[2]) * 3600 + Number(match[3]) * 60 : 0;
    this.#zoneOffsetS = match?.[1] === '-' ? -seconds : seconds;
    this.#zoneQuarter = quarter;
    return this.#zoneOffsetS;
  };

  #fromReal(realMs: number): number {
    const { originRealMs, originHomeMs, speed } = this.#scale;
    return originHomeMs + (realMs - originRealMs) * speed;
  }
}
