import { accept, identities, needed } from '../../proto/broker-link.ts';
import type { Acceptance, AcceptedRecord } from '../../proto/broker-state.ts';
import { PROPERTIES, QUANTITIES } from '../../proto/lists.ts';
import type { Standing, UpBody } from '../../proto/wire.ts';
import { extendLeases, leasesOfRecords } from '../leases/leases.ts';
import { LIMITS } from '../limits.ts';
import { type StoredRecord, sealBlock } from '../store/seal.ts';
import type { PublishedOffer, Transaction } from '../store/store.ts';
import { hourAt, type Surroundings } from '../surroundings.ts';
import { standingsOf } from '../withdrawals/attestations.ts';
import { type RecordedWithdrawal, recordWithdrawal } from '../withdrawals/withdrawals.ts';

/** What storing a cell came to; the receipts are signed after the commit. */
export interface StoredCell {
  readonly acceptance: Acceptance;
  readonly withdrawals: readonly RecordedWithdrawal[];
  readonly records: number;
  /** Pseudonyms of its records whose lease has lapsed. */
  readonly lapsed: readonly string[];
  /** Answers to its inquiries. */
  readonly standings: readonly Standing[];
}

interface Loaded {
  readonly acceptance: Acceptance;
  readonly offers: ReadonlyMap<string, PublishedOffer>;
}

async function decide(transaction: Transaction, hub: string, body: UpBody): Promise<Loaded> {
  const need = needed(body, identities);
  const received = new Map();
  for (const run of need.runs) received.set(run, await transaction.intervals(hub, run));
  const withdrawn = new Map();
  for (const name of need.pseudonyms) withdrawn.set(name, new Set((await transaction.withdrawn(name)).keys()));
  const offers = new Map<string, PublishedOffer>();
  for (const key of need.offers) {
    const offer = await transaction.offer(key);
    if (offer) offers.set(key, offer);
  }
  const highestOrdinal = (await transaction.hub(hub))?.highestOrdinal ?? 0;
  const held = {
    received,
    withdrawn,
    highestOrdinal,
    offerCovers: (offer: string, category: AcceptedRecord['category']) =>
      offers.get(offer)?.categories.includes(category) ?? false,
  };
  const acceptance = accept(body, held, identities);
  const cells = acceptance.received.filter((run) => run.changed);
  if (cells.length > 0 && (await tooMany(transaction, hub, acceptance, received))) {
    // What the hub may not add to is left alone; its withdrawals are always carried out.
    const bare = accept({ ...body, ranges: [], records: [] }, held, identities);
    return {
      acceptance: { ...bare, outcome: 'refused', refusal: { reason: 'limit', count: body.records.length } },
      offers,
    };
  }
  return { acceptance, offers };
}

async function tooMany(
  transaction: Transaction,
  hub: string,
  acceptance: Acceptance,
  before: ReadonlyMap<string, readonly unknown[]>,
): Promise<boolean> {
  const added = acceptance.received.reduce(
    (sum, run) => sum + run.intervals.length - (before.get(run.run)?.length ?? 0),
    0,
  );
  return added > 0 && (await transaction.intervalCount(hub)) + added > LIMITS.intervalsPerHub;
}

/** Drops records of a pseudonym that writes to another offer; binds pseudonyms that write for the first time. */
async function bound(transaction: Transaction, records: readonly AcceptedRecord[]): Promise<AcceptedRecord[]> {
  const offerOf = new Map<string, string>();
  const kept: AcceptedRecord[] = [];
  for (const record of records) {
    let offer = offerOf.get(record.pseudonym) ?? (await transaction.boundOffer(record.pseudonym));
    if (offer === undefined) {
      await transaction.bind(record.pseudonym, record.offer);
      offer = record.offer;
    }
    offerOf.set(record.pseudonym, offer);
    if (offer === record.offer) kept.push(record);
  }
  return kept;
}

/** Fisher and Yates with unpredictable bytes: the order in a feed says nothing about the order in the home. */
function shuffled<T>(list: readonly T[], random: (bytes: number) => Buffer): T[] {
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = random(6).readUIntBE(0, 6) % (last + 1);
    const [one, two] = [mixed[last] as T, mixed[other] as T];
    mixed[last] = two;
    mixed[other] = one;
  }
  return mixed;
}

const storedRecord = (record: AcceptedRecord): StoredRecord => ({
  property: PROPERTIES[record.property],
  quantity: QUANTITIES[record.quantity].wire,
  timeS: record.timeS,
  windowS: record.windowS,
  value: record.value,
  observedPermille: record.observedPermille,
  estimatedTime: record.estimatedTime,
  backlog: record.backlog === true,
});

async function appendBlocks(
  transaction: Transaction,
  records: readonly AcceptedRecord[],
  slugOf: (offer: string) => string,
  { now, random }: Surroundings,
): Promise<void> {
  const groups = Map.groupBy(shuffled(records, random), (r) => `${r.pseudonym} ${r.category}`);
  for (const group of groups.values()) {
    const [{ pseudonym: name, category, offer }] = group as [AcceptedRecord];
    const key = await transaction.key({ pseudonym: name, category });
    const block = { id: random(16), nonce: random(12), pseudonym: name, category };
    const ciphertext = sealBlock(group.map(storedRecord), key, block);
    await transaction.append(slugOf(offer), { ...block, ciphertext, hour: hourAt(now()) });
  }
}

/** Stores what one opened cell carries: intervals, blocks, withdrawals, tombstones and counters, all or nothing. */
export async function storeCell(
  transaction: Transaction,
  hub: string,
  body: UpBody,
  surroundings: Surroundings,
): Promise<StoredCell> {
  const { acceptance, offers } = await decide(transaction, hub, body);
  const withdrawals: RecordedWithdrawal[] = [];
  for (const withdrawal of acceptance.withdraw) {
    withdrawals.push(await recordWithdrawal(transaction, withdrawal, surroundings.now()));
  }
  const hour = hourAt(surroundings.now());
  await extendLeases(transaction, acceptance.leases, hour);
  const records = await bound(transaction, acceptance.store);
  const lapsed = await leasesOfRecords(transaction, records, { offers, hasLeases: body.version === 3, hour });
  const slugOf = (offer: string): string => {
    const slug = offers.get(offer)?.slug;
    if (slug === undefined) throw new Error('a record of an unknown offer was accepted');
    return slug;
  };
  await appendBlocks(transaction, records, slugOf, surroundings);
  for (const run of acceptance.received) {
    if (run.changed) await transaction.setIntervals(hub, run.run, run.intervals);
  }
  const known = await transaction.hub(hub);
  if (known && acceptance.highestOrdinal > known.highestOrdinal) {
    await transaction.raiseOrdinal(hub, acceptance.highestOrdinal);
  }
  const foreign = acceptance.store.length - records.length;
  const dropped = { ...acceptance.dropped, offer: acceptance.dropped.offer + foreign };
  if (dropped.withdrawn > 0) await transaction.count('droppedWithdrawn', dropped.withdrawn);
  if (dropped.offer > 0) await transaction.count('droppedOffer', dropped.offer);
  const refusal = foreign > 0 ? { reason: 'offer' as const, count: dropped.offer } : acceptance.refusal;
  const standings = await standingsOf(transaction, body.inquiries ?? [], hour);
  const stored = { ...acceptance, dropped, ...(refusal && { refusal }) };
  return { acceptance: stored, withdrawals, records: records.length, lapsed, standings };
}
