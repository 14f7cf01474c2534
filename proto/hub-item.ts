import { pseudonym, writeKey } from './keys.ts';
import type { Lane } from './lists.ts';
import type {
  Interval,
  Lease,
  Range,
  Receipt,
  RefusalReason,
  RunId,
  RunIntervals,
  Standing,
  UpBody,
  WireRecord,
  Withdrawal,
} from './wire.ts';

interface Place {
  /** The outbox row, unique on this hub. */
  readonly id: number;
  /** The run its sequence was drawn in. */
  readonly run: RunId;
  /** Its sequence in that run, from 1. */
  readonly seq: number;
  /** The ordinal of the agreement it belongs to. */
  readonly ordinal: number;
}

/** One item on its way: a record, or a withdrawal or lease (lane `control`). */
export type Item = Place &
  (
    | {
        readonly lane: Lane;
        readonly record: WireRecord;
        /** It waited through an outage: it goes after what is live, at the broker's pace, and is marked on the wire. */
        readonly backlog?: boolean;
      }
    | { readonly lane: 'control'; readonly withdrawal: Withdrawal }
    | { readonly lane: 'control'; readonly lease: Lease }
  );

/** What the caller offers for the next cell. */
export interface Offered {
  /**
   * Rows that passed the live check in this very turn, live ones and backlog each oldest first; those in flight or done are
   * left out by the link. Offer a cell's worth of each kind: the link decides how they share the cell.
   */
  readonly items: readonly Item[];
  /** Monotonic milliseconds; needed as soon as there is backlog among the items. */
  readonly nowMs?: number;
  /** Void ranges not yet acknowledged. */
  readonly voids: readonly Range[];
  /** The highest ordinal ever opened on this hub. */
  readonly highestOrdinal: number;
  /** Compose an empty cell rather than none (the shaped lane's tick, the first cell of a run). */
  readonly evenEmpty?: boolean;
  /** Pseudonyms whose recipient's attestation is asked about, most urgent first; they wait where there is no room, and need no sequence. */
  readonly inquiries?: readonly string[];
}

/** A new cell: seal `body` (the same body always seals to the same bytes) and send it; `ids` are now in flight. */
export interface Composition {
  readonly cell: number;
  readonly body: UpBody;
  readonly ids: readonly number[];
}

/** What an answer means for the caller; do all of it in one commit. */
export interface Answered {
  /** Delete rows (but control rows) and void ranges of these runs inside these intervals. */
  readonly acknowledged: readonly RunIntervals[];
  /** Delete the control row each of these answers (same pseudonym, same categories), whatever its sequence. */
  readonly receipts: readonly Receipt[];
  /** Turn these rows into void ranges and count them: the broker cannot read them. */
  readonly quarantined: readonly { readonly id: number; readonly reason: RefusalReason }[];
  /** Items that were in flight and may be offered again. */
  readonly freed: readonly number[];
  /** Sequences the broker misses: everything in it that the outbox no longer holds becomes void (`voidsIn`). */
  readonly hole?: { readonly run: RunId; readonly first: number; readonly last: number };
  /** What the broker said about the cell, to be counted and shown. */
  readonly refusal?: { readonly reason: RefusalReason; readonly count: number };
  /** Pseudonyms whose lease has lapsed: extend them now. */
  readonly lapsed: readonly string[];
  /** Answers to inquiries. */
  readonly standings: readonly Standing[];
  /** The highest ordinal the broker keeps for this hub. */
  readonly keptOrdinal: number;
  /** True for the first answer of this run: re-number what `canConfirm` refuses, commit, then `confirm`. */
  readonly firstOfRun: boolean;
}

/** Whether this receipt is the answer to this withdrawal: its pseudonym, and exactly its categories. */
export function isAnsweredBy(withdrawal: Withdrawal, receipt: Receipt): boolean {
  const [asked, erased] = [withdrawal.categories, receipt.categories];
  if (asked.length !== erased.length || !asked.every((category) => erased.includes(category))) return false;
  return pseudonym(writeKey(Buffer.from(withdrawal.eraseKey, 'hex'))).toString('hex') === receipt.pseudonym;
}

/**
 * The parts of a hole that are gone for good: all of it but `held`, the sequences (ascending) the outbox still has in it.
 * A sequence below one that was already sent cannot still be waiting for its first commit, so what is not held is gone.
 */
export function voidsIn(hole: { run: RunId } & Interval, held: readonly number[]): Range[] {
  const voids: Range[] = [];
  let first = hole.first;
  for (const seq of [...held, hole.last + 1]) {
    if (seq > first) voids.push({ run: hole.run, first, count: seq - first, void: true });
    first = Math.max(first, seq + 1);
  }
  return voids;
}
