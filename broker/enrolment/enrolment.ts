import { createHash, createHmac, sign, timingSafeEqual, verify } from 'node:crypto';
import { enrolmentKey, hubId, inviteCode, publicFromRaw, rawFromPublic, x25519Pair } from '../../proto/keys.ts';
import { LIMITS } from '../limits.ts';
import type { Operator } from '../operator.ts';
import { Refusal } from '../refusal.ts';
import type { BrokerStore, Invite, Transaction } from '../store/store.ts';
import { hourAt, type Surroundings } from '../surroundings.ts';

/** A hub's request, as its JSON says it (see broker/README.md). */
export interface EnrolmentRequest {
  readonly schema: 1;
  readonly hubPublicKey: string;
  readonly ephemeralPublicKey: string;
  readonly invite: string;
  readonly proof: string;
  readonly signature: string;
}

/** What the hub is answered. */
export interface EnrolmentAnswer {
  readonly hub: string;
  readonly ephemeralPublicKey: string;
  readonly ingressUrl: string;
  readonly signature: string;
}

const SECRET_BYTES = 10;
const AGAIN = 'Ask the operator for a new code: engawa broker hub invite.';

const sha256 = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The public name of an invite's secret: first 8 bytes of SHA-256("engawa/1/invite" ‖ secret), hexadecimal. */
export const inviteId = (secret: Buffer): string => sha256('engawa/1/invite', secret).subarray(0, 8).toString('hex');

function raw(text: string, length: number, field: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== length || bytes.toString('base64url') !== text) {
    throw new Refusal(400, 'malformed', `${field} is not base64url of ${length} bytes.`, 'Update the hub.');
  }
  return bytes;
}

/** Makes a one-time code, valid for 24 hours from now. */
export async function makeInvite(
  store: BrokerStore,
  operator: Operator,
  { now, random }: Surroundings,
): Promise<{ code: string; expiresAtMs: number }> {
  const secret = random(SECRET_BYTES);
  const madeS = Math.floor(now() / 1_000);
  await store.transact(async (transaction) => {
    await transaction.expireInvites(madeS - LIMITS.inviteLifeMs / 1_000);
    if ((await transaction.invitesWaiting()) >= LIMITS.invitesWaiting) {
      throw new Refusal(409, 'tooManyInvites', 'Too many invites are waiting.', 'Use them, or wait 24 hours.');
    }
    await transaction.putInvite({ id: inviteId(secret), madeS, secret });
  });
  return { code: inviteCode(secret, operator.id), expiresAtMs: madeS * 1_000 + LIMITS.inviteLifeMs };
}

interface Checked {
  readonly request: EnrolmentRequest;
  readonly digest: Buffer;
  readonly hub: Buffer;
  readonly hubPublicKey: Buffer;
  readonly ephemeral: Buffer;
  readonly transcript: Buffer;
  readonly proof: Buffer;
}

function check(request: EnrolmentRequest, operator: Operator): Checked {
  const hubPublicKey = raw(request.hubPublicKey, 32, 'hubPublicKey');
  const ephemeral = raw(request.ephemeralPublicKey, 32, 'ephemeralPublicKey');
  const proof = raw(request.proof, 32, 'proof');
  const signature = raw(request.signature, 64, 'signature');
  const transcript = Buffer.concat([operator.id, hubPublicKey, ephemeral, Buffer.from(request.invite, 'hex')]);
  const signed = Buffer.concat([Buffer.from('engawa/1/enrol/hub'), transcript]);
  if (!verify(null, signed, publicFromRaw('ed25519', hubPublicKey), signature)) {
    throw new Refusal(
      403,
      'signature',
      "The hub's signature does not verify.",
      'Enrol again; if it repeats, update the hub.',
    );
  }
  const digest = sha256(transcript, proof, signature);
  return { request, digest, hub: hubId(hubPublicKey), hubPublicKey, ephemeral, transcript, proof };
}

/** The invite's secret, or the answer it already gave this very request; refuses wrong, used and expired codes. */
async function redeem(
  transaction: Transaction,
  checked: Checked,
  nowMs: number,
): Promise<{ secret: Buffer; invite: Invite } | { answer: EnrolmentAnswer }> {
  const invite = await transaction.invite(checked.request.invite);
  if (!invite) throw new Refusal(403, 'unknownCode', 'This broker has given no such code.', AGAIN);
  if (invite.answer !== undefined) {
    if (invite.request?.equals(checked.digest)) return { answer: JSON.parse(invite.answer) };
    throw new Refusal(409, 'usedCode', 'This code has been used; each code enrols one hub once.', AGAIN);
  }
  if (!invite.secret || nowMs >= invite.madeS * 1_000 + LIMITS.inviteLifeMs) {
    throw new Refusal(410, 'expiredCode', 'This code is older than 24 hours.', AGAIN);
  }
  const proof = createHmac('sha256', invite.secret).update('engawa/1/enrol/proof').update(checked.transcript).digest();
  if (!timingSafeEqual(proof, checked.proof)) {
    throw new Refusal(403, 'unknownCode', 'The code does not match.', `Type it again. ${AGAIN}`);
  }
  return { secret: invite.secret, invite };
}

/** Enrols a hub with a one-time code; throws Refusal with the reasons of broker/README.md. */
export async function enrol(
  store: BrokerStore,
  operator: Operator,
  { now }: Surroundings,
  request: EnrolmentRequest,
  ingressUrl: string,
): Promise<EnrolmentAnswer> {
  const checked = check(request, operator);
  return store.transact(async (transaction) => {
    const redeemed = await redeem(transaction, checked, now());
    if ('answer' in redeemed) return redeemed.answer;
    const { hub, hubPublicKey, ephemeral } = checked;
    const own = x25519Pair();
    const key = agree(() =>
      enrolmentKey({
        privateKey: own.privateKey,
        peerPublicKey: ephemeral,
        code: redeemed.secret,
        operator: operator.id,
        hub,
      }),
    );
    const known = await transaction.hub(hub.toString('hex'));
    await transaction.putHub({
      hub: hub.toString('hex'),
      publicKey: hubPublicKey,
      enrolmentKey: key,
      highestOrdinal: known?.highestOrdinal ?? 0,
      enrolledHour: hourAt(now()),
    });
    const answer = signedAnswer(checked, rawFromPublic(own.publicKey), ingressUrl, operator);
    const { id, madeS } = redeemed.invite;
    const used = { id, madeS, hub: answer.hub, request: checked.digest, answer: JSON.stringify(answer) };
    await transaction.putInvite(used);
    return answer;
  });
}

function agree(derive: () => Buffer): Buffer {
  try {
    return derive();
  } catch {
    // A key of small order has no shared secret: OpenSSL refuses it.
    throw new Refusal(400, 'malformed', 'ephemeralPublicKey is not a usable X25519 key.', 'Update the hub.');
  }
}

function signedAnswer(checked: Checked, ephemeral: Buffer, ingressUrl: string, operator: Operator): EnrolmentAnswer {
  const label = Buffer.from('engawa/1/enrol/broker');
  const signed = Buffer.concat([label, checked.transcript, ephemeral, sha256(ingressUrl)]);
  return {
    hub: checked.hub.toString('hex'),
    ephemeralPublicKey: ephemeral.toString('base64url'),
    ingressUrl,
    signature: sign(null, signed, operator.serviceKey).toString('base64url'),
  };
}

/** The password a hub shows to the embedded ingress: HMAC-SHA-256(enrolment key, "mqtt"), hexadecimal. */
export const mqttPassword = (key: Buffer): string => createHmac('sha256', key).update('mqtt').digest('hex');
