import { ConsentBook } from '../consent/consent-book.ts';
import { type ConsentRecord, grantOf } from '../consent/consent-record.ts';
import type { Agreement } from '../household/agreements.ts';

/** The records that suspend what stands under agreements up to an id: nobody knows whether it was taken back since. */
export function suspendingRecords(book: ConsentBook, upTo: number, nowMs: number): ConsentRecord[] {
  return book
    .all()
    .filter((record) => record.agreement <= upTo && grantOf(record))
    .map((record) => ConsentBook.ended(record, 'ConsentInvalidated', nowMs));
}

/** The records of an offer that wait for a resident to say yes again: the newest agreement's, and only if it was suspended. */
export function suspendedUnder(book: ConsentBook, agreements: readonly Agreement[]): ConsentRecord[] {
  const newest = agreements.at(-1);
  if (!newest || newest.closedAtMs === undefined) return [];
  return book.all().filter(({ agreement, event }) => agreement === newest.id && event.state === 'ConsentInvalidated');
}
