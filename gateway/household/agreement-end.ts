import { CATEGORIES, CATEGORIES_NEVER_LEAVING, type Category } from '../../proto/lists.ts';
import type { Withdrawal } from '../../proto/wire.ts';
import { ConsentBook } from '../consent/consent-book.ts';
import type { ConsentIndex } from '../consent/consent-index.ts';
import { type ConsentRecord, grantOf } from '../consent/consent-record.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { HomeKeys } from '../pseudonymize/home-keys.ts';
import type { Operation } from '../store/store.ts';
import type { Agreement } from './agreements.ts';

/** Every category that can leave a home at all. */
const LEAVING = (Object.keys(CATEGORIES) as Category[]).filter((one) => !CATEGORIES_NEVER_LEAVING.includes(one));

/** What an agreement spoke of; where the book cannot be read, everything that could have left under it. */
export function categoriesOf(book: ConsentBook, agreement: Agreement): Category[] {
  if (book.fault !== undefined) return LEAVING;
  const records = book.all().filter((one) => one.agreement === agreement.id);
  return records.map((one) => one.process.piiType);
}

/** The records that permit something now. */
export function standingIn(book: ConsentBook, index: ConsentIndex): ConsentRecord[] {
  return book.all().filter((one) => index.of(one.agreement, one.process.piiType) && grantOf(one));
}

/** The records that end an agreement's categories by withdrawal. */
export function endingsOf(
  book: ConsentBook,
  agreement: Agreement,
  categories: readonly Category[],
  nowMs: number,
): ConsentRecord[] {
  const standing = categories.flatMap((category) => book.standing(agreement.id, category));
  const isOpen = (record: ConsentRecord) => grantOf(record) || record.event.state === 'ConsentInvalidated';
  return standing.filter(isOpen).map((record) => ConsentBook.ended(record, 'ConsentWithdrawn', nowMs));
}

/** The (key epoch, subject) pairs that were used under an agreement; keys of the set are `agreement|epoch|subject`. */
export function usedUnder(agreement: number, used: ReadonlySet<string>): { epoch: number; subject: number }[] {
  return [...used].flatMap((key) => {
    const [id, epoch, subject] = key.split('|').map(Number);
    return id === agreement && epoch !== undefined && subject !== undefined ? [{ epoch, subject }] : [];
  });
}

/** What the broker must be asked to erase so that nothing of these categories is left of an agreement; nothing has left under an unconfirmed one. */
export function erasuresOf(
  agreement: Agreement,
  categories: readonly Category[],
  used: ReadonlySet<string>,
  keys: HomeKeys,
): { agreement: number; withdrawal: Withdrawal }[] {
  if (!agreement.confirmed || categories.length === 0) return [];
  return usedUnder(agreement.id, used).map(({ epoch, subject }) => ({
    agreement: agreement.id,
    withdrawal: {
      eraseKey: keys.eraseKey(agreement.ordinal, epoch, subject).toString('hex'),
      categories: [...categories],
    },
  }));
}

/** Operations that take an agreement's categories out of the outbox and out of the windows that are filling. */
export function discarding(
  outbox: Outbox,
  agreement: Agreement,
  categories: readonly Category[],
  why?: 'replaced',
): Operation[] {
  if (categories.length === 0) return [];
  const windows = categories.map((category): Operation => ['window.forgetCategory', agreement.id, category]);
  return [...outbox.purge(agreement.id, categories, why), ...windows];
}
