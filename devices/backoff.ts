import { LIMITS, type Limits } from './limits.ts';

/** Waits between attempts: between half and all of a time that doubles up to a minute, so that hubs do not knock in step. */
export class Backoff {
  readonly #limits: Pick<Limits, 'reconnectMs' | 'reconnectLongestMs'>;
  #attempts = 0;

  constructor(limits: Pick<Limits, 'reconnectMs' | 'reconnectLongestMs'> = LIMITS) {
    this.#limits = limits;
  }

  /** It worked: the next wait is the shortest again. */
  reset(): void {
    this.#attempts = 0;
  }

  /** How long to wait before the next attempt, in milliseconds; `random` is a number in [0, 1). */
  next(random: number = Math.random()): number {
    const bound = Math.min(this.#limits.reconnectMs * 2 ** this.#attempts, this.#limits.reconnectLongestMs);
    this.#attempts = Math.min(this.#attempts + 1, 20);
    return (bound * (1 + random)) / 2;
  }
}
