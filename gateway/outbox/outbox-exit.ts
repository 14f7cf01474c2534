import type { Interval, Range, Receipt, RunId, RunIntervals } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';
import type { Operation, Store } from '../store/store.ts';
import type { HandedOut } from './handed-out.ts';
import {
  answers,
  LANE_NUMBERS,
  type OutboxLane,
  type OutboxRow,
  type Part,
  partNumber,
  readRow,
  type StoredRow,
} from './row.ts';
import type { Sequences } from './sequences.ts';

/**
 * The outbox as the uplink sees it: what waits, and what an answer of the data broker does to it. Methods that change it
 * return Operations, to be committed together with everything else the answer means.
 */
export class OutboxExit {
  readonly #store: Store;
  readonly #operator: number;
  readonly #sequences: Sequences;
  readonly #handedOut: HandedOut;

  constructor(store: Store, operator: number, sequences: Sequences, handedOut: HandedOut) {
    this.#store = store;
    this.#operator = operator;
    this.#sequences = sequences;
    this.#handedOut = handedOut;
  }

  /**
   * Waiting rows of a lane in the order they were enqueued, after a row id (0 for the first), at most `limit`, without
   * those of `except`. Rows of an agreement whose ordinal is not confirmed on disk are never among them.
   */
  pending(lane: OutboxLane, afterId: number, limit: number, except: readonly Part[] = []): OutboxRow[] {
    const numbers = JSON.stringify(except.map(partNumber));
    return this.#store
      .all<StoredRow>('outbox.pending', this.#operator, LANE_NUMBERS[lane], afterId, limit, numbers)
      .map(readRow);
  }

  /** The id of the newest row on disk; 0 when there is none. */
  newest(): number {
    return this.#store.get<{ id: number | null }>('outbox.newest')?.id ?? 0;
  }

  /** Notes, in the turn of the write, that these rows and void ranges go to the socket. */
  handOut(rows: readonly OutboxRow[], voids: readonly Range[]): void {
    const records = rows.filter((row) => 'record' in row).map(({ id }) => id);
    this.#handedOut.note(records, voids);
  }

  /** Void ranges not yet acknowledged, at most `limit`. */
  voids(limit: number): Range[] {
    return this.#store
      .all<{ run: Buffer; first: number; count: number }>('outbox.voids', this.#operator, limit)
      .map(({ run, first, count }) => ({ run: run.toString('hex'), first, count, void: true }));
  }

  /** Operations that delete the records and void ranges the data broker acknowledged in a run; withdrawals stay. */
  acknowledged({ run, intervals }: RunIntervals): Operation[] {
    const bytes = Buffer.from(run, 'hex');
    return intervals.flatMap(({ first, last }) => [
      ['outbox.journalProvided', this.#operator, bytes, first, last] as const,
      ...this.#handedOut.arrived(run, { first, last }),
      ['outbox.deleteInterval', this.#operator, bytes, first, last] as const,
      ['outbox.deleteVoids', this.#operator, bytes, first, last] as const,
    ]);
  }

  /** How many records the acknowledgement of these intervals will delete. */
  countIn({ run, intervals }: RunIntervals): number {
    const bytes = Buffer.from(run, 'hex');
    const count = ({ first, last }: Interval) =>
      this.#store.get<{ count: number }>('outbox.countInterval', this.#operator, bytes, first, last)?.count ?? 0;
    return intervals.reduce((sum, interval) => sum + count(interval), 0);
  }

  /** Operations that delete the withdrawals a receipt answers; its signature was verified by the caller. */
  receipted(receipt: Receipt): Operation[] {
    return this.pending('control', 0, LIMITS.composeRows)
      .filter((row) => 'withdrawal' in row && answers(receipt, row.withdrawal))
      .map(({ id }) => ['outbox.deleteRow', this.#operator, id]);
  }

  /**
   * Operations for rows that will not be sent again, declared void: `withheld` when their live check failed,
   * `quarantined` when the data broker cannot read them.
   */
  dropped(ids: readonly number[], outcome: 'withheld' | 'quarantined'): Operation[] {
    if (ids.length === 0) return [];
    const drops = ids.flatMap((id): Operation[] => [
      ['outbox.journalDropped', this.#operator, id, outcome],
      ['outbox.voidRow', this.#operator, id],
      ['outbox.deleteRow', this.#operator, id],
    ]);
    return [...this.#handedOut.marks(), ...drops];
  }

  /** Whether this hub has anything of a run: a row, a void range or a journal entry. Nothing else is believed of a run. */
  knows(run: RunId): boolean {
    if (run === this.#sequences.run) return true;
    return this.#store.get('outbox.knowsRun', this.#operator, Buffer.from(run, 'hex')) !== undefined;
  }

  /** Operations that declare void what the data broker misses in an older run and this hub does not hold either. */
  voidMissing(run: RunId, hole: Interval): Operation[] {
    return this.#sequences.missing(run, hole);
  }
}
