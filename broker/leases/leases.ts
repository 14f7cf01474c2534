import type { Acceptance, AcceptedRecord } from '../../proto/broker-state.ts';
import { LIMITS } from '../limits.ts';
import type { PublishedOffer, Transaction } from '../store/store.ts';

/** Whether a lease that ends with this hour has lapsed. */
export const hasLapsed = (untilHour: number | undefined, hour: number): boolean =>
  untilHour !== undefined && untilHour <= hour;

/** The length of a lease in hours, as the signed offer states it. */
function leaseHoursOf({ jws }: PublishedOffer): number {
  const [, payload = ''] = jws.split('.');
  try {
    const { leaseHours } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { leaseHours?: unknown };
    return typeof leaseHours === 'number' ? leaseHours : LIMITS.leaseHours;
  } catch {
    return LIMITS.leaseHours;
  }
}

/** The first whole hour at which so many hours have passed for certain. */
const endOf = (hour: number, hours: number): number => hour + hours + 1;

async function resume(transaction: Transaction, offer: PublishedOffer, pseudonym: string, hour: number): Promise<void> {
  if (!hasLapsed(await transaction.leaseUntil(pseudonym), hour)) return;
  await transaction.appendResumption(offer.slug, pseudonym, hour);
}

/** Extends leases of pseudonyms that have written, never back and at most by the offer's length. Belongs in the cell's transaction. */
export async function extendLeases(
  transaction: Transaction,
  leases: Acceptance['leases'],
  hour: number,
): Promise<void> {
  for (const { pseudonym, hours } of leases) {
    const bound = await transaction.boundOffer(pseudonym);
    const offer = bound === undefined ? undefined : await transaction.offer(bound);
    if (!offer) continue;
    await resume(transaction, offer, pseudonym, hour);
    const until = endOf(hour, Math.min(hours, leaseHoursOf(offer)));
    await transaction.setLease(pseudonym, Math.max(until, (await transaction.leaseUntil(pseudonym)) ?? 0));
  }
}

/**
 * What the arrival of records does to the leases of their pseudonyms; returns those that have lapsed, ascending. Belongs in
 * the cell's transaction, after `extendLeases`.
 */
export async function leasesOfRecords(
  transaction: Transaction,
  records: readonly AcceptedRecord[],
  of: { readonly offers: ReadonlyMap<string, PublishedOffer>; readonly hasLeases: boolean; readonly hour: number },
): Promise<string[]> {
  const lapsed: string[] = [];
  const offerOf = new Map(records.map(({ pseudonym, offer }) => [pseudonym, of.offers.get(offer)]));
  for (const [pseudonym, offer] of offerOf) {
    if (!offer) continue;
    const until = await transaction.leaseUntil(pseudonym);
    if (!of.hasLeases && until !== undefined) {
      await resume(transaction, offer, pseudonym, of.hour);
      await transaction.setLease(pseudonym, undefined);
    } else if (of.hasLeases && until === undefined) {
      await transaction.setLease(pseudonym, endOf(of.hour, leaseHoursOf(offer)));
    } else if (hasLapsed(until, of.hour)) lapsed.push(pseudonym);
  }
  return lapsed.sort();
}
