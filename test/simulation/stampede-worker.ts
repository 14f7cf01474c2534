import { LIMITS } from '../../broker/limits.ts';
import { idleLoad, type Load, paced } from '../../proto/pacing.ts';

/** What a cell carries, as far as its cost goes. */
export const KINDS = { empty: 0, live: 1, full: 2 } as const;
/** One kind of cell. */
export type Kind = (typeof KINDS)[keyof typeof KINDS];

/**
 * Milliseconds of a broker's worker for one cell by kind (empty, some live records, 800 records of backlog) and for one sync,
 * measured on two cores of a server with SQLite.
 */
const COST_MS = [0.15, 0.35, 7.5] as const;
const SYNC_MS = 5;

/** A cell that was stored: whose, what it carried, and what its answer says. */
export interface Stored {
  readonly hub: number;
  readonly kind: Kind;
  readonly asks: boolean;
  readonly credit: number;
  readonly backlogWaitMs: number;
}

interface Waiting {
  readonly hub: number;
  readonly kind: Kind;
  readonly asks: boolean;
  readonly arrivedMs: number;
}

const BOUNDS = { busyFromMs: LIMITS.busyFromMs, longestWaitMs: LIMITS.backlogWaitMs };

/** One worker of the broker: the real bounds, credit and pacing around a commit that takes time. */
export class StampedeWorker {
  #queue: Waiting[] = [];
  #head = 0;
  #committing = 0;
  #load: Load = idleLoad(LIMITS.backlogCellMs);
  readonly #isPaced: boolean;
  readonly #random: () => number;
  /** Cells that waited at once, at most. */
  longestQueue = 0;
  /** Cells dropped because too many waited. */
  dropped = 0;

  constructor(isPaced: boolean, random: () => number) {
    this.#isPaced = isPaced;
    this.#random = random;
  }

  /** A cell arrives; false when it is dropped. */
  take(hub: number, kind: Kind, asks: boolean, arrivedMs: number): boolean {
    const waiting = this.#queue.length - this.#head;
    if (waiting >= LIMITS.cellsWaiting) {
      this.dropped++;
      return false;
    }
    this.#queue.push({ hub, kind, asks, arrivedMs });
    this.longestQueue = Math.max(this.longestQueue, waiting + 1);
    return true;
  }

  /** Begins the next commit when none is under way and something waits: the instant it will be done, or undefined. */
  begin(nowMs: number): number | undefined {
    const waiting = this.#queue.length - this.#head;
    if (this.#committing > 0 || waiting === 0) return undefined;
    let costMs = 0;
    for (
      ;
      this.#committing < Math.min(waiting, LIMITS.cellsPerCommit) && costMs < LIMITS.commitMs;
      this.#committing++
    ) {
      costMs += COST_MS[(this.#queue[this.#head + this.#committing] as Waiting).kind];
    }
    return nowMs + SYNC_MS + costMs;
  }

  /** The commit is done: every cell of it is answered. */
  finish(nowMs: number, answer: (stored: Stored) => void): void {
    for (; this.#committing > 0; this.#committing--) {
      const { hub, kind, asks, arrivedMs } = this.#queue[this.#head] as Waiting;
      const waiting = this.#queue.length - this.#head;
      this.#head++;
      const cell = {
        nowMs,
        hadBacklog: kind === KINDS.full,
        asks,
        waitedMs: nowMs - arrivedMs,
        workMs: COST_MS[kind],
        drawn: this.#random(),
      };
      const { load, backlogWaitMs } = paced(this.#load, cell, BOUNDS);
      this.#load = load;
      const credit = waiting > LIMITS.scarceAbove ? LIMITS.creditScarce : LIMITS.creditPlenty;
      answer({ hub, kind, asks, credit, backlogWaitMs: this.#isPaced ? backlogWaitMs : 0 });
    }
    if (this.#head > 4096) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }
}
