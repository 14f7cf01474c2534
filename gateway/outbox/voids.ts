import type { Interval, Range, RunId } from '../../proto/wire.ts';
import type { Store } from '../store/store.ts';

/** The void ranges that are not acknowledged yet, read from the tables when those changed and kept in memory between. */
export class Voids {
  readonly #store: Store;
  readonly #operator: number;
  #ranges: Range[] | undefined;

  constructor(store: Store, operator: number) {
    this.#store = store;
    this.#operator = operator;
  }

  /** Every void range, by run and sequence. */
  all(): readonly Range[] {
    this.#ranges ??= this.#store
      .all<{ run: Buffer; first: number; count: number }>('outbox.voids', this.#operator)
      .map(({ run, first, count }) => ({ run: run.toString('hex'), first, count, void: true }));
    return this.#ranges;
  }

  /**
   * Takes out those that lie wholly inside acknowledged sequences; returns whether there were any. What the tables still
   * show of them is declared again, which does nothing.
   */
  acknowledge(run: RunId, { first, last }: Interval): boolean {
    const isIn = (range: Range) => range.run === run && range.first >= first && range.first + range.count - 1 <= last;
    const left = this.all().filter((range) => !isIn(range));
    const hasGone = left.length < this.all().length;
    if (hasGone) this.#ranges = left;
    return hasGone;
  }

  /** The tables may hold others now. */
  tablesChanged(): void {
    this.#ranges = undefined;
  }
}
