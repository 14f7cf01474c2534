const FINE_MS = 100;
const FINE_STEP_MS = 0.01;
const COARSE_MS = 60_000;
const FINE_BUCKETS = FINE_MS / FINE_STEP_MS;

/** Times in milliseconds in a fixed amount of memory: 0.01 ms apart up to 100 ms, 1 ms apart up to a minute. */
export class Histogram {
  readonly #buckets = new Uint32Array(FINE_BUCKETS + COARSE_MS);
  #count = 0;
  #highestMs = 0;

  /** Adds one time. */
  add(ms: number): void {
    const bucket =
      ms < FINE_MS ? Math.floor(ms / FINE_STEP_MS) : FINE_BUCKETS + Math.floor(Math.min(ms, COARSE_MS - 1));
    this.#buckets[Math.max(0, bucket)] = (this.#buckets[Math.max(0, bucket)] ?? 0) + 1;
    this.#count += 1;
    if (ms > this.#highestMs) this.#highestMs = ms;
  }

  /** Forgets everything. */
  clear(): void {
    this.#buckets.fill(0);
    this.#count = 0;
    this.#highestMs = 0;
  }

  get count(): number {
    return this.#count;
  }

  /** The time below which this share (0 to 1) lies; NaN when nothing was added. */
  quantile(share: number): number {
    if (this.#count === 0) return Number.NaN;
    let left = Math.ceil(this.#count * share);
    for (let bucket = 0; bucket < this.#buckets.length; bucket += 1) {
      left -= this.#buckets[bucket] ?? 0;
      if (left <= 0) return bucket < FINE_BUCKETS ? (bucket + 1) * FINE_STEP_MS : bucket - FINE_BUCKETS + 1;
    }
    return this.#highestMs;
  }

  get highestMs(): number {
    return this.#highestMs;
  }
}
