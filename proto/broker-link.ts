import type { Acceptance, AcceptedRecord, HeldState, Identities, Needed } from './broker-state.ts';
import { Intervals } from './intervals.ts';
import { pseudonym, writeKey } from './keys.ts';
import type { Category } from './lists.ts';
import type { Interval, Range, RunId, UpBody } from './wire.ts';

/**
 * The broker's side of the link: what one opened cell changes. Pure: `needed` says what to load, `accept` decides, and
 * the caller writes all of it in the same serializable transaction that loaded it (two workers may hold two cells of
 * one hub, or a record and its withdrawal, at the same moment), then answers (`answer`) after the commit.
 *
 * Rules (each has a test in test/unit/proto/broker-link.test.ts):
 * - Carried are the ranges that are not void; new are those carried minus those received.
 *   All new: stored. None new: a duplicate, nothing stored, acknowledged. Some new: nothing of the records is stored
 *   (records carry no sequence, so the new ones cannot be told apart) and the refusal `partialOverlap` with the
 *   intervals lets the hub cut the rest again. This is exactly-once without any time window.
 * - Withdrawals apply always, duplicates and refusals included, before the cell's own records, and are receipted again.
 * - A record of a withdrawn (pseudonym, category) is dropped, counted and acknowledged, for ever.
 * - A record of an offer that is not known, or whose offer does not name its category, is dropped, counted (`offer`)
 *   and acknowledged.
 * - Leases are control items with a sequence: they are extended when the cell is all new, and a repetition extends nothing.
 * - Void ranges count as received, whatever becomes of the records; but a cell that would scatter a run over more than
 *   4,096 intervals (and over more than before) changes no interval and is refused with `limit`.
 */

/** No run may be left in more pieces; an honest hub declares what it purged, so only a hostile one comes near. */
export const HIGHEST_INTERVALS = 4096;

const NOTHING_STORED = { store: [], dropped: { withdrawn: 0, offer: 0 } } as const;

/** What must be loaded to judge this cell. */
export function needed(body: UpBody, names: Identities): Needed {
  const pseudonyms = new Set(body.records.map((record) => names.ofWriteKey(record.writeKey)));
  for (const withdrawal of body.withdrawals) pseudonyms.add(names.ofEraseKey(withdrawal.eraseKey));
  return {
    runs: [...new Set([...body.ranges.map((range) => range.run), body.run])],
    pseudonyms: [...pseudonyms],
    offers: [...new Set(body.records.map((record) => record.offer))],
  };
}

/** Production's identities: pseudonyms by SHA-256, as in `keys.ts`. */
export const identities: Identities = {
  ofWriteKey: (key) => pseudonym(Buffer.from(key, 'hex')).toString('hex'),
  ofEraseKey: (key) => pseudonym(writeKey(Buffer.from(key, 'hex'))).toString('hex'),
};

type Overlap = 'all new' | 'none new' | 'some new';

/** How the carried ranges stand to what was received; an empty cell carries nothing new. */
function overlapOf(body: UpBody, sets: ReadonlyMap<RunId, Intervals>): Overlap {
  let isNew = false;
  let isOld = false;
  for (const range of body.ranges) {
    if (range.void) continue;
    const held = sets.get(range.run);
    const covered = held?.covers(range.first, range.count) ?? false;
    isOld ||= covered || (held?.overlaps(range.first, range.count) ?? false);
    isNew ||= !covered;
  }
  if (!isNew) return 'none new';
  return isOld ? 'some new' : 'all new';
}

function addRanges(ranges: readonly Range[], sets: ReadonlyMap<RunId, Intervals>): void {
  for (const { run, first, count } of ranges) sets.get(run)?.add(first, count);
}

/** Withdrawn categories with this cell's own withdrawals applied. */
function withdrawnAfter(held: HeldState, withdraw: Acceptance['withdraw']): Map<string, ReadonlySet<Category>> {
  const withdrawn = new Map(held.withdrawn);
  for (const { pseudonym: name, categories } of withdraw) {
    withdrawn.set(name, new Set([...(withdrawn.get(name) ?? []), ...categories]));
  }
  return withdrawn;
}

function sortRecords(body: UpBody, held: HeldState, withdraw: Acceptance['withdraw'], names: Identities) {
  const withdrawn = withdrawnAfter(held, withdraw);
  const store: AcceptedRecord[] = [];
  const dropped = { withdrawn: 0, offer: 0 };
  for (const { writeKey: key, ...record } of body.records) {
    const name = names.ofWriteKey(key);
    if (withdrawn.get(name)?.has(record.category)) dropped.withdrawn++;
    else if (!held.offerCovers(record.offer, record.category)) dropped.offer++;
    else store.push({ ...record, pseudonym: name });
  }
  return { store, dropped };
}

/** Whether some run would be left in more pieces than allowed, and in more than before. */
function isTooScattered(sets: ReadonlyMap<RunId, Intervals>, held: HeldState): boolean {
  return [...sets].some(
    ([run, set]) => set.size > HIGHEST_INTERVALS && set.size > (held.received.get(run)?.length ?? 0),
  );
}

function setsFor(body: UpBody, held: HeldState): Map<RunId, Intervals> {
  const runs = new Set([...body.ranges.map((range) => range.run), body.run]);
  return new Map([...runs].map((run) => [run, Intervals.fromArray(held.received.get(run) ?? [])]));
}

function sameIntervals(set: Intervals, before: readonly Interval[]): boolean {
  const after = set.toArray();
  return (
    after.length === before.length &&
    after.every(({ first, last }, at) => before[at]?.first === first && before[at]?.last === last)
  );
}

/** Decides what an opened cell changes. */
export function accept(body: UpBody, held: HeldState, names: Identities): Acceptance {
  const sets = setsFor(body, held);
  const overlap = overlapOf(body, sets);
  addRanges(overlap === 'all new' ? body.ranges : body.ranges.filter((range) => range.void), sets);
  const tooScattered = isTooScattered(sets, held);
  const withdraw = body.withdrawals.map(({ eraseKey, categories }) => ({
    pseudonym: names.ofEraseKey(eraseKey),
    categories,
  }));
  const isStored = overlap === 'all new' && !tooScattered;
  const { store, dropped } = isStored ? sortRecords(body, held, withdraw, names) : NOTHING_STORED;
  const refusal = refusalFor(body, overlap, tooScattered, dropped.offer);
  return {
    outcome: isStored ? 'stored' : refusal === undefined ? 'duplicate' : 'refused',
    store,
    dropped,
    received: [...(tooScattered ? setsFor(body, held) : sets)].map(([run, set]) => ({
      run,
      intervals: set.toArray(),
      changed: !sameIntervals(set, held.received.get(run) ?? []),
    })),
    withdraw,
    leases: isStored ? leasesOf(body, names) : [],
    highestOrdinal: Math.max(held.highestOrdinal, body.highestOrdinal),
    ...(refusal && { refusal }),
  };
}

function leasesOf({ leases = [] }: UpBody, names: Identities): Acceptance['leases'] {
  return leases.map(({ writeKey, hours }) => ({ pseudonym: names.ofWriteKey(writeKey), hours }));
}

function refusalFor(body: UpBody, overlap: Overlap, tooScattered: boolean, offer: number): Acceptance['refusal'] {
  if (tooScattered) return { reason: 'limit', count: body.records.length };
  if (overlap === 'some new') return { reason: 'partialOverlap', count: body.records.length };
  return offer > 0 ? { reason: 'offer', count: offer } : undefined;
}
