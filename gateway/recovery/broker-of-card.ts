import { sign } from 'node:crypto';
import { hubKeyPair, operatorId, pseudonym, publicFromRaw, rawFromPublic, writeKey } from '../../proto/keys.ts';
import type { Category } from '../../proto/lists.ts';
import { verifyReceipt } from '../../proto/receipt.ts';
import type { Receipt } from '../../proto/wire.ts';
import { type Answer, done } from '../household/answer.ts';
import { fetchOffers } from '../uplink/offers.ts';
import { askOperator, bytesIn, type Fetch, type HttpFailure, textIn } from '../uplink/operator-http.ts';
import { readServiceCertificate } from '../uplink/service-certificate.ts';
import { falseReceipt, notThisOperator, refused } from './refusals.ts';

/** What reaching a data broker takes; `wait` lets time pass between two attempts. */
export interface Reaching {
  readonly url: string;
  readonly fetch: Fetch;
  readonly wait: (ms: number) => Promise<void>;
}

/** A data broker whose operator is known: `isPinned` when it is the one that was named. */
export interface KnownBroker {
  readonly operator: Buffer;
  readonly rootKey: Buffer;
  readonly serviceKey: Buffer;
  readonly isPinned: boolean;
}

/** What one batch came to: verified receipts, and how many names the broker held nothing under. */
export interface BatchDone {
  readonly receipts: readonly Receipt[];
  readonly unknown: number;
}

const ATTEMPTS = 8;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Asks who the broker's operator is; `named` is a root key or (the beginning of) a fingerprint, in bytes. */
export async function meet(reaching: Reaching, named: Buffer | undefined): Promise<Answer<KnownBroker>> {
  const answer = await ask(reaching, 'v1/operator');
  if (!answer.ok) return refused(answer);
  const rootKey = bytesIn(answer.document, 'rootPublicKey', 32);
  const certificate = textIn(answer.document, 'certificate');
  if (!rootKey || certificate === undefined) return refused({ ok: false, reason: 'notABroker' });
  const operator = operatorId(rootKey);
  const isNamed = named && (named.equals(rootKey) || named.equals(operator.subarray(0, named.length)));
  if (named && !isNamed) return notThisOperator();
  const serviceKey = await readServiceCertificate(certificate, rootKey);
  if (!serviceKey) return notThisOperator();
  return done({ operator, rootKey, serviceKey, isPinned: named !== undefined });
}

/** The highest ordinal the broker keeps for the hub of this card. */
export async function highestOrdinal(
  reaching: Reaching,
  { operator }: KnownBroker,
  secret: Buffer,
  nowMs: number,
): Promise<Answer<number>> {
  const { privateKey, publicKey } = hubKeyPair(secret, operator);
  const hubPublicKey = rawFromPublic(publicKey);
  const atS = Math.floor(nowMs / 1_000);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(atS));
  const signed = Buffer.concat([Buffer.from('engawa/1/ordinal'), operator, hubPublicKey, time]);
  const answer = await ask(reaching, 'v1/hubs/ordinal', {
    hubPublicKey: hubPublicKey.toString('base64url'),
    atS,
    signature: sign(null, signed, privateKey).toString('base64url'),
  });
  if (!answer.ok) return refused(answer);
  const highest = (answer.document as { highestOrdinal?: unknown }).highestOrdinal;
  return Number.isSafeInteger(highest) ? done(Number(highest)) : refused({ ok: false, reason: 'notABroker' });
}

/** What the operator's offers say about names: the lengths of key epochs, and whether devices are subjects. */
export async function termsOfOffers(
  { fetch, url }: Reaching,
  { rootKey }: KnownBroker,
): Promise<{ epochDays: number[]; hasDevices: boolean }> {
  const fetched = await fetchOffers(fetch, url, rootKey);
  const offers = fetched.ok ? fetched.offers.map(({ offer }) => offer) : [];
  return {
    epochDays: [...new Set(offers.map(({ epochDays }) => epochDays))],
    // Where the offers cannot be had, devices may have been subjects.
    hasDevices: !fetched.ok || offers.some(({ subject }) => subject === 'device'),
  };
}

/** Has one batch of names erased; tries again while the broker cannot be reached or is busy, and believes only signed receipts. */
export async function eraseBatch(
  reaching: Reaching,
  broker: KnownBroker,
  eraseKeys: readonly string[],
  categories: readonly Category[],
): Promise<Answer<BatchDone>> {
  const answer = await ask(reaching, 'v1/withdrawals/batch', { eraseKeys, categories });
  if (!answer.ok) return refused(answer);
  const { receipts, unknown } = answer.document as { receipts?: Receipt[]; unknown?: number };
  if (!Array.isArray(receipts)) return refused({ ok: false, reason: 'notABroker' });
  const asked = new Set(eraseKeys.map((key) => pseudonym(writeKey(Buffer.from(key, 'hex'))).toString('hex')));
  const key = publicFromRaw('ed25519', broker.serviceKey);
  const isGenuine = (receipt: Receipt): boolean =>
    asked.has(receipt.pseudonym) &&
    categories.every((category) => receipt.categories.includes(category)) &&
    verifyReceipt(receipt, broker.operator, key);
  return receipts.every(isGenuine) ? done({ receipts, unknown: unknown ?? 0 }) : falseReceipt();
}

/** Asks patiently: a line that is down and a broker that is busy are asked again, later and later. */
async function ask(reaching: Reaching, path: string, body?: unknown) {
  const { fetch, url, wait } = reaching;
  let answer = await askOperator(fetch, url, path, body);
  for (let attempt = 1, waitMs = FIRST_WAIT_MS; attempt < ATTEMPTS && isPassing(answer); attempt += 1) {
    await wait(waitMs);
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    answer = await askOperator(fetch, url, path, body);
  }
  return answer;
}

function isPassing(answer: { ok: true } | HttpFailure): boolean {
  if (answer.ok) return false;
  return answer.reason === 'unreachable' || (answer.reason === 'answered' && [429, 502, 503].includes(answer.status));
}
