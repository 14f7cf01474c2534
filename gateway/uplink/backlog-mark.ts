import { LIMITS } from '../limits.ts';

/**
 * Which rows are backlog: those that waited when a connection came up after an outage. They go after what is live and are
 * marked on the wire. Row ids grow, so one number says it.
 */
export class BacklogMark {
  #upTo = 0;

  /** A connection is up after `outageMs` without one; `newest` is the id of the newest row waiting (0 when none does). */
  up(newest: number, outageMs: number): void {
    if (outageMs >= LIMITS.backlogAfterMs) this.#upTo = Math.max(this.#upTo, newest);
  }

  /** The highest id that is backlog: rows above it are live. */
  get upTo(): number {
    return this.#upTo;
  }

  /** Whether the row with this id is backlog. */
  isBacklog(id: number): boolean {
    return id <= this.#upTo;
  }
}
