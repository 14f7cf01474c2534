import { recipientOf } from '../recipients/recipients.ts';
import { Refusal } from '../refusal.ts';
import type { BrokerStore, PublishedOffer, Recipient } from '../store/store.ts';

/** What a reader shows. */
export interface FeedRequest {
  readonly authorization: string | undefined;
  readonly offer: string;
  readonly purpose: string | undefined;
}

/** The offer's newest version if this reader may read its feed for this purpose; throws Refusal otherwise. */
export async function feedAccess(
  store: BrokerStore,
  request: FeedRequest,
): Promise<{ offer: PublishedOffer; recipient: Recipient }> {
  const recipient = await recipientOf(store, request.authorization);
  const offer = (await store.offers()).find((published) => published.slug === request.offer);
  if (!offer) {
    throw new Refusal(404, 'unknownOffer', 'No offer of this name is published.', 'GET /v1/offers lists what is.');
  }
  if (offer.recipient !== recipient.name) {
    throw new Refusal(
      403,
      'otherRecipient',
      `This token is ${recipient.name}'s; the offer ${offer.slug} names another recipient.`,
      'Use the token of the recipient the offer names, or read your own offer.',
    );
  }
  if (request.purpose !== offer.purpose) {
    throw new Refusal(
      request.purpose === undefined ? 400 : 403,
      'purpose',
      `The homes agreed to ${offer.slug} for the purpose ${offer.purpose}${request.purpose === undefined ? '' : ', not for the one stated'}.`,
      `If that is what you read it for, say purpose=${offer.purpose}; another purpose needs another offer.`,
    );
  }
  return { offer, recipient };
}
