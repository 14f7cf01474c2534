import { LIMITS } from '../limits.ts';

/**
 * How long to wait before the next connection: drawn evenly between nothing and a bound (full jitter), so that hubs which
 * lost their broker in the same moment do not come back in the same moment. The bound doubles with every failure, and begins
 * with the time over which the broker wants its hubs spread.
 */
export class Backoff {
  readonly #random: () => number;
  #failures = 0;
  #spreadMs: number = LIMITS.reconnectMinMs;

  /** `random` gives numbers from 0 up to 1. */
  constructor(random: () => number) {
    this.#random = random;
  }

  /** The broker wants the hubs that lose it together back within so many milliseconds; at most LIMITS.reconnectMaxMs counts. */
  spread(spreadMs: number): void {
    this.#spreadMs = Math.min(Math.max(spreadMs, LIMITS.reconnectMinMs), LIMITS.reconnectMaxMs);
  }

  /** The data broker answered: the next wait is drawn below the first bound again. */
  answered(): void {
    this.#failures = 0;
  }

  /** A connection failed or was lost: the wait before the next, in milliseconds. */
  next(): number {
    const boundMs = Math.min(LIMITS.reconnectMaxMs, this.#spreadMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return this.#random() * boundMs;
  }
}
