import type { Category } from './lists.ts';
import type { Interval, RefusalReason, RunId, RunIntervals, WireRecord } from './wire.ts';

/** How write keys and erase keys become pseudonyms, all hexadecimal (`identities` in production). */
export interface Identities {
  readonly ofWriteKey: (writeKey: string) => string;
  readonly ofEraseKey: (eraseKey: string) => string;
}

/** What to load before `accept`: intervals of these runs, withdrawn categories of these pseudonyms, these offers. */
export interface Needed {
  readonly runs: readonly RunId[];
  readonly pseudonyms: readonly string[];
  readonly offers: readonly string[];
}

/** The loaded state of one hub. What was needed and is missing counts as empty. */
export interface HeldState {
  readonly received: ReadonlyMap<RunId, readonly Interval[]>;
  readonly withdrawn: ReadonlyMap<string, ReadonlySet<Category>>;
  /** Whether this offer (its key) is known and names this category. */
  readonly offerCovers: (offer: string, category: Category) => boolean;
  readonly highestOrdinal: number;
}

/** A record under its pseudonym: what the broker may store. */
export type AcceptedRecord = Omit<WireRecord, 'writeKey'> & { readonly pseudonym: string };

/** What to write, in one transaction. */
export interface Acceptance {
  readonly outcome: 'stored' | 'duplicate' | 'refused';
  readonly store: readonly AcceptedRecord[];
  /** Records not stored although acknowledged, by reason; count them durably. */
  readonly dropped: { readonly withdrawn: number; readonly offer: number };
  /** The complete intervals of every run the cell names and of its own run; write those that changed. */
  readonly received: readonly (RunIntervals & { readonly changed: boolean })[];
  /** Withdrawals to apply (again, perhaps): destroy keys, tombstone, remember for ever, and sign a receipt for each. */
  readonly withdraw: readonly { readonly pseudonym: string; readonly categories: readonly Category[] }[];
  /** Leases to extend; each counts once, however often its cell comes. */
  readonly leases: readonly { readonly pseudonym: string; readonly hours: number }[];
  readonly highestOrdinal: number;
  readonly refusal?: { readonly reason: RefusalReason; readonly count: number };
}
