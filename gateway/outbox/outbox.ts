import { checkRecord } from '../../proto/blocks.ts';
import { CATEGORIES, type Category } from '../../proto/lists.ts';
import type { RunId, Withdrawal } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';
import { Release } from '../pseudonymize/release.ts';
import type { Operation, Store } from '../store/store.ts';
import { HandedOut } from './handed-out.ts';
import { OutboxExit } from './outbox-exit.ts';
import { LANE_NUMBERS, writeRecord, writeWithdrawal } from './row.ts';
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
 * commit them together with everything else that belongs to the same event; nothing is deleted but on an
 * acknowledgement, and every sequence that will never be sent becomes a void range, so that no hole stays undeclared.
 */
export class Outbox {
  readonly #store: Store;
  readonly #operator: number;
  readonly #sequences: Sequences;
  readonly #handedOut: HandedOut;
  /** What waits, for the uplink. */
  readonly exit: OutboxExit;
  #waiting: number;

  constructor({ store, operator, randomBytes }: OutboxSettings) {
    this.#store = store;
    this.#operator = operator;
    this.#sequences = new Sequences(store, operator, randomBytes(RUN_BYTES));
    this.#handedOut = new HandedOut(store, operator, this.run);
    this.exit = new OutboxExit(store, operator, this.#sequences, this.#handedOut);
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
