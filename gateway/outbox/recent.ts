import { Intervals } from '../../proto/intervals.ts';
import type { Lane } from '../../proto/lists.ts';
import type { Interval, WireRecord } from '../../proto/wire.ts';
import type { Store } from '../store/store.ts';
import { gapsIn } from './ranges.ts';
import { type Part, partNumber } from './row.ts';

/** A release on its way into the tables. */
export interface Draft {
  readonly id: number;
  readonly name: number;
  readonly agreement: number;
  readonly lane: Lane;
  readonly record: WireRecord;
}

/** Which rows are asked for: of one lane, with ids above `after` and up to `upTo`, without those that `skip` names. */
export interface Wanted {
  readonly lane: Lane;
  readonly after: number;
  readonly upTo: number;
  readonly limit: number;
  readonly except: readonly Part[];
  readonly skip: (id: number) => boolean;
}

/**
 * What was committed and is not in the tables yet, and what was acknowledged and is still in them: together with the
 * tables this is what waits. On a link that is up an item is acknowledged before it ever reaches a table.
 */
export class Recent {
  /** In the order of their ids, which is the order of their commits. */
  readonly #rows = new Map<number, Draft & { readonly position: number }>();
  /** Ids acknowledged that the tables may not show as such yet. */
  #acknowledged = Intervals.fromArray([]);
  /** The highest position at which one of them became durable. */
  #reach = 0;
  #settledAt = 0;

  /** Takes in a row that is on disk at a position of the store, unless the tables hold it already. */
  add(draft: Draft, position: number): void {
    if (position > this.#settledAt) this.#rows.set(draft.id, { ...draft, position });
  }

  /** Everything up to a position is in the tables now. */
  settled(position: number, store: Store): void {
    this.#settledAt = Math.max(this.#settledAt, position);
    for (const { id, position: at } of this.#rows.values()) {
      if (at > position) break;
      this.#rows.delete(id);
    }
    // One settling comes in pieces, and an acknowledgement may still be queued: only the tables tell whether they hold it.
    if (this.#reach > position || this.hidden(store) > 0) return;
    this.#acknowledged = Intervals.fromArray([]);
  }

  /** Takes out what was acknowledged (ids); returns how many rows it took from here. The tables are read past it from now on. */
  acknowledge(interval: Interval): number {
    this.#acknowledged.add(interval.first, interval.last - interval.first + 1);
    let taken = 0;
    if (interval.last - interval.first < this.#rows.size) {
      for (let id = interval.first; id <= interval.last; id += 1) taken += this.#take(id);
      return taken;
    }
    for (const id of this.#rows.keys()) if (covers(interval, id)) taken += this.#take(id);
    return taken;
  }

  #take(id: number): 0 | 1 {
    const row = this.#rows.get(id);
    if (!row) return 0;
    this.#reach = Math.max(this.#reach, row.position);
    this.#rows.delete(id);
    return 1;
  }

  /** The end of the acknowledged ids that begin right behind this one; itself when none do. */
  past(id: number): number {
    return this.#acknowledged.within(id + 1, 1)[0]?.last ?? id;
  }

  /** Whether a row of the tables is acknowledged already. */
  isAcknowledged(id: number): boolean {
    return this.#acknowledged.has(id);
  }

  /** How many waiting rows of the tables lie in an interval of ids and are not acknowledged yet. */
  unacknowledgedIn(store: Store, { first, last }: Interval): number {
    const fresh = gapsIn({ first, last }, this.#acknowledged.toArray());
    return fresh.reduce((sum, gap) => sum + countIn(store, gap), 0);
  }

  /** How many rows that wait by the tables are acknowledged. */
  hidden(store: Store): number {
    return this.#acknowledged.toArray().reduce((sum, interval) => sum + countIn(store, interval), 0);
  }

  /** Rows that are not in the tables yet, oldest first. */
  pending({ lane, after, upTo, limit, except, skip }: Wanted): Draft[] {
    const found: Draft[] = [];
    const excluded = new Set(except.map(partNumber));
    for (const row of this.#rows.values()) {
      if (found.length >= limit || row.id > upTo) break;
      if (row.lane !== lane || row.id <= after || skip(row.id)) continue;
      const part = { agreement: row.agreement, category: row.record.category };
      if (excluded.size === 0 || !excluded.has(partNumber(part))) found.push(row);
    }
    return found;
  }

  /** How many rows are not in the tables yet. */
  get size(): number {
    return this.#rows.size;
  }
}

function countIn(store: Store, { first, last }: Interval): number {
  return store.get<{ count: number }>('outbox.countIn', first, last)?.count ?? 0;
}

function covers({ first, last }: Interval, id: number): boolean {
  return first <= id && id <= last;
}
