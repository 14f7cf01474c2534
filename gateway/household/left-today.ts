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
    // First the count: asking for it may begin a new day, with counts of its own.
    const count = this.of(offer) + 1;
    this.#counts.set(offer, count);
  }

  /** Records for an offer since midnight. */
  of(offer: string): number {
    const dayMs = this.#startOfDay();
    if (dayMs !== this.#dayMs) this.#counts = new Map();
    this.#dayMs = dayMs;
    return this.#counts.get(offer) ?? 0;
  }
}
