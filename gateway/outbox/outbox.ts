import { checkRecord } from '../../proto/blocks.ts';
import { CATEGORIES, type Category } from '../../proto/lists.ts';
import type { Interval, Range, Receipt, RunId, RunIntervals, Withdrawal } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';
import { Release } from '../pseudonymize/release.ts';
import type { Operation, Store } from '../store/store.ts';
import { HandedOut } from './handed-out.ts';
import {
  answers,
  LANE_NUMBERS,
  type OutboxLane,
  type OutboxRow,
  type Part,
  partNumber,
  readRow,
  type StoredRow,
  writeRecord,
  writeWithdrawal,
} from './row.ts';
import { Sequences } from './sequences.ts';

const RUN_BYTES = 8;

/** A change to be committed, as the methods of the outbox return it. */
export type Change = Operation;

/** What the outbox is given: the store it reads, the operator it belongs to (row of `operator`), and randomness. */
export interface OutboxSettings {
  readonly store: Store;
  readonly operator: number;
  readonly randomBytes: (count: number) => Buffer;
}

/** Old and new write key (32 hex digits each) of one (key epoch, subject) of an agreement that gets a new ordinal. */
export interface KeyChange {
  readonly from: string;
  readonly to: string;
}

/**
 * What waits for the data broker's acknowledgement. Methods that change it return Operations, so that the caller can
 * commit them together with everything else that belongs to the same event; nothing is deleted but on `acknowledged`,
 * and every sequence that will never be sent becomes a void range, so that no hole stays undeclared.
 */
export class Outbox {
  readonly #store: Store;
  readonly #operator: number;
  readonly #sequences: Sequences;
  readonly #handedOut: HandedOut;
  #waiting: number;

  constructor({ store, operator, randomBytes }: OutboxSettings) {
    this.#store = store;
    this.#operator = operator;
    this.#sequences = new Sequences(store, operator, randomBytes(RUN_BYTES));
    this.#handedOut = new HandedOut(store, operator, this.run);
    this.#waiting = this.waiting();
  }

  /** The run of this process start: 16 hex digits. */
  get run(): RunId {
    return this.#sequences.run;
  }

  /** Sequence given to the newest item of this run; 0 before the first. The journal names an item by (run, sequence). */
  get sequence(): number {
    return this.#sequences.last;
  }

  /** Operation that adds a genuine Release, under its own agreement and lane. Throws TypeError on anything else, RangeError on what no cell can say. */
  enqueue(release: Release): Operation[] {
    if (!Release.isGenuine(release)) throw new TypeError('only a Release made by pseudonymize may leave');
    const { agreement, lane, ...record } = release.fields();
    checkRecord(record);
    const place = [this.#operator, this.#sequences.runBytes, this.#next(), LANE_NUMBERS[lane], agreement] as const;
    return [['outbox.add', ...place, ...writeRecord(record)]];
  }

  /** Operation that adds a withdrawal for the data broker; it leaves before everything else. */
  enqueueWithdrawal(withdrawal: Withdrawal, agreement: number): Operation[] {
    const place = [this.#operator, this.#sequences.runBytes, this.#next(), LANE_NUMBERS.control, agreement] as const;
    return [['outbox.addWithdrawal', ...place, writeWithdrawal(withdrawal)]];
  }

  /**
   * Operations that take an agreement's waiting releases out (all, or those of the categories) and declare their
   * sequences void. Commit them together with the consent record. In the journal `outcome` stands for what was never
   * sent; what was sent, and may have arrived, stays `sent`.
   */
  purge(
    agreement: number,
    categories?: readonly Category[],
    outcome: 'withdrawn' | 'replaced' = 'withdrawn',
  ): Operation[] {
    const numbers = categories ? JSON.stringify(categories.map((category) => CATEGORIES[category])) : null;
    return [
      ...this.#handedOut.marks(),
      ['outbox.journalPurged', this.#operator, agreement, numbers, outcome],
      ['outbox.voidAgreement', this.#operator, agreement, numbers],
      ['outbox.deleteAgreement', this.#operator, agreement, numbers],
    ];
  }

  /** Operations that give an agreement's waiting releases the write keys of its new ordinal. */
  rekey(agreement: number, changes: readonly KeyChange[]): Operation[] {
    return changes.map(({ from, to }) => [
      'outbox.rekey',
      this.#operator,
      agreement,
      Buffer.from(from, 'hex'),
      Buffer.from(to, 'hex'),
    ]);
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
    if (run === this.run) return true;
    return this.#store.get('outbox.knowsRun', this.#operator, Buffer.from(run, 'hex')) !== undefined;
  }

  /** Operations that declare void what the data broker misses in an older run and this hub does not hold either. */
  voidMissing(run: RunId, hole: Interval): Operation[] {
    return this.#sequences.missing(run, hole);
  }

  /** To be called with the operations of a commit that was rejected: their sequences become void. */
  failed(operations: readonly Operation[]): void {
    this.#sequences.unused(operations);
  }

  /** Commits operations of this outbox together with others; when nothing of them was stored, `failed` follows by itself. */
  async commit(operations: readonly Operation[]): Promise<void> {
    try {
      await this.#store.commit(operations);
    } catch (error) {
      this.failed(operations);
      throw error;
    }
  }

  /**
   * Commits the void ranges that failed commits left behind, and marks in the journal what was sent and has no answer
   * yet; resolves when done or when the store refused again.
   */
  async settle(): Promise<void> {
    await Promise.all([this.#sequences.settle(), this.#handedOut.settle()]);
  }

  /** Whether the outbox holds as many rows as it may (LIMITS.outboxRows); the intake then stops acknowledging. */
  isFull(): boolean {
    if (this.#waiting < LIMITS.outboxRows) return false;
    this.#waiting = this.waiting();
    return this.#waiting >= LIMITS.outboxRows;
  }

  /** Rows waiting for acknowledgement. */
  waiting(): number {
    return this.#store.get<{ count: number }>('outbox.count', this.#operator)?.count ?? 0;
  }

  #next(): number {
    this.#waiting += 1;
    return this.#sequences.next();
  }
}
