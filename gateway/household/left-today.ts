import { firstSince } from '../journal/first-since.ts';
import type { Store } from '../store/store.ts';

/** How many records have left for each offer since midnight (home time): read once from the journal, then counted along. */
export class LeftToday {
  readonly #startOfDay: () => number;
  #dayMs: number;
  #counts: Map<string, number>;

  /** `startOfDay` is the last midnight, in milliseconds. */
  constructor(store: Store, startOfDay: () => number) {
    this.#startOfDay = startOfDay;
    this.#dayMs = startOfDay();
    const rows = store.all<{ slug: string; count: number }>('journal.since', firstSince(store, this.#dayMs));
    this.#counts = new Map(rows.map(({ slug, count }) => [slug, count]));
  }

  /** Counts a record that is on disk. */
  add(offer: string): void {
    this.#counts.set(offer, this.of(offer) + 1);
  }

  /** Records for an offer since midnight. */
  of(offer: string): number {
    const dayMs = this.#startOfDay();
    if (dayMs !== this.#dayMs) this.#counts = new Map();
    this.#dayMs = dayMs;
    return this.#counts.get(offer) ?? 0;
  }
}
