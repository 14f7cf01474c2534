import type { Category, Property, Quantity } from './lists.ts';

/** The shapes that cross the wire, as plain TypeScript; `codec.ts` turns them into bytes and back. */

/**
 * The newest version in a cell's first byte. Version 2 adds the mark that a block is backlog, and pacing in answers; version
 * 3 adds leases and questions about attestation. A hub whose cell is refused for its version goes on in the one before, and
 * an answer has the version of the cell it answers.
 */
export const WIRE_VERSION = 3;
/** A version of the wire that this program speaks. */
export type WireVersion = 1 | 2 | 3;

/** One process start of a hub: 64 random bits as 16 lower-case hexadecimal digits. */
export type RunId = string;

/** `count` sequences from `first`, drawn in `run`; void when they were purged and will never be carried. */
export interface Range {
  readonly run: RunId;
  readonly first: number;
  readonly count: number;
  readonly void: boolean;
}

/** One record as a hub sends it. */
export interface WireRecord {
  /** 32 hexadecimal digits. */
  readonly writeKey: string;
  /** The offer's key: 32 hexadecimal digits, see `offerKey`. */
  readonly offer: string;
  readonly category: Category;
  readonly property: Property;
  readonly quantity: Quantity;
  /** Seconds since 1970, already truncated to what was granted. */
  readonly timeS: number;
  /** Length of the window in seconds; 0 for an event. */
  readonly windowS: number;
  /** An integer in the quantity's unit, at most 2^50 either side of 0. */
  readonly value: number;
  /** How much of the window was observed, 0 to 1000; 1000 for events. */
  readonly observedPermille: number;
  /** The hub's clock was not yet trusted. */
  readonly estimatedTime: boolean;
  /** It waited through an outage and is sent after what is new; absent when it did not, and in version 1. */
  readonly backlog?: true;
}

/** The home takes back these categories of the pseudonym this erase key stands for. */
export interface Withdrawal {
  /** 64 hexadecimal digits. */
  readonly eraseKey: string;
  readonly categories: readonly Category[];
}

/** The feed of a pseudonym goes on for so many hours from the arrival of the cell that says so. */
export interface Lease {
  /** 32 hexadecimal digits. */
  readonly writeKey: string;
  /** 1 to 8784. */
  readonly hours: number;
}

/** What an up cell says. `ranges` name what the cell carries and what is void. */
export interface UpBody {
  /** The version it is sealed in; absent for 1. */
  readonly version?: 2 | 3;
  readonly run: RunId;
  readonly cell: number;
  readonly highestOrdinal: number;
  readonly ranges: readonly Range[];
  readonly records: readonly WireRecord[];
  readonly withdrawals: readonly Withdrawal[];
  /** Backlog waits that has no place in time yet; absent when none does, and in version 1. */
  readonly asks?: true;
  /** Leases to extend; absent when there are none, and before version 3. */
  readonly leases?: readonly Lease[];
  /** Pseudonyms (32 hexadecimal digits) whose recipient's attestation is asked about; absent when none is, and before version 3. */
  readonly inquiries?: readonly string[];
}

/** Sequences `first` to `last`, both included. */
export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** The intervals a broker holds of one run. */
export interface RunIntervals {
  readonly run: RunId;
  readonly intervals: readonly Interval[];
}

/** The broker's signed word that a withdrawal was carried out. */
export interface Receipt {
  /** 32 hexadecimal digits. */
  readonly pseudonym: string;
  /** Exactly the categories the withdrawal named. */
  readonly categories: readonly Category[];
  readonly erasedAtS: number;
  /** Ed25519, 128 hexadecimal digits. */
  readonly signature: string;
}

/**
 * Why a broker did not take all of a cell, number by number as on the wire. `partialOverlap` and `limit`: nothing of the
 * records was stored, send them again in other cells; `offer`: `count` records were dropped, counted and acknowledged;
 * the others: the cell could not be read.
 */
export const REFUSAL_REASONS = {
  version: 1,
  field: 2,
  enumeration: 3,
  malformed: 4,
  partialOverlap: 5,
  offer: 6,
  limit: 7,
} as const;
/** One reason of refusal. */
export type RefusalReason = keyof typeof REFUSAL_REASONS;

/** How far the recipient has come that was told to erase, number by number as on the wire; `none`: nobody had to be told. */
export const ATTESTATIONS = { waiting: 1, attested: 2, overdue: 3, none: 4 } as const;
/** One state of an attestation. */
export type Attestation = keyof typeof ATTESTATIONS;

/** The answer to one inquiry. */
export interface Standing {
  /** 32 hexadecimal digits. */
  readonly pseudonym: string;
  readonly attestation: Attestation;
}

/** How a hub holds back for the good of all hubs. */
export interface Pacing {
  /** For a cell that asked: milliseconds from the answer to the hub's next cell with backlog. */
  readonly backlogWaitMs: number;
  /** After a lost connection the next begins at random within so many milliseconds. */
  readonly reconnectSpreadMs: number;
}

/** What a down cell says, in answer to up cell `cell` of the run it is sealed for. */
export interface DownBody {
  readonly cell: number;
  readonly acknowledged: readonly RunIntervals[];
  readonly credit: number;
  readonly highestOrdinal: number;
  readonly refusal?: { readonly reason: RefusalReason; readonly count: number };
  readonly hole?: { readonly run: RunId; readonly first: number; readonly last: number };
  readonly receipts: readonly Receipt[];
  /** Only in answers to cells from version 2 on. */
  readonly pacing?: Pacing;
  /** Pseudonyms (32 hexadecimal digits) of this cell's records whose lease has lapsed; absent when none, and before version 3. */
  readonly lapsed?: readonly string[];
  /** Answers to the cell's inquiries; absent when there were none. */
  readonly standings?: readonly Standing[];
}
