const MW_MS_PER_MWH = 3_600_000;

/** The first day whose consumption the counters of a home know: 2026-01-01. */
const INSTALLED_DAY = 20_454;

/** More energy than anything behind a socket needs in a day, and than a home does, in milliwatt-hours. */
export const MOST_PER_DAY_MWH = { plug: 24_000_000, meter: 120_000_000 } as const;

/**
 * What a counter shows on a day: more for every day since it was installed than a day can need, so that it never runs
 * backwards when a run starts anew.
 */
export function countedBefore(day: number, mostPerDayMwh: number): number {
  return Math.max(1, day - INSTALLED_DAY) * mostPerDayMwh;
}

/** The energy that flowed: milliwatt-hours in whole numbers, nothing lost between two readings. */
export class EnergyCounter {
  #powerMw = 0;
  #energyMwh = 0;
  #remainderMwMs = 0;
  #nowMs = Number.NEGATIVE_INFINITY;

  /** Sets the counter, before it counts. */
  begin(energyMwh: number): void {
    this.#energyMwh = energyMwh;
  }

  /** Milliwatts that flow since the last change. */
  get powerMw(): number {
    return this.#powerMw;
  }

  /** Milliwatt-hours up to the last instant it was told of. */
  get energyMwh(): number {
    return this.#energyMwh;
  }

  /** From an instant on so much flows; an instant before the last one counts as that one. */
  flow(atMs: number, powerMw: number): void {
    this.advance(atMs);
    this.#powerMw = powerMw;
  }

  /** Counts up to an instant; the first one only begins. */
  advance(toMs: number): void {
    if (toMs > this.#nowMs) {
      const passedMs = this.#nowMs === Number.NEGATIVE_INFINITY ? 0 : toMs - this.#nowMs;
      const spentMwMs = this.#remainderMwMs + this.#powerMw * passedMs;
      this.#energyMwh += Math.floor(spentMwMs / MW_MS_PER_MWH);
      this.#remainderMwMs = spentMwMs % MW_MS_PER_MWH;
      this.#nowMs = toMs;
    }
  }
}
