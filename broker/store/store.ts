import type { Category } from '../../proto/lists.ts';
import type { Interval } from '../../proto/wire.ts';

/** A hub's row: everything the broker keeps about who may send. */
export interface Hub {
  /** Hub id, 32 hex digits. */
  readonly hub: string;
  readonly publicKey: Buffer;
  readonly enrolmentKey: Buffer;
  /** Highest ordinal of an agreement this hub ever named. */
  readonly highestOrdinal: number;
  /** Hours since 1970. */
  readonly enrolledHour: number;
}

/** One invite; `secret` is gone once it was used or expired, `answer` is what the hub that used it was told. */
export interface Invite {
  /** Invite id, 16 hex digits. */
  readonly id: string;
  readonly madeS: number;
  readonly secret?: Buffer;
  readonly hub?: string;
  /** SHA-256 of the request that used it, so that the same request gets the same answer. */
  readonly request?: Buffer;
  readonly answer?: string;
}

/** A published version of an offer, as ingest and feeds need it. */
export interface PublishedOffer {
  /** Offer key, 32 hex digits: what records name. */
  readonly key: string;
  readonly slug: string;
  readonly version: number;
  /** Recipient id the offer states. */
  readonly recipient: string;
  readonly purpose: string;
  readonly categories: readonly Category[];
  readonly jws: string;
}

/** A recipient who may hold a token. */
export interface Recipient {
  readonly name: string;
  readonly tokenHash: Buffer;
  readonly addedS: number;
}

/** One pseudonym's records of one category from one cell, encrypted under the pair's own key. */
export interface Block {
  /** 16 random bytes. */
  readonly id: Buffer;
  readonly pseudonym: string;
  readonly category: Category;
  readonly nonce: Buffer;
  readonly ciphertext: Buffer;
  /** Hour of arrival, hours since 1970: nothing finer is stored. */
  readonly hour: number;
}

/**
 * What a feed holds at one position, in order; a block without its key can no longer be opened by anybody, and one whose
 * lease ended is withheld until its home extends it (`leaseUntilHour`: hours since 1970, absent without a lease).
 */
export type FeedEntry =
  | {
      readonly kind: 'block';
      readonly position: number;
      readonly block: Block;
      readonly key: Buffer | undefined;
      readonly leaseUntilHour?: number;
    }
  | { readonly kind: 'resumption'; readonly position: number; readonly pseudonym: string; readonly hour: number }
  | {
      readonly kind: 'tombstone';
      readonly position: number;
      readonly pseudonym: string;
      readonly categories: readonly Category[];
      readonly hour: number;
    };

/** A pseudonym's withdrawn categories with the hour each was withdrawn. */
export type Withdrawn = ReadonlyMap<Category, number>;

/** One erasure a recipient was told of, by a tombstone of its feed. Hours since 1970. */
export interface Erasure {
  readonly slug: string;
  readonly pseudonym: string;
  readonly categories: readonly Category[];
  readonly hour: number;
  /** When the recipient attested that it erased; undefined until then. */
  readonly attestedHour: number | undefined;
}

/** How many erasures stand how. */
export interface ErasureCounts {
  readonly waiting: number;
  readonly attested: number;
  readonly overdue: number;
}

/** A pair whose key is to be destroyed. */
export interface Pair {
  readonly pseudonym: string;
  readonly category: Category;
}

/** What one piece of work may do inside a transaction. Implementations make transactions serializable. */
export interface Transaction {
  hub(hub: string): Promise<Hub | undefined>;
  putHub(hub: Hub): Promise<void>;
  raiseOrdinal(hub: string, highestOrdinal: number): Promise<void>;
  /** Received intervals of one run, ascending and disjoint. */
  intervals(hub: string, run: string): Promise<Interval[]>;
  setIntervals(hub: string, run: string, intervals: readonly Interval[]): Promise<void>;
  /** Stored intervals of a hub over all its runs. */
  intervalCount(hub: string): Promise<number>;
  invite(id: string): Promise<Invite | undefined>;
  putInvite(invite: Invite): Promise<void>;
  /** Invites that still hold a secret. */
  invitesWaiting(): Promise<number>;
  /** Forgets the secrets of invites made before this second. */
  expireInvites(beforeS: number): Promise<void>;
  recipient(name: string): Promise<Recipient | undefined>;
  putRecipient(recipient: Recipient): Promise<void>;
  offer(key: string): Promise<PublishedOffer | undefined>;
  /** All published versions of one offer, newest first. */
  versions(slug: string): Promise<PublishedOffer[]>;
  putOffer(offer: PublishedOffer): Promise<void>;
  /** Key of the offer this pseudonym writes to, once it has written. */
  boundOffer(pseudonym: string): Promise<string | undefined>;
  bind(pseudonym: string, offerKey: string): Promise<void>;
  withdrawn(pseudonym: string): Promise<Withdrawn>;
  withdraw(pseudonym: string, categories: readonly Category[], hour: number): Promise<void>;
  /** The pair's key, made when missing. Durable before this transaction is. */
  key(pair: Pair): Promise<Buffer>;
  append(slug: string, block: Block): Promise<void>;
  appendTombstone(slug: string, pseudonym: string, categories: readonly Category[], hour: number): Promise<void>;
  /** The tombstones of a pseudonym, in all feeds. */
  erasures(pseudonym: string): Promise<Erasure[]>;
  /** Notes the hour of an attestation; one noted before stays. */
  attest(erasure: Erasure, hour: number): Promise<void>;
  /** Until when (hour, exclusive) a pseudonym's feed goes on; undefined without a lease. */
  leaseUntil(pseudonym: string): Promise<number | undefined>;
  /** Sets the end of a lease, or takes the lease away. */
  setLease(pseudonym: string, untilHour: number | undefined): Promise<void>;
  /** Says in a feed that a pseudonym's lease goes on again. */
  appendResumption(slug: string, pseudonym: string, hour: number): Promise<void>;
  /** Adds to a counter that must outlive the process, by reason. */
  count(reason: string, by: number): Promise<void>;
}

/** The broker's store. Every promise resolves after the change is durable; a failed piece of work changes nothing. */
export interface BrokerStore {
  /** Runs one piece of work in a transaction; several that queue share one commit, and a failing one fails alone. */
  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  hub(hub: string): Promise<Hub | undefined>;
  hubs(): Promise<{ hub: string; enrolledHour: number; highestOrdinal: number }[]>;
  /** The newest version of each published offer. */
  offers(): Promise<PublishedOffer[]>;
  recipients(): Promise<Recipient[]>;
  recipientByToken(tokenHash: Buffer): Promise<Recipient | undefined>;
  /** Up to `limit` entries of a feed after a position, in order, without what was withdrawn. */
  entries(slug: string, after: number, limit: number): Promise<FeedEntry[]>;
  /** Last position given in a feed; 0 for an empty one. */
  end(slug: string): Promise<number>;
  /** Calls back after each commit that appended to the feed; returns how to stop. */
  watch(slug: string, appended: () => void): () => void;
  /** Destroys keys for good: they are in no file of the store when this resolves. */
  eraseKeys(pairs: readonly Pair[]): Promise<void>;
  /** Removes blocks of withdrawn pairs and what is left of their keys, a little at a time; resolves with how many are left to do (0 or more). */
  reclaim(limit: number): Promise<number>;
  /** Counters that outlive the process, by reason. */
  counted(): Promise<Record<string, number>>;
  /** Enrolled hubs, and entries ever appended to feeds: cheap, for metrics. */
  size(): Promise<{ hubs: number; entries: number }>;
  /** Erasures the recipients were told of, those not attested first, oldest first. */
  erasures(limit: number): Promise<Erasure[]>;
  /** The same as counts; asked for in or before `overdueHour` and not attested means overdue. */
  erasureCounts(overdueHour: number): Promise<ErasureCounts>;
  /** Totals for the operator; counts rows, so not for metrics. */
  totals(): Promise<{ hubs: number; blocks: number; keys: number; withdrawn: number; invites: number }>;
  close(): Promise<void>;
}
