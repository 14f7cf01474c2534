import { Intervals } from '../../proto/intervals.ts';
import type { Interval, Range } from '../../proto/wire.ts';
import type { Operation, Store } from '../store/store.ts';
import { gapsIn, rangesOf } from './ranges.ts';
import type { Runs } from './runs.ts';

/**
 * What this process wrote to the socket: rows, which may be with the recipient from then on, and void ranges, which the
 * data broker may acknowledge from then on. The journal learns of the rows later, with the next change that needs it.
 */
export class HandedOut {
  readonly #store: Store;
  readonly #runs: Runs;
  /** Ids written and neither answered nor marked. */
  readonly #rows = new Set<number>();
  readonly #voids = Intervals.fromArray([]);

  constructor(store: Store, runs: Runs) {
    this.#store = store;
    this.#runs = runs;
  }

  /** Notes rows (by id) and void ranges that are being written to the socket. */
  note(rows: readonly number[], voids: readonly Range[]): void {
    for (const id of rows) this.#rows.add(id);
    for (const { run, first, count } of voids) if (run === this.#runs.run) this.#voids.add(first, count);
  }

  /** Ids that were answered need no mark. */
  answered({ first, last }: Interval): void {
    for (const id of this.#rows) if (first <= id && id <= last) this.#rows.delete(id);
  }

  /** Operations that mark the noted rows in the journal as sent; to be committed before they are taken out. */
  marks(): Operation[] {
    return rangesOf([...this.#rows]).map(({ first, last }) => ['journal.sent', first, last]);
  }

  /** The part of an acknowledged interval (sequences) of this run in which no void range was written: what arrived there is a row. */
  proven(interval: Interval): Interval[] {
    return gapsIn(interval, this.#voids.toArray());
  }

  /** Marks what has had no answer yet; it costs no sync of its own. */
  settle(): void {
    const marks = this.marks();
    this.#rows.clear();
    if (marks.length > 0) this.#store.later(marks);
  }
}
