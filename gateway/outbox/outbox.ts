import { checkRecord } from '../../proto/blocks.ts';
import { CATEGORIES, type Category } from '../../proto/lists.ts';
import type { RunId, Withdrawal } from '../../proto/wire.ts';
import { OUTCOMES } from '../journal/journal.ts';
import { Release } from '../pseudonymize/release.ts';
import type { Operation, Store } from '../store/store.ts';
import { HandedOut } from './handed-out.ts';
import { type KeyChange, Names } from './names.ts';
import { OutboxExit } from './outbox-exit.ts';
import { type Draft, Recent } from './recent.ts';
import { Room } from './room.ts';
import { writeRecord, writeWithdrawal } from './row.ts';
import { Runs } from './runs.ts';
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

/**
 * What waits for the data broker's acknowledgement. Methods that change it return Operations, so that the caller can
 * commit them together with everything else that belongs to the same event, and tells of the outcome (`stored`,
 * `failed`); nothing is deleted but on an acknowledgement, and every sequence that will never be sent becomes a void
 * range, so that no hole stays undeclared.
 */
export class Outbox {
  readonly #store: Store;
  readonly #runs: Runs;
  readonly #names: Names;
  readonly #sequences: Sequences;
  readonly #handedOut: HandedOut;
  readonly #recent = new Recent();
  /** Items whose commit is under way. */
  readonly #drawn = new Map<number, Draft | undefined>();
  /** What waits, for the uplink. */
  readonly exit: OutboxExit;
  /** What may still come in. */
  readonly room: Room;

  private constructor({ store, operator, randomBytes }: OutboxSettings) {
    this.#store = store;
    this.#runs = new Runs(store, operator, randomBytes(RUN_BYTES));
    this.#names = new Names(store, operator);
    this.#sequences = new Sequences(store, operator, this.#runs);
    this.#handedOut = new HandedOut(store, this.#runs);
    this.exit = new OutboxExit({
      store,
      operator,
      runs: this.#runs,
      names: this.#names,
      recent: this.#recent,
      sequences: this.#sequences,
      handedOut: this.#handedOut,
    });
    this.room = new Room(() => this.exit.waiting());
    store.onSettled((position) => {
      this.#recent.settled(position, store);
      this.exit.tablesChanged();
    });
  }

  /** Opens the outbox with a new run; what was committed before is in the tables first. */
  static async open(settings: OutboxSettings): Promise<Outbox> {
    await settings.store.settle();
    return new Outbox(settings);
  }

  /** The run of this process start: 16 hex digits. */
  get run(): RunId {
    return this.#runs.run;
  }

  /** Sequence given to the newest item of this run; 0 before the first. */
  get sequence(): number {
    return this.#sequences.last;
  }

  /**
   * Operations that add a genuine Release, decided at `atMs` (home time): one row, which is the journal's entry and waits in
   * the outbox. Throws TypeError on anything else, RangeError on what no cell can say.
   */
  enqueue(release: Release, atMs: number): Operation[] {
    if (!Release.isGenuine(release)) throw new TypeError('only a Release made by pseudonymize may leave');
    const { agreement, lane, epoch: _, subject: __, ...record } = release.fields();
    checkRecord(record);
    const id = this.#sequences.next();
    const { writeKey, offer } = record;
    const name = this.#names.number({ agreement, writeKey, offer });
    this.#drawn.set(id, { id, name, agreement, lane, record });
    return [
      ...this.#runs.opening(),
      ...this.#names.adding(name),
      ['journal.add', id, atMs, name, ...writeRecord(record, lane)],
    ];
  }

  /** Operations that add a withdrawal for the data broker; it leaves before everything else. */
  enqueueWithdrawal(withdrawal: Withdrawal, agreement: number): Operation[] {
    const id = this.#sequences.next();
    this.#drawn.set(id, undefined);
    return [...this.#runs.opening(), ['erasure.add', id, agreement, writeWithdrawal(withdrawal)]];
  }

  /**
   * Operations that take an agreement's waiting releases out (all, or those of the categories) and declare their
   * sequences void. Commit them together with the consent record. In the journal `outcome` stands for what was never
   * sent; what was sent, and may have arrived, stays `sent`.
   */
  purge(
    agreement: number,
    categories?: readonly Category[],
    outcome: 'withdrawn' | 'replaced' | 'sent' = 'withdrawn',
  ): Operation[] {
    const numbers = categories ? JSON.stringify(categories.map((category) => CATEGORIES[category])) : null;
    return [
      ...this.#handedOut.marks(),
      ['outbox.voidAgreement', agreement, numbers],
      ['journal.purged', agreement, numbers, OUTCOMES[outcome]],
    ];
  }

  /** Operations that give an agreement's waiting releases the write keys of its new ordinal. */
  rekey(agreement: number, changes: readonly KeyChange[]): Operation[] {
    return this.#names.rekey(agreement, changes);
  }

  /** To be called with the operations of a commit and the position at which it became durable. */
  stored(operations: readonly Operation[], position: number): void {
    for (const [statement, id] of operations) {
      if (statement !== 'journal.add' && statement !== 'erasure.add') continue;
      const draft = this.#drawn.get(Number(id));
      if (!this.#drawn.delete(Number(id))) continue;
      this.#runs.stored();
      if (draft) this.#names.stored(draft.name);
      if (draft) this.#recent.add(draft, position);
      this.exit.added(Number(id));
    }
  }

  /** To be called with the operations of a commit that was rejected: their sequences become void. */
  failed(operations: readonly Operation[]): void {
    const ids = operations
      .filter(([statement]) => statement === 'journal.add' || statement === 'erasure.add')
      .map(([, id]) => Number(id))
      .filter((id) => this.#drawn.delete(id));
    const owed = operations.filter(([statement]) => statement === 'outbox.voidUnused');
    if (ids.length + owed.length > 0) this.#sequences.unused(ids, owed);
  }

  /** Commits operations of this outbox together with others; `stored` or `failed` follows by itself. */
  async commit(operations: readonly Operation[]): Promise<void> {
    try {
      this.stored(operations, await this.#store.commit(operations));
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
    this.#handedOut.settle();
    await this.#sequences.settle();
  }

  /** Rows and withdrawals waiting for acknowledgement. */
  waiting(): number {
    return this.exit.waiting();
  }
}
