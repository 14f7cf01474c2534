import { UP_BODY_BYTES } from './cell.ts';
import { encodeUp } from './codec.ts';
import { INQUIRIES_PER_CELL } from './codec-up.ts';
import type { Item, Offered } from './hub-item.ts';
import { ordered } from './hub-order.ts';
import { Intervals } from './intervals.ts';
import type { Lease, Range, RunId, UpBody, WireRecord, Withdrawal } from './wire.ts';

/** The part of a body that does not depend on what is carried. */
export type Envelope = Pick<UpBody, 'version' | 'run' | 'cell' | 'highestOrdinal'>;
/** What the link knows about single items. */
export interface Known {
  readonly isReceived: (run: RunId, seq: number) => boolean;
  /** In how large a company this item may still travel, after a refusal; undefined when it was never refused. */
  readonly atMost: (id: number) => number | undefined;
  /** Live data had its share: this cell begins with backlog. */
  readonly isBacklogsTurn: boolean;
}
/** A body and the items it carries. */
export interface Fitted {
  readonly body: UpBody;
  readonly items: readonly Item[];
}

/** A number of items and the bytes of the body that carries them. */
interface Tried {
  readonly count: number;
  readonly bytes: number;
}

/** Room left in a cell that is not worth encoding it once more: a hundredth. */
const SLACK_BYTES = 40;
const GUESSES = 4;
/** Every range may cost the answer an interval. */
const RANGES_PER_CELL = 80;
/** As many as there can be gaps between what is carried: else a backlog with gaps would scatter the run at the broker. */
const VOIDS_PER_CELL = 80;

/** Kept for `asks`, and for inquiries: what is asked must not move what is carried. */
const ROOM_BYTES = UP_BODY_BYTES - 2 - 18 * INQUIRIES_PER_CELL;

/** Upper bounds in bytes, so that a small cell need not be encoded to know that it fits. */
const BOUND = { envelope: 40, range: 30, record: 100, withdrawal: 60, lease: 26 };

/** The inquiries a cell asks: none before version 3, and none beside withdrawals, whose receipts fill the answer. */
export function inquiriesIn({ version, withdrawals }: UpBody, { inquiries = [] }: Offered): Pick<UpBody, 'inquiries'> {
  if (version !== 3 || withdrawals.length > 0 || inquiries.length === 0) return {};
  return { inquiries: inquiries.slice(0, INQUIRIES_PER_CELL) };
}

type Sets = Map<RunId, Intervals>;

function addTo(sets: Sets, run: RunId, first: number, count: number): void {
  const set = sets.get(run) ?? Intervals.fromArray([]);
  set.add(first, count);
  sets.set(run, set);
}

function rangesOf(sets: Sets, isVoid: boolean): Range[] {
  return [...sets].flatMap(([run, set]) =>
    set.toArray().map(({ first, last }) => ({ run, first, count: last - first + 1, void: isVoid })),
  );
}

/** What is carried, and the void ranges joined; a void range that touches what is carried waits for another cell. */
function rangesFor(items: readonly Item[], voids: readonly Range[], known: Known): Range[] {
  const carried: Sets = new Map();
  const declared: Sets = new Map();
  for (const { run, seq } of items) if (!known.isReceived(run, seq)) addTo(carried, run, seq, 1);
  for (const { run, first, count } of voids) {
    if (!carried.get(run)?.overlaps(first, count)) addTo(declared, run, first, count);
  }
  return [...rangesOf(carried, false), ...rangesOf(declared, true).slice(0, VOIDS_PER_CELL)];
}

/** Version 1 has no mark for backlog. */
function recordOf(item: Item & { record: WireRecord; backlog?: boolean }, { version }: Envelope): WireRecord {
  return item.backlog === true && version !== undefined ? { ...item.record, backlog: true } : item.record;
}

function bodyOf(envelope: Envelope, items: readonly Item[], voids: readonly Range[], known: Known): UpBody {
  const records: WireRecord[] = [];
  const withdrawals: Withdrawal[] = [];
  const leases: Lease[] = [];
  for (const item of items) {
    if ('withdrawal' in item) withdrawals.push(item.withdrawal);
    else if ('lease' in item) leases.push(item.lease);
    else records.push(recordOf(item, envelope));
  }
  const ranges = rangesFor(items, voids, known);
  return { ...envelope, ranges, records, withdrawals, ...(leases.length > 0 && { leases }) };
}

/** The bytes of a body, or an upper bound of them that fits; infinite when its answer could not name all its ranges. */
function bytesOf(body: UpBody): number {
  const { ranges, records, withdrawals, leases = [] } = body;
  if (ranges.length > RANGES_PER_CELL + VOIDS_PER_CELL) return Number.POSITIVE_INFINITY;
  const bound =
    BOUND.envelope +
    BOUND.range * ranges.length +
    BOUND.record * records.length +
    BOUND.withdrawal * withdrawals.length +
    BOUND.lease * leases.length;
  return bound <= ROOM_BYTES ? bound : encodeUp(body).length;
}

/**
 * How many items to try next between one count that fits and one that does not: as many as their sizes let expect, and
 * after some tries the middle, because sizes may mislead.
 */
function guess(fits: Tried, tooMany: Tried, tries: number): number {
  const share =
    Number.isFinite(tooMany.bytes) && tries < GUESSES ? (ROOM_BYTES - fits.bytes) / (tooMany.bytes - fits.bytes) : 0.5;
  const expected = Math.floor(fits.count + (tooMany.count - fits.count) * share);
  return Math.min(Math.max(expected, fits.count + 1), tooMany.count - 1);
}

/** The longest beginning that no member's refusal forbids; a refused item never travels with untried ones. */
function company(items: readonly Item[], known: Known): { items: readonly Item[]; suspect: boolean } {
  const first = items[0] === undefined ? undefined : known.atMost(items[0].id);
  if (first === undefined) {
    const end = items.findIndex((item) => known.atMost(item.id) !== undefined);
    return { items: end === -1 ? items : items.slice(0, end), suspect: false };
  }
  const other = items.findIndex((item) => known.atMost(item.id) !== first);
  return { items: items.slice(0, Math.min(first, other === -1 ? items.length : other)), suspect: true };
}

/**
 * The body of one cell with as many of the items, in the order of `ordered`, as it can hold. Items that were in a refused cell travel
 * alone and without void ranges, so that what the broker cannot read is found by halving and nothing else is blamed.
 */
export function fitItems(
  envelope: Envelope,
  offered: readonly Item[],
  offeredVoids: readonly Range[],
  known: Known,
): Fitted {
  const isRefusedAlone = ({ id }: Item) => known.atMost(id) === 1;
  const { isBacklogsTurn } = known;
  const { items, suspect } = company(ordered(offered, { isRefusedAlone, isBacklogsTurn }), known);
  const voids = suspect ? [] : offeredVoids;
  const bodyWith = (count: number) => bodyOf(envelope, items.slice(0, count), voids, known);
  const all = bodyWith(items.length);
  let tooMany: Tried = { count: items.length, bytes: bytesOf(all) };
  if (tooMany.bytes <= ROOM_BYTES) return { body: all, items };
  let body = bodyWith(0);
  let fits: Tried = { count: 0, bytes: bytesOf(body) };
  for (let tries = 0; tooMany.count - fits.count > 1 && ROOM_BYTES - fits.bytes > SLACK_BYTES; tries += 1) {
    const count = guess(fits, tooMany, tries);
    const tried = bodyWith(count);
    const bytes = bytesOf(tried);
    if (bytes > ROOM_BYTES) tooMany = { count, bytes };
    else {
      fits = { count, bytes };
      body = tried;
    }
  }
  return { body, items: items.slice(0, fits.count) };
}
