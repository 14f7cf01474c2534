import { Intervals } from '../../proto/intervals.ts';
import type { Interval, Range, RunId } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';
import type { Operation, Store } from '../store/store.ts';
import { gapsIn, rangesOf } from './ranges.ts';
import type { Runs } from './runs.ts';

/**
 * The sequences of this process's run, one for each item. A sequence that was drawn and never stored, or that an older
 * run misses, is declared void, so that no hole stays undeclared.
 */
export class Sequences {
  readonly #store: Store;
  readonly #operator: number;
  readonly #runs: Runs;
  #last = 0;
  /** Sequences of older runs that were looked at: each is held or declared since. */
  readonly #judged = new Map<RunId, Intervals>();
  #owed: Operation[] = [];
  #settling: Promise<void> | undefined;

  constructor(store: Store, operator: number, runs: Runs) {
    this.#store = store;
    this.#operator = operator;
    this.#runs = runs;
  }

  /** The newest sequence given out; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** The id of the next item. */
  next(): number {
    this.#last += 1;
    return this.#runs.base + this.#last;
  }

  /** Takes ids whose commit was rejected: their sequences were never durable and become void, now or at the next `settle`. */
  unused(ids: readonly number[], owed: readonly Operation[]): void {
    const ranges = rangesOf(ids.map((id) => id - this.#runs.base));
    this.#owed.push(...owed, ...ranges.map((range) => this.#void(this.#runs.run, range)));
    void this.settle();
  }

  /** Commits the void ranges that rejected commits left behind; resolves when done or when the store refused again. */
  async settle(): Promise<void> {
    if (this.#settling) return this.#settling;
    if (this.#owed.length === 0) return;
    const owed = this.#owed;
    this.#owed = [];
    this.#settling = this.#store.commit(owed).then(
      () => undefined,
      () => void this.#owed.push(...owed),
    );
    await this.#settling;
    this.#settling = undefined;
  }

  /**
   * Operations that declare void what the data broker misses in an older run and this hub does not hold either. In the
   * run of this process every hole is either still on its way to the disk or declared already: nothing is returned.
   */
  missing(run: RunId, hole: Interval, voids: readonly Range[]): Operation[] {
    const base = this.#runs.id(run, 0);
    if (run === this.#runs.run || base === undefined) return [];
    const judged = this.#judged.get(run) ?? Intervals.fromArray([]);
    this.#judged.set(run, judged);
    const [open] = gapsIn(hole, judged.toArray());
    if (!open) return [];
    const ids = this.#runs.idsIn(run, open);
    const limit = LIMITS.composeRows;
    const rows = ids ? this.#store.all<{ id: number }>('outbox.idsIn', ids.first, ids.last, limit) : [];
    // A long backlog is looked at a piece at a time, one for each answer.
    const last = rows.length < limit ? open.last : (rows.at(-1)?.id ?? 0) - base;
    judged.add(open.first, last - open.first + 1);
    const known = [
      ...rows.map(({ id }) => ({ first: id - base, last: id - base })),
      ...voids
        .filter((range) => range.run === run)
        .map((range) => ({ first: range.first, last: range.first + range.count - 1 })),
    ];
    return gapsIn({ first: open.first, last }, known).map((gap) => this.#void(run, gap));
  }

  #void(run: RunId, { first, last }: Interval): Operation {
    // Of an older run the tables hold everything there is: what is not among its own ids was never stored.
    const id = run === this.#runs.run ? this.#runs.base + first : null;
    return ['outbox.voidUnused', this.#operator, Buffer.from(run, 'hex'), first, last - first + 1, id];
  }
}
