import { Intervals } from '../../proto/intervals.ts';
import type { Interval, Range, RunId } from '../../proto/wire.ts';
import type { Operation, Store } from '../store/store.ts';
import { gapsIn } from './ranges.ts';

/**
 * What this process wrote to the socket: rows, which may be with the recipient from then on, and void ranges, which the
 * data broker may acknowledge from then on. The journal learns of the rows later, with the next change that needs it.
 */
export class HandedOut {
  readonly #store: Store;
  readonly #operator: number;
  readonly #run: RunId;
  readonly #rows = new Set<number>();
  readonly #voids = Intervals.fromArray([]);
  #settling: Promise<void> | undefined;

  constructor(store: Store, operator: number, run: RunId) {
    this.#store = store;
    this.#operator = operator;
    this.#run = run;
  }

  /** Notes rows (by id) and void ranges that are being written to the socket. */
  note(rows: readonly number[], voids: readonly Range[]): void {
    for (const id of rows) this.#rows.add(id);
    for (const { run, first, count } of voids) if (run === this.#run) this.#voids.add(first, count);
  }

  /** Operations that mark the noted rows in the journal as sent; to be committed before they are taken out. */
  marks(): Operation[] {
    if (this.#rows.size === 0) return [];
    return [['outbox.journalSent', this.#operator, JSON.stringify([...this.#rows])]];
  }

  /**
   * Operations for an acknowledged interval that mark in the journal what arrived although its row is gone. Only where
   * no void range was written: of an older run that is not known, and an acknowledgement may then be the void range's.
   */
  arrived(run: RunId, interval: Interval): Operation[] {
    if (run !== this.#run) return [];
    const bytes = Buffer.from(run, 'hex');
    const proven = gapsIn(interval, this.#voids.toArray());
    return proven.map(({ first, last }) => ['outbox.journalArrived', this.#operator, bytes, first, last]);
  }

  /** Commits the marks of what has had no answer yet; resolves when done or when the store refused. */
  async settle(): Promise<void> {
    if (this.#settling) return this.#settling;
    if (this.#rows.size === 0) return;
    const rows = [...this.#rows];
    this.#settling = this.#mark(rows).then(
      () => {
        for (const id of rows) this.#rows.delete(id);
      },
      () => undefined,
    );
    await this.#settling;
    this.#settling = undefined;
  }

  async #mark(rows: readonly number[]): Promise<void> {
    const place = [this.#operator, JSON.stringify(rows)] as const;
    const unmarked = this.#store.get<{ count: number }>('outbox.unmarked', ...place)?.count ?? 0;
    if (unmarked > 0) await this.#store.commit([['outbox.journalSent', ...place]]);
  }
}
