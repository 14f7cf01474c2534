import type { Flight } from './flights.ts';
import type { Answered, Item } from './hub-item.ts';
import type { RefusalReason } from './wire.ts';

const UNREADABLE: readonly RefusalReason[] = ['field', 'enumeration', 'malformed'];

/** What becomes of the items of an answered cell that were not taken: free again, perhaps in smaller company, or quarantined. */
export interface Unread {
  readonly freed: number[];
  readonly quarantined: Answered['quarantined'];
  /** In how large a company the freed items may travel from now on. */
  readonly atMost?: number;
}

/** A cell the broker could not read is halved until the one unreadable item is alone: a record is then quarantined, a withdrawal or lease never. */
export function unread(flight: Flight, left: readonly Item[], reason: RefusalReason | undefined): Unread {
  const freed = left.map(({ id }) => id);
  if (reason === undefined || !UNREADABLE.includes(reason)) return { freed, quarantined: [] };
  const isAlone = flight.items.length === 1 && flight.body.ranges.every((range) => !range.void);
  const isRecord = left.some((item) => 'record' in item);
  if (isAlone && isRecord) return { freed: [], quarantined: freed.map((id) => ({ id, reason })) };
  return { freed, quarantined: [], atMost: Math.ceil(left.length / 2) };
}
