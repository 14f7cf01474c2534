import { LIMITS } from '../limits.ts';

/** Waits between attempts: between half and all of a time that doubles up to a minute. */
export class Backoff {
  #attempts = 0;

  /** It worked: the next wait is the shortest again. */
  reset(): void {
    this.#attempts = 0;
  }

  /** How long to wait before the next attempt, in milliseconds; `random` is a number in [0, 1). */
  next(random: number = Math.random()): number {
    const bound = Math.min(LIMITS.reconnectMs * 2 ** this.#attempts, LIMITS.reconnectLongestMs);
    this.#attempts = Math.min(this.#attempts + 1, 20);
    return (bound * (1 + random)) / 2;
  }
}
