import type { Moment } from '../consent/grant.ts';
import type { Bounds } from '../minimize/window.ts';
import { type MachineClock, TimeLine } from './time-line.ts';
import { bareMark, type TimeMark, writeTimeMark } from './time-mark.ts';
import type { Voucher } from './voucher.ts';
import { zoneOffset } from './zone-offset.ts';

/** Home time as a straight line over real time; only the demonstration and replay run faster than 1. */
export interface Scale {
  readonly originRealMs: number;
  readonly originHomeMs: number;
  readonly speed: number;
}

/** What a home's clock starts from. */
export interface HomeClockSettings {
  /** What was stored of home time; without it, a floor in milliseconds, if there is one. */
  readonly mark?: TimeMark | undefined;
  readonly floorMs?: number | undefined;
  readonly timeZone: string;
  readonly scale?: Scale | undefined;
  /** Name of the machine's present start, if the system says one. */
  readonly boot?: string | undefined;
  /** Who vouches for the wall clock until `hear` says otherwise. */
  readonly voucher?: Voucher;
}

const REAL: Scale = { originRealMs: 0, originHomeMs: 0, speed: 1 };

const MINUTE_MS = 60_000;

/**
 * Home time. It runs backwards only where `hear` says so; the wall clock is believed when somebody vouches for it, and
 * otherwise time is what was last vouched for plus monotonic time, marked as estimated (docs/decisions/0007-time.md).
 */
export class HomeClock {
  readonly #line: TimeLine;
  readonly #scale: Scale;
  readonly #boot: string | undefined;
  readonly #isScaled: boolean;

  constructor(machine: MachineClock, settings: HomeClockSettings) {
    const { scale, timeZone, boot, mark, floorMs = mark?.floorMs ?? 0 } = settings;
    this.#scale = scale ?? REAL;
    this.#boot = boot;
    this.#isScaled = scale !== undefined;
    const floor = floorMs > 0 ? bareMark(this.#toReal(floorMs)) : undefined;
    const voucher = this.#isScaled ? 'script' : (settings.voucher ?? 'unknown');
    this.#line = new TimeLine(machine, voucher, this.#isScaled ? floor : (mark ?? floor), boot);
    this.timeZone = timeZone;
    this.offsetS = zoneOffset(timeZone);
  }

  /** IANA name of the home's time zone. */
  readonly timeZone: string;

  /** Seconds to add to UTC for the home's local time at an instant in milliseconds. */
  readonly offsetS: (atMs: number) => number;

  /** Home seconds per real second. */
  get speed(): number {
    return this.#scale.speed;
  }

  /** Home time now in milliseconds, and whether it is only an estimate. */
  now(): { ms: number; estimated: boolean } {
    const { ms, trusted } = this.#line.now();
    return { ms: Math.floor(this.#fromReal(ms)), estimated: !trusted };
  }

  /** The moment a decision is made for. */
  moment(): Moment {
    const known = this.#line.now();
    const nowMs = Math.floor(this.#fromReal(known.ms));
    const offByMs = known.offByMs * this.#scale.speed;
    return {
      nowMs,
      minuteOfDay: this.#minuteOfDay(nowMs),
      // Where the clocks change within what the time may be off by, the hour of the day is not known.
      trusted: known.trusted && this.offsetS(nowMs - offByMs) === this.offsetS(nowMs + offByMs),
      laterByMs: known.laterByMs * this.#scale.speed,
      offByMs,
    };
  }

  /**
   * Hears who vouches for the wall clock; returns by how many milliseconds home time came back to an earlier one, 0 if it
   * did not. When it did, the windows that are filling must come back with it in the same turn.
   */
  hear(voucher: Voucher): number {
    return this.#isScaled ? 0 : this.#line.hear(voucher);
  }

  /** Stretches of home time, newest first, that windows must not tell again after home time came back; none if it never did. */
  get told(): readonly Bounds[] {
    return this.#line.told;
  }

  /** What is to be stored of home time, for `readTimeMark` at the next start. */
  toStore(): string {
    return writeTimeMark(this.#isScaled ? bareMark(this.now().ms) : this.#line.mark(this.#boot));
  }

  #minuteOfDay(ms: number): number {
    const localMinutes = Math.floor((ms + this.offsetS(ms) * 1000) / MINUTE_MS);
    return ((localMinutes % 1440) + 1440) % 1440;
  }

  #fromReal(realMs: number): number {
    const { originRealMs, originHomeMs, speed } = this.#scale;
    return originHomeMs + (realMs - originRealMs) * speed;
  }

  #toReal(homeMs: number): number {
    const { originRealMs, originHomeMs, speed } = this.#scale;
    return originRealMs + (homeMs - originHomeMs) / speed;
  }
}
