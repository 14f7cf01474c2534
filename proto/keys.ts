import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { bytesFromText, textFromBytes } from './base32.ts';

/**
 * Every identity and key of the protocol, derived in one place, so that a hub, a broker and a recovery card agree.
 * All functions are pure but `x25519Pair`. Lengths in bytes are checked; a wrong length is a bug and throws RangeError.
 */

/** A key pair of the node:crypto kind. */
export interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}
/** The two directions a cell can travel. */
export type Direction = 'up' | 'down';

const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = {
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
  x25519: Buffer.from('302a300506032b656e032100', 'hex'),
};
const SECRET_BYTES = 32;
const INVITE_BYTES = 10;
const DAY_MS = 86_400_000;

function sized(bytes: Buffer, length: number, what: string): Buffer {
  if (bytes.length !== length) throw new RangeError(`${what} must be ${length} bytes, not ${bytes.length}`);
  return bytes;
}

function sha256(...parts: readonly (Buffer | string)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function derive(secret: Buffer, salt: Buffer, ...info: readonly (Buffer | string)[]): Buffer {
  const label = Buffer.concat(info.map((part) => Buffer.from(part)));
  return Buffer.from(hkdfSync('sha256', secret, salt, label, 32));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** An Ed25519 key pair from its 32-byte seed. */
export function ed25519FromSeed(seed: Buffer): KeyPair {
  const der = Buffer.concat([ED25519_PKCS8, sized(seed, 32, 'Ed25519 seed')]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** A fresh X25519 key pair for one enrolment. */
export function x25519Pair(): KeyPair {
  return generateKeyPairSync('x25519');
}

/** A public key from its raw 32 bytes. */
export function publicFromRaw(kind: keyof typeof SPKI, raw: Buffer): KeyObject {
  return createPublicKey({
    key: Buffer.concat([SPKI[kind], sized(raw, 32, `${kind} public key`)]),
    format: 'der',
    type: 'spki',
  });
}

/** The raw 32 bytes of an Ed25519 or X25519 public key (given a private key, of its public half). */
export function rawFromPublic(key: KeyObject): Buffer {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return Buffer.from(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
}

/** The operator's identity: SHA-256 (32 bytes) of its raw root public key. */
export function operatorId(rootPublicKey: Buffer): Buffer {
  return sha256(sized(rootPublicKey, 32, 'root public key'));
}

/** The hub's Ed25519 pair for one operator; a hub replaced from the recovery card has the same. */
export function hubKeyPair(homeSecret: Buffer, operator: Buffer): KeyPair {
  return ed25519FromSeed(
    derive(sized(homeSecret, SECRET_BYTES, 'home secret'), sized(operator, 32, 'operator'), 'engawa/1/hub'),
  );
}

/** The hub's identity: the first 16 bytes of SHA-256 of its raw public key. */
export function hubId(publicKeyRaw: Buffer): Buffer {
  return sha256(sized(publicKeyRaw, 32, 'hub public key')).subarray(0, 16);
}

/** The erase key `w` (32 bytes) of agreement `ordinal`, key epoch and subject (0 = the home); all unsigned 32-bit. */
export function eraseKey(
  homeSecret: Buffer,
  operator: Buffer,
  ordinal: number,
  epoch: number,
  subject: number,
): Buffer {
  const agreementKey = derive(
    sized(homeSecret, SECRET_BYTES, 'home secret'),
    sized(operator, 32, 'operator'),
    'engawa/1/erase',
    uint32(ordinal),
    uint32(epoch),
  );
  return createHmac('sha256', agreementKey).update(uint32(subject)).digest();
}

/** The write key `v` (16 bytes) of an erase key: what a hub sends with records. */
export function writeKey(erase: Buffer): Buffer {
  return sha256('write', sized(erase, 32, 'erase key')).subarray(0, 16);
}

/** The pseudonym `p` (16 bytes) of a write key: what the broker stores and recipients see. */
export function pseudonym(write: Buffer): Buffer {
  return sha256('name', sized(write, 16, 'write key')).subarray(0, 16);
}

/** The key epoch of an instant: whole periods of `epochDays` UTC days since 1970, the same in every home. */
export function epochAt(atMs: number, epochDays: number): number {
  if (!Number.isInteger(epochDays) || epochDays < 1) throw new RangeError('epochDays must be a positive integer');
  return Math.max(0, Math.floor(atMs / (DAY_MS * epochDays)));
}

/** What both ends know when they agree on an enrolment key; `peerPublicKey` is raw, `code` the invite's secret. */
export interface EnrolmentInput {
  readonly privateKey: KeyObject;
  readonly peerPublicKey: Buffer;
  readonly code: Buffer;
  readonly operator: Buffer;
  readonly hub: Buffer;
}

/**
 * The 32-byte key hub and broker share after enrolment (X25519, HKDF bound to code, operator and hub). Throws when the
 * peer's key is of small order, which no honest peer sends.
 */
export function enrolmentKey({ privateKey, peerPublicKey, code, operator, hub }: EnrolmentInput): Buffer {
  const shared = diffieHellman({ privateKey, publicKey: publicFromRaw('x25519', peerPublicKey) });
  return derive(
    shared,
    sha256(sized(code, INVITE_BYTES, 'invite secret')),
    'engawa/1/enrolment',
    sized(operator, 32, 'operator'),
    sized(hub, 16, 'hub'),
  );
}

/** The AES-256 key of one run (8 bytes) and direction. */
export function runKey(enrolment: Buffer, run: Buffer, direction: Direction): Buffer {
  return derive(
    sized(enrolment, 32, 'enrolment key'),
    Buffer.alloc(0),
    'engawa/1/run',
    sized(run, 8, 'run'),
    direction,
  );
}

/** The home secret as the recovery card prints it: fourteen groups of four characters, checksum included. */
export function cardFromSecret(secret: Buffer): string {
  return textFromBytes('engawa/1/card', sized(secret, SECRET_BYTES, 'home secret'));
}

/** The home secret from a typed recovery card. */
export function secretFromCard(
  text: string,
): { ok: true; secret: Buffer } | { ok: false; reason: 'character' | 'length' | 'checksum' } {
  const read = bytesFromText('engawa/1/card', text, SECRET_BYTES);
  return read.ok ? { ok: true, secret: read.bytes } : read;
}

/** What an invite code carries: a one-time secret and the first 10 bytes of the operator's identity. */
export interface Invite {
  readonly secret: Buffer;
  readonly operatorFingerprint: Buffer;
}

/** The one-time code of `hub invite`: nine groups of four characters, checksum included. */
export function inviteCode(secret: Buffer, operator: Buffer): string {
  const bytes = Buffer.concat([sized(secret, INVITE_BYTES, 'invite secret'), operator.subarray(0, 10)]);
  return textFromBytes('engawa/1/invite', sized(bytes, 20, 'invite'));
}

/** The invite in a typed code. */
export function readInviteCode(
  text: string,
): ({ ok: true } & Invite) | { ok: false; reason: 'character' | 'length' | 'checksum' } {
  const read = bytesFromText('engawa/1/invite', text, 20);
  if (!read.ok) return read;
  return { ok: true, secret: read.bytes.subarray(0, INVITE_BYTES), operatorFingerprint: read.bytes.subarray(10) };
}
