import { offerKey, readOffer, signOffer } from '../../proto/offer.ts';
import { checkOffer } from '../../proto/offer-check.ts';
import type { Offer } from '../../proto/offer-document.ts';
import type { Operator } from '../operator.ts';
import { Refusal } from '../refusal.ts';
import type { BrokerStore, PublishedOffer } from '../store/store.ts';

/** Signs an offer document with the operator's root key; throws Refusal naming each field that breaks a rule. */
export async function signed(operator: Operator, document: unknown): Promise<string> {
  const problems = checkOffer(document);
  if (problems.length > 0) {
    throw new Refusal(
      400,
      'offer',
      `The offer breaks ${problems.length} rule(s). ${problems.join(' ')}`,
      'Correct the file and sign it again.',
    );
  }
  return signOffer(document as Offer, operator.rootKey);
}

function follows(offer: PublishedOffer, newest: PublishedOffer): void {
  if (offer.version <= newest.version) {
    const remedy = `Raise "version" to ${newest.version + 1} and sign again.`;
    throw new Refusal(409, 'version', `Version ${newest.version} of ${offer.slug} is published already.`, remedy);
  }
  for (const field of ['recipient', 'purpose'] as const) {
    if (offer[field] !== newest[field]) {
      const remedy = `Keep ${field} "${newest[field]}", or publish this under a name of its own.`;
      throw new Refusal(409, field, `Homes agreed to ${offer.slug} for another ${field}.`, remedy);
    }
  }
}

/** Publishes a signed offer; publishing the same one again changes nothing. Throws Refusal with the rule it breaks. */
export async function publish(store: BrokerStore, operator: Operator, jws: string): Promise<PublishedOffer> {
  const read = await readOffer(jws.trim(), operator.rootPublicKey);
  if (!read.ok) {
    const remedy = 'Sign it with this broker: engawa broker offer sign FILE.';
    throw new Refusal(400, 'offer', `This offer cannot be published. ${read.problems.join(' ')}`, remedy);
  }
  const { offer } = read;
  const published: PublishedOffer = {
    key: offerKey(read.hash),
    slug: offer.offer,
    version: offer.version,
    recipient: offer.recipient.id,
    purpose: offer.purpose,
    categories: offer.categories.map((entry) => entry.category),
    jws: jws.trim(),
  };
  await store.transact(async (transaction) => {
    if (await transaction.offer(published.key)) return;
    const [newest] = await transaction.versions(published.slug);
    if (newest) follows(published, newest);
    await transaction.putOffer(published);
  });
  return published;
}
