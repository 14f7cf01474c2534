import { createHash, createHmac, sign, verify } from 'node:crypto';
import { readCompactJws } from '../../proto/compact-jws.ts';
import {
  enrolmentKey,
  hubId,
  hubKeyPair,
  operatorId,
  publicFromRaw,
  rawFromPublic,
  readInviteCode,
  x25519Pair,
} from '../../proto/keys.ts';
import { offerKey, readOffer } from '../../proto/offer.ts';
import type { Offer } from '../../proto/offer-document.ts';
import { LIMITS } from '../limits.ts';

/** What a simulated hub keeps; bytes in lower-case hexadecimal. */
export interface EnrolledHub {
  readonly secret: string;
  readonly operator: string;
  readonly hub: string;
  readonly enrolmentKey: string;
  readonly ingressUrl: string;
  readonly brokerUrl: string;
  readonly rootKey: string;
}

/** An offer, and the key that stands for it in records. */
export interface FoundOffer {
  readonly offer: Offer;
  readonly key: string;
}

/** Why the operator could not be asked, or what it answered, with what to do. */
export class OperatorProblem extends Error {}

/** The invite codes in a text: whatever stands around them, such as the words of the command that prints them, does no harm. */
export function codesIn(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((word) => word.length > 20 && readInviteCode(word).ok))];
}

/** Enrols one hub with a home secret of 32 bytes; waits as long as the broker asks for. Throws OperatorProblem. */
export async function enrolHub(brokerUrl: string, code: string, secret: Buffer): Promise<EnrolledHub> {
  const invite = readInviteCode(code);
  if (!invite.ok) {
    throw new OperatorProblem('an invite code cannot be read; print a new one with: engawa broker hub invite');
  }
  const { rootKey, serviceKey, operator } = await operatorAt(brokerUrl);
  if (!operator.subarray(0, invite.operatorFingerprint.length).equals(invite.operatorFingerprint)) {
    throw new OperatorProblem('the invite code is of another operator than the one at --broker');
  }
  const identity = hubKeyPair(secret, operator);
  const publicKey = rawFromPublic(identity.publicKey);
  const pair = x25519Pair();
  const ephemeral = rawFromPublic(pair.publicKey);
  const inviteId = createHash('sha256').update('engawa/1/invite').update(invite.secret).digest().subarray(0, 8);
  const transcript = Buffer.concat([operator, publicKey, ephemeral, inviteId]);
  const answer = await ask(brokerUrl, 'v1/enrol', {
    schema: 1,
    hubPublicKey: publicKey.toString('base64url'),
    ephemeralPublicKey: ephemeral.toString('base64url'),
    invite: inviteId.toString('hex'),
    proof: createHmac('sha256', invite.secret).update('engawa/1/enrol/proof').update(transcript).digest('base64url'),
    signature: sign(null, Buffer.concat([Buffer.from('engawa/1/enrol/hub'), transcript]), identity.privateKey).toString(
      'base64url',
    ),
  });
  const peer = bytes(answer, 'ephemeralPublicKey');
  const ingressUrl = text(answer, 'ingressUrl');
  const urlHash = createHash('sha256').update(ingressUrl).digest();
  const signed = Buffer.concat([Buffer.from('engawa/1/enrol/broker'), transcript, peer, urlHash]);
  if (!verify(null, signed, publicFromRaw('ed25519', serviceKey), bytes(answer, 'signature'))) {
    throw new OperatorProblem('the broker did not sign its answer; is something between here and --broker?');
  }
  const hub = hubId(publicKey);
  const agreed = { privateKey: pair.privateKey, peerPublicKey: peer, code: invite.secret, operator, hub };
  return {
    secret: secret.toString('hex'),
    operator: operator.toString('hex'),
    hub: hub.toString('hex'),
    enrolmentKey: enrolmentKey(agreed).toString('hex'),
    ingressUrl,
    brokerUrl,
    rootKey: rootKey.toString('hex'),
  };
}

/** The newest published offer of that name. Throws OperatorProblem when there is none. */
export async function offerNamed({ brokerUrl, rootKey }: EnrolledHub, name: string): Promise<FoundOffer> {
  const answer = await ask(brokerUrl, 'v1/offers');
  const listed = (answer as { offers?: unknown }).offers;
  const signed = Array.isArray(listed) ? listed.filter((jws) => typeof jws === 'string') : [];
  const read = await Promise.all(signed.map((jws) => readOffer(jws, Buffer.from(rootKey, 'hex'))));
  const offers = read.flatMap((each) => (each.ok ? [{ offer: each.offer, key: offerKey(each.hash) }] : []));
  const [found] = offers
    .filter(({ offer }) => offer.offer === name)
    .sort((left, right) => right.offer.version - left.offer.version);
  if (found === undefined) {
    const names = [...new Set(offers.map(({ offer }) => offer.offer))].join(', ');
    throw new OperatorProblem(`the operator has no offer ${name}; it has ${names || 'none yet'}`);
  }
  return found;
}

async function operatorAt(brokerUrl: string): Promise<{ rootKey: Buffer; serviceKey: Buffer; operator: Buffer }> {
  const answer = await ask(brokerUrl, 'v1/operator');
  const rootKey = bytes(answer, 'rootPublicKey');
  const payload = readCompactJws(text(answer, 'certificate'), publicFromRaw('ed25519', rootKey), 'engawa-service');
  if (payload === undefined) {
    throw new OperatorProblem("the operator's root key did not sign the broker's certificate");
  }
  const serviceKey = bytes(JSON.parse(Buffer.from(payload).toString('utf8')), 'serviceKey');
  return { rootKey, serviceKey, operator: operatorId(rootKey) };
}

async function ask(base: string, path: string, body?: object): Promise<unknown> {
  const url = URL.parse(path, base.endsWith('/') ? base : `${base}/`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new OperatorProblem('--broker takes the address of a data broker, for example http://127.0.0.1:8490');
  }
  const request = {
    redirect: 'error',
    ...(body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  } as const;
  for (;;) {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(LIMITS.brokerAnswerMs) }).catch(() => {
      throw new OperatorProblem(`no data broker answers at ${url.origin}; is it running?`);
    });
    const document: unknown = await response.json().catch(() => undefined);
    if (response.ok && typeof document === 'object' && document !== null) {
      return document;
    }
    const waitS = Number(response.headers.get('retry-after'));
    if (response.status !== 429 || !(waitS > 0)) {
      const said = (document as { message?: unknown; remedy?: unknown } | undefined) ?? {};
      const words = [said.message, said.remedy].filter((word) => typeof word === 'string').join(' ');
      throw new OperatorProblem(`${url.origin} refuses ${path} (${response.status}). ${words}`.trim());
    }
    await new Promise((resolve) => setTimeout(resolve, waitS * 1000));
  }
}

function text(document: unknown, field: string): string {
  const value = (document as Record<string, unknown>)[field];
  if (typeof value !== 'string') {
    throw new OperatorProblem('what answers at --broker is no data broker of this version');
  }
  return value;
}

function bytes(document: unknown, field: string): Buffer {
  return Buffer.from(text(document, field), 'base64url');
}
