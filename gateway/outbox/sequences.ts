import type { Interval, RunId } from '../../proto/wire.ts';
import type { Statement } from '../store/statements.ts';
import type { Operation, Store } from '../store/store.ts';
import { gapsIn, rangesOf } from './ranges.ts';

const ADDING: ReadonlySet<Statement> = new Set(['outbox.add', 'outbox.addWithdrawal']);

/**
 * The sequences of this process's run, one for each item. A sequence that was drawn and never stored, or that an older
 * run misses, is declared void, so that no hole stays undeclared.
 */
export class Sequences {
  /** The run of this process start: 16 hex digits drawn at random, durable with the first item enqueued. */
  readonly run: RunId;
  readonly runBytes: Buffer;
  readonly #store: Store;
  readonly #operator: number;
  #last = 0;
  #owed: Operation[] = [];
  #settling: Promise<void> | undefined;

  constructor(store: Store, operator: number, runBytes: Buffer) {
    this.#store = store;
    this.#operator = operator;
    this.runBytes = runBytes;
    this.run = runBytes.toString('hex');
  }

  /** The newest sequence given out; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Gives out the next sequence. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  /** Takes the operations of a commit that was rejected: their sequences were never durable and become void, now or at the next `settle`. */
  unused(operations: readonly Operation[]): void {
    const owed = operations.filter(([statement]) => statement === 'outbox.voidUnused');
    // By the run they were drawn in, which an enrolment meanwhile may have ended.
    const drawn = Map.groupBy(
      operations.filter(([statement, operator]) => ADDING.has(statement) && operator === this.#operator),
      ([, , run]) => (run as Buffer).toString('hex'),
    );
    this.#owed.push(...owed);
    for (const [run, added] of drawn) {
      const ranges = rangesOf(added.map((operation) => Number(operation[3])));
      this.#owed.push(...ranges.map((range) => this.#void(Buffer.from(run, 'hex'), range)));
    }
    void this.settle();
  }

  /** Commits the void ranges that rejected commits left behind; resolves when done or when the store refused again. */
  async settle(): Promise<void> {
    if (this.#settling) return this.#settling;
    if (this.#owed.length === 0) return;
    const owed = this.#owed;
    this.#owed = [];
    this.#settling = this.#store.commit(owed).catch(() => {
      this.#owed.push(...owed);
    });
    await this.#settling;
    this.#settling = undefined;
  }

  /**
   * Operations that declare void what the data broker misses in an older run and this hub does not hold either. In the
   * run of this process every hole is either still on its way to the disk or declared already: nothing is returned.
   */
  missing(run: RunId, hole: Interval): Operation[] {
    if (run === this.run) return [];
    const bytes = Buffer.from(run, 'hex');
    const bounds = [this.#operator, bytes, hole.first, hole.last] as const;
    const rows = this.#store.all<{ seq: number }>('outbox.interval', ...bounds);
    const voids = this.#store.all<{ first: number; count: number }>('outbox.voidsIn', ...bounds);
    const known = [
      ...rows.map(({ seq }) => ({ first: seq, last: seq })),
      ...voids.map(({ first, count }) => ({ first, last: first + count - 1 })),
    ];
    return gapsIn(hole, known).map((gap) => this.#void(bytes, gap));
  }

  #void(run: Buffer, { first, last }: Interval): Operation {
    return ['outbox.voidUnused', this.#operator, run, first, last - first + 1];
  }
}
