import type { Store } from '../store/store.ts';

/**
 * An id behind everything the journal has of before an instant (milliseconds, home time) and not behind what came at or
 * after it, by bisection: entries are in the order of their time, and an index over years of them would cost more than it gives.
 */
export function firstSince(store: Store, atMs: number): number {
  let low = 0;
  let high = (store.get<{ id: number }>('item.highest')?.id ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = store.get<{ id: number; at_ms: number }>('journal.from', middle);
    if (!found || found.id >= high || found.at_ms >= atMs) high = middle;
    else low = found.id + 1;
  }
  return low;
}
