import type { Item } from '../../proto/hub-item.ts';
import type { Category, Lane } from '../../proto/lists.ts';
import type { Range, RunId } from '../../proto/wire.ts';
import { namesOf } from './names.ts';

/** One outbox row: a record, or the withdrawal of some categories. */
export type Row = {
  readonly id: number;
  readonly run: RunId;
  readonly seq: number;
  readonly agreement: number;
} & (
  | { readonly lane: Lane; readonly category: Category; readonly value: number }
  | { readonly lane: 'control'; readonly categories: readonly Category[] }
);

/** A lease on its way: the hub keeps it in memory only. */
export interface LeaseItem {
  readonly id: number;
  readonly run: RunId;
  readonly seq: number;
  readonly agreement: number;
  readonly hours: number;
}

/** One yes; `uid` tells it from every other for the checkers, the ordinal is what the protocol knows. */
export interface Agreement {
  readonly uid: number;
  readonly ordinal: number;
  readonly live: readonly Category[];
}

/** What a hub keeps through a crash. All values are immutable, so that an image of it is a shallow copy. */
export class HubDisk {
  rows: readonly Row[] = [];
  voids: readonly Range[] = [];
  agreements: ReadonlyMap<number, Agreement> = new Map();
  nextRowId = 1;
  highestOrdinal = 0;
  confirmedOrdinal = 0;

  /** An older state to roll back to. */
  image(): HubDisk {
    return Object.assign(new HubDisk(), this);
  }
}

const OFFER = 'ab'.repeat(16);

/** The item of a row under its agreement's ordinal; the checkers know the record by its value, its agreement by its time. */
export function itemOf(row: Row, ordinal: number): Item {
  const { id, run, seq, agreement } = row;
  const place = { id, run, seq, ordinal };
  const { eraseKey, writeKey } = namesOf(ordinal);
  if (row.lane === 'control') return { ...place, lane: row.lane, withdrawal: { eraseKey, categories: row.categories } };
  const { category, value } = row;
  const kind = { writeKey, offer: OFFER, category, property: 'power.active', quantity: 'power_w' } as const;
  const record = { ...kind, timeS: agreement, windowS: 0, value, observedPermille: 1000, estimatedTime: false };
  return { ...place, lane: row.lane, record };
}
