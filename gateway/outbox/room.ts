import type { Category } from '../../proto/lists.ts';
import { LIMITS } from '../limits.ts';

/** The one kind of data that may be thinned: a curve with fewer points is still a curve, a lost door is lost. */
export const THINNED: readonly Category[] = ['power.total', 'power.appliance'];

/**
 * What a full outbox still takes. Below `LIMITS.outboxRows` everything; above, the oldest power makes room and the reserve is
 * for everything else; once that is used up the intake stops acknowledging, so that devices keep what they have.
 */
export class Room {
  readonly #waiting: () => number;

  /** `waiting` tells how many rows wait. */
  constructor(waiting: () => number) {
    this.#waiting = waiting;
  }

  /** Whether nothing at all may come in: the intake then stops acknowledging. */
  get isFull(): boolean {
    return this.#waiting() >= LIMITS.outboxRows + LIMITS.outboxReserveRows;
  }

  /** Whether a release of a category may come in; one of power that may not is counted and never stored. */
  admits(category: Category): boolean {
    // Thinning makes room in steps; up to one step of power is taken in meanwhile.
    return !THINNED.includes(category) || this.#waiting() < LIMITS.outboxRows + LIMITS.thinRows;
  }

  /** How many of the oldest power rows must go to make room. */
  get excess(): number {
    return this.#waiting() < LIMITS.outboxRows ? 0 : LIMITS.thinRows;
  }
}
