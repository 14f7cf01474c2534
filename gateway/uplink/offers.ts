import { readOffer } from '../../proto/offer.ts';
import type { Offer } from '../../proto/offer-document.ts';
import { LIMITS } from '../limits.ts';
import type { Clock } from './clock.ts';
import { askOperator, type Fetch } from './operator-http.ts';

/** An offer signed by the pinned operator: the document, the hash (32 bytes) a grant pins, and the JWS it came as. */
export interface ReceivedOffer {
  readonly offer: Offer;
  readonly hash: Buffer;
  readonly jws: string;
}

/** The operator's offers; those that break a rule are left out, with the reasons. */
export type FetchedOffers =
  | { readonly ok: true; readonly offers: readonly ReceivedOffer[]; readonly problems: readonly string[] }
  | { readonly ok: false; readonly reason: 'address' | 'unreachable' | 'notABroker' };

/** Asks the operator (`GET /v1/offers`) and keeps what its pinned root key (32 bytes raw) signed. */
export async function fetchOffers(fetch: Fetch, url: string, rootKey: Buffer): Promise<FetchedOffers> {
  const answer = await askOperator(fetch, url, 'v1/offers');
  if (!answer.ok) return { ok: false, reason: answer.reason === 'answered' ? 'notABroker' : answer.reason };
  const list = (answer.document as { offers?: unknown } | null)?.offers;
  if (!Array.isArray(list)) return { ok: false, reason: 'notABroker' };
  const signed = list.filter((jws): jws is string => typeof jws === 'string').slice(0, LIMITS.offers);
  const read = await Promise.all(signed.map(async (jws) => ({ jws, result: await readOffer(jws, rootKey) })));
  return {
    ok: true,
    offers: read.flatMap(({ jws, result }) => (result.ok ? [{ jws, offer: result.offer, hash: result.hash }] : [])),
    problems: read.flatMap(({ result }) => (result.ok ? [] : result.problems)),
  };
}

/**
 * Refreshes the offers again and again until the answer is called: at first within a random part of `everyMs`, then each time
 * after half of it to one and a half, drawn anew, so that hubs started by the same power cut never ask together.
 */
export function keepRefreshed(
  refresh: () => Promise<unknown>,
  { clock, random, everyMs = LIMITS.refreshOffersMs }: { clock: Clock; random: () => number; everyMs?: number },
): () => void {
  let cancel = clock.after(random() * everyMs, again);
  let isStopped = false;
  function again(): void {
    const plan = () => {
      if (!isStopped) cancel = clock.after((0.5 + random()) * everyMs, again);
    };
    refresh().then(plan, plan);
  }
  return () => {
    isStopped = true;
    cancel();
  };
}
