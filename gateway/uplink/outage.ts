import { LIMITS } from '../limits.ts';

/** Longer than any hub lies in a drawer: more is a clock's mistake. */
const LONGEST_MS = 366 * 86_400_000;

/**
 * How long the data broker was out of reach, also across restarts of the hub. The hub stores one instant, the last contact; what
 * was still owed of an earlier outage's faster cadence is stored as a contact that lies so much earlier.
 */
export class Outage {
  #storedMs: number | undefined;
  #downSinceMs: number | undefined;
  #isFirst = true;

  /** `storedMs` is what an earlier process stored (`contact`), milliseconds since 1970. */
  constructor(storedMs: number | undefined) {
    this.#storedMs = storedMs;
  }

  /** There is no connection, at `nowMs` of the monotonic clock. */
  down(nowMs: number): void {
    this.#downSinceMs ??= nowMs;
  }

  /**
   * A connection is up: how long there was none, in milliseconds. For the first of a process that is the home's time (`homeMs`,
   * since 1970, never behind its floor) since the stored contact; without one, or when time ran backwards, the time this
   * process tried.
   */
  up(nowMs: number, homeMs: number): number {
    const triedMs = nowMs - (this.#downSinceMs ?? nowMs);
    const sinceMs = homeMs - (this.#storedMs ?? homeMs);
    const storedMs = this.#isFirst && sinceMs > 0 ? Math.min(sinceMs, LONGEST_MS) : 0;
    this.#isFirst = false;
    this.#downSinceMs = undefined;
    return Math.max(triedMs, storedMs);
  }

  /**
   * What to store after an answer: the instant of contact, moved back by the outage that `fastLeftMs` of faster cadence stand for;
   * undefined while what is stored is younger than LIMITS.contactEveryMs (`isLast`: at the end of the process, always).
   */
  contact(homeMs: number, fastLeftMs: number, isLast = false): number | undefined {
    const contactMs = Math.round(homeMs - fastLeftMs / LIMITS.catchUpShare);
    const storedMs = this.#storedMs ?? Number.NEGATIVE_INFINITY;
    const isFresh = contactMs >= storedMs && contactMs - storedMs < LIMITS.contactEveryMs;
    if (isFresh && !isLast) return undefined;
    this.#storedMs = contactMs;
    return contactMs;
  }
}
