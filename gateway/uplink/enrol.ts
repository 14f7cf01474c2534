import { createHash, createHmac, verify } from 'node:crypto';
import {
  enrolmentKey,
  hubId,
  type Invite,
  type KeyPair,
  operatorId,
  publicFromRaw,
  rawFromPublic,
  readInviteCode,
} from '../../proto/keys.ts';
import { type NotEnrolled, notEnrolled, problemNamed } from './enrol-problems.ts';
import { askOperator, bytesIn, type Fetch, type HttpFailure, textIn } from './operator-http.ts';
import { readServiceCertificate } from './service-certificate.ts';

/** The hub's identity with one operator: its raw Ed25519 public key and a signature with the private one. */
export interface HubIdentity {
  readonly publicKeyRaw: Buffer;
  sign(bytes: Buffer): Buffer;
}

/** What enrolling needs. */
export interface EnrolSettings {
  readonly url: string;
  readonly code: string;
  /** The hub's identity with the operator of this id (32 bytes), derived from the home secret. */
  readonly identity: (operator: Buffer) => HubIdentity;
  readonly fetch: Fetch;
  /** A fresh X25519 pair. */
  readonly ephemeralPair: () => KeyPair;
}

/** What an enrolled hub keeps about its operator; keys and ids are raw bytes. */
export interface Enrolled {
  readonly ok: true;
  readonly operator: Buffer;
  readonly rootKey: Buffer;
  readonly serviceKey: Buffer;
  readonly serviceCertificate: string;
  readonly hub: Buffer;
  readonly enrolmentKey: Buffer;
  readonly ingressUrl: string;
  readonly brokerUrl: string;
}

interface Pinned {
  readonly operator: Buffer;
  readonly rootKey: Buffer;
  readonly serviceKey: Buffer;
  readonly certificate: string;
}

const ATTEMPTS = 3;

/**
 * Enrols this hub with the operator that made the code (broker/README.md, "Enrolment, byte by byte"). Nothing derived
 * from the code is sent before the operator's root key matches the fingerprint in it.
 */
export async function enrol(settings: EnrolSettings): Promise<Enrolled | NotEnrolled> {
  const invite = readInviteCode(settings.code);
  if (!invite.ok) return notEnrolled('code');
  const pinned = await pin(settings, invite);
  return 'ok' in pinned ? pinned : agree(settings, invite, pinned);
}

async function pin({ fetch, url }: EnrolSettings, invite: Invite): Promise<Pinned | NotEnrolled> {
  const answer = await askOperator(fetch, url, 'v1/operator');
  if (!answer.ok) return notEnrolled(problemOf(answer));
  const rootKey = bytesIn(answer.document, 'rootPublicKey', 32);
  const certificate = textIn(answer.document, 'certificate');
  if (!rootKey || !certificate) return notEnrolled('notABroker');
  const operator = operatorId(rootKey);
  if (!operator.subarray(0, invite.operatorFingerprint.length).equals(invite.operatorFingerprint)) {
    return notEnrolled('fingerprint');
  }
  const serviceKey = await readServiceCertificate(certificate, rootKey);
  return serviceKey ? { operator, rootKey, serviceKey, certificate } : notEnrolled('certificate');
}

async function agree(settings: EnrolSettings, invite: Invite, pinned: Pinned): Promise<Enrolled | NotEnrolled> {
  const { operator, rootKey, serviceKey, certificate } = pinned;
  const identity = settings.identity(operator);
  const pair = settings.ephemeralPair();
  const ephemeral = rawFromPublic(pair.publicKey);
  const inviteId = createHash('sha256').update('engawa/1/invite').update(invite.secret).digest().subarray(0, 8);
  const transcript = Buffer.concat([operator, identity.publicKeyRaw, ephemeral, inviteId]);
  const answer = await askPersistently(settings, {
    schema: 1,
    hubPublicKey: identity.publicKeyRaw.toString('base64url'),
    ephemeralPublicKey: ephemeral.toString('base64url'),
    invite: inviteId.toString('hex'),
    proof: createHmac('sha256', invite.secret).update('engawa/1/enrol/proof').update(transcript).digest('base64url'),
    signature: identity.sign(Buffer.concat([Buffer.from('engawa/1/enrol/hub'), transcript])).toString('base64url'),
  });
  if (!answer.ok) return notEnrolled(problemOf(answer));
  const read = readAnswer(answer.document, transcript, serviceKey);
  if (!read) return notEnrolled('answer');
  const hub = hubId(identity.publicKeyRaw);
  const agreed = { privateKey: pair.privateKey, peerPublicKey: read.ephemeral, code: invite.secret, operator, hub };
  return {
    ok: true,
    operator,
    rootKey,
    serviceKey,
    serviceCertificate: certificate,
    hub,
    enrolmentKey: enrolmentKey(agreed),
    ingressUrl: read.ingressUrl,
    brokerUrl: settings.url,
  };
}

/** The same request again after a lost answer gets the same answer, so that a code is not wasted on a bad line. */
async function askPersistently({ fetch, url }: EnrolSettings, request: object) {
  let answer = await askOperator(fetch, url, 'v1/enrol', request);
  for (let attempt = 1; attempt < ATTEMPTS && !answer.ok && answer.reason === 'unreachable'; attempt++) {
    answer = await askOperator(fetch, url, 'v1/enrol', request);
  }
  return answer;
}

function readAnswer(document: unknown, transcript: Buffer, serviceKey: Buffer) {
  const ephemeral = bytesIn(document, 'ephemeralPublicKey', 32);
  const signature = bytesIn(document, 'signature', 64);
  const ingressUrl = textIn(document, 'ingressUrl');
  if (!ephemeral || !signature || ingressUrl === undefined) return undefined;
  const urlHash = createHash('sha256').update(ingressUrl).digest();
  const signed = Buffer.concat([Buffer.from('engawa/1/enrol/broker'), transcript, ephemeral, urlHash]);
  return verify(null, signed, publicFromRaw('ed25519', serviceKey), signature) ? { ephemeral, ingressUrl } : undefined;
}

function problemOf(failure: HttpFailure) {
  return failure.reason === 'answered' ? problemNamed(failure.code) : failure.reason;
}
