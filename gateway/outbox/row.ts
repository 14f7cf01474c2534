import type { Item } from '../../proto/hub-item.ts';
import { pseudonym, writeKey } from '../../proto/keys.ts';
import {
  CATEGORIES,
  type Category,
  categoryOf,
  type Lane,
  PROPERTIES,
  propertyOf,
  QUANTITIES,
  quantityOf,
} from '../../proto/lists.ts';
import type { Lease, Receipt, WireRecord, Withdrawal } from '../../proto/wire.ts';
import type { Value } from '../store/store.ts';
import type { Name } from './names.ts';
import type { Place } from './runs.ts';

/** The lanes' numbers in the table; never reused. */
export const LANE_NUMBERS: Readonly<Record<Lane, number>> = { shaped: 0, prompt: 1 };

/** One waiting record, ready for the link, with the agreement (row of `agreement`) it belongs to. */
export type OutboxRow = Extract<Item, { record: WireRecord }> & { readonly agreement: number };

/** One waiting withdrawal, ready for the link. */
export type ErasureRow = Extract<Item, { withdrawal: Withdrawal }> & { readonly agreement: number };

/** One lease on its way, kept in memory only, with the agreement (row of `agreement`) it belongs to. */
export type LeaseRow = Extract<Item, { lease: Lease }> & { readonly agreement: number };

/** What consent decides on as one: a category under an agreement (row of `agreement`). */
export interface Part {
  readonly agreement: number;
  readonly category: Category;
}

/** A part as one number, as `outbox.pending` compares it. */
export function partNumber({ agreement, category }: Part): number {
  return agreement * 256 + CATEGORIES[category];
}

/** A waiting row of the journal as SQLite returns it. */
export interface StoredRow {
  readonly id: number;
  readonly lane: number;
  readonly name: number;
  readonly category: number;
  readonly property: number;
  readonly quantity: number;
  readonly time_s: number;
  readonly window_s: number;
  readonly value: number;
  readonly observed: number;
  readonly estimated: number;
}

const LANE_NAMES = new Map((Object.keys(LANE_NUMBERS) as Lane[]).map((name) => [LANE_NUMBERS[name], name]));
const ERASE_KEY_BYTES = 32;

/** The row in the words of the wire; throws when a number is on none of the closed lists (a damaged table). */
export function readRow(stored: StoredRow, place: Place & { readonly ordinal: number }, name: Name): OutboxRow {
  const { agreement, writeKey, offer } = name;
  const record: WireRecord = {
    writeKey,
    offer,
    category: known(categoryOf(stored.category)),
    property: known(propertyOf(stored.property)),
    quantity: known(quantityOf(stored.quantity)),
    timeS: stored.time_s,
    windowS: stored.window_s,
    value: stored.value,
    observedPermille: stored.observed,
    estimatedTime: stored.estimated === 1,
  };
  return { id: stored.id, ...place, agreement, lane: known(LANE_NAMES.get(stored.lane)), record };
}

/** A record as the journal stores it, after id, time and name in `journal.add`. */
export function writeRecord(record: WireRecord, lane: Lane): Value[] {
  return [
    CATEGORIES[record.category],
    PROPERTIES[record.property],
    QUANTITIES[record.quantity].wire,
    record.timeS,
    record.windowS,
    record.value,
    record.observedPermille,
    record.estimatedTime ? 1 : 0,
    LANE_NUMBERS[lane],
  ];
}

/** A withdrawal as stored: the erase key's 32 bytes, then one byte for each category. */
export function writeWithdrawal(withdrawal: Withdrawal): Buffer {
  const key = Buffer.from(withdrawal.eraseKey, 'hex');
  if (key.length !== ERASE_KEY_BYTES) throw new TypeError('an erase key is 64 hexadecimal digits');
  return Buffer.concat([key, Buffer.from(withdrawal.categories.map((category) => CATEGORIES[category]))]);
}

/** A stored withdrawal in the words of the wire; throws on a damaged table. */
export function readWithdrawal(bytes: Buffer): Withdrawal {
  const categories: Category[] = [...bytes.subarray(ERASE_KEY_BYTES)].map((number) => known(categoryOf(number)));
  return { eraseKey: bytes.subarray(0, ERASE_KEY_BYTES).toString('hex'), categories };
}

function known<Name>(name: Name | undefined): Name {
  if (name === undefined) throw new Error('a row of the outbox holds something that is on no closed list');
  return name;
}

/** Whether a receipt answers a withdrawal: the same name, the same categories. */
export function answers(receipt: Receipt, { eraseKey, categories }: Withdrawal): boolean {
  if (receipt.categories.length !== categories.length) return false;
  if (!categories.every((category) => receipt.categories.includes(category))) return false;
  return pseudonym(writeKey(Buffer.from(eraseKey, 'hex'))).toString('hex') === receipt.pseudonym;
}
