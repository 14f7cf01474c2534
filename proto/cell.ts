import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { decodeDown, decodeUp, encodeDown, encodeUp } from './codec.ts';
import { type Direction, runKey } from './keys.ts';
import { type DownBody, type RefusalReason, type RunId, type UpBody, WIRE_VERSION, type WireVersion } from './wire.ts';

/**
 * Sealed cells of fixed size. Up: version 1, run 8, cell number 8, ciphertext, tag 16. Down: the same with a random
 * nonce of 12 before the ciphertext. The plaintext is a 2-byte length, the body, and zeros.
 * The version byte, the run and the number of the cell stay where they are in every later version.
 */

/** The size of every up cell in bytes. */
export const UP_CELL_BYTES = 4096;
/** The size of every down cell in bytes. */
export const DOWN_CELL_BYTES = 1024;

const HEADER_BYTES = 17;
const TAG_BYTES = 16;
const NONCE_BYTES = 12;
const LENGTH_BYTES = 2;
const ZEROS = Buffer.alloc(UP_CELL_BYTES);

/** The largest encoded body an up cell can carry. */
export const UP_BODY_BYTES = UP_CELL_BYTES - HEADER_BYTES - TAG_BYTES - LENGTH_BYTES;
/** The largest encoded body a down cell can carry. */
export const DOWN_BODY_BYTES = DOWN_CELL_BYTES - HEADER_BYTES - NONCE_BYTES - TAG_BYTES - LENGTH_BYTES;

/** Why a cell was not opened. `size` and `seal` deserve no answer (anybody could have made it); the rest are refusals. */
export type OpenReason = 'size' | 'seal' | RefusalReason;
/** The clear part of a cell. */
export interface CellHeader {
  readonly version: number;
  readonly run: RunId;
  readonly cell: number;
}

/** The topic of a hub's up cells; `hub` is its 16 bytes. */
export function topicUp(hub: Buffer): string {
  return `engawa/1/${hub.toString('hex')}/up`;
}

/** The topic of the answers to a hub; `hub` is its 16 bytes. */
export function topicDown(hub: Buffer): string {
  return `engawa/1/${hub.toString('hex')}/down`;
}

function headerBytes({ version, run, cell }: CellHeader): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes[0] = version;
  bytes.write(run, 1, 'hex');
  bytes.writeBigUInt64BE(BigInt(cell), 9);
  return bytes;
}

function associated(header: Buffer, hub: Buffer, direction: Direction): Buffer {
  return Buffer.concat([header.subarray(0, 1), hub, header.subarray(1, 9), Buffer.from(direction), header.subarray(9)]);
}

function upNonce(header: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(NONCE_BYTES - 8), header.subarray(9)]);
}

interface Seal {
  readonly enrolmentKey: Buffer;
  readonly hub: Buffer;
  readonly header: Buffer;
  readonly direction: Direction;
  readonly nonce: Buffer;
}

/** Run keys already derived, for as long as somebody holds the enrolment key: deriving one takes longer than sealing a cell. */
const derived = new WeakMap<Buffer, Map<string, KeyObject>>();
const KEYS_KEPT = 8;

function keyOf({ enrolmentKey, header, direction }: Seal): KeyObject {
  const run = header.subarray(1, 9);
  const keys = derived.get(enrolmentKey) ?? new Map<string, KeyObject>();
  derived.set(enrolmentKey, keys);
  const name = `${direction} ${run.toString('hex')}`;
  const known = keys.get(name);
  if (known) return known;
  if (keys.size >= KEYS_KEPT) keys.clear();
  const key = createSecretKey(runKey(enrolmentKey, run, direction));
  keys.set(name, key);
  return key;
}

/** Makes a whole cell of `bytes`: what comes before the ciphertext, the sealed body and the tag, in one piece of memory. */
function seal(before: readonly Buffer[], body: Buffer, bytes: number, how: Seal): Buffer {
  const { hub, header, direction, nonce } = how;
  const frame = Buffer.alloc(bytes);
  let at = 0;
  for (const part of before) at += part.copy(frame, at);
  const plain = frame.subarray(at, bytes - TAG_BYTES);
  if (body.length > plain.length - LENGTH_BYTES) {
    throw new RangeError(`a body of ${body.length} bytes does not fit a cell of direction ${direction}`);
  }
  plain.writeUInt16BE(body.length);
  body.copy(plain, LENGTH_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(how), nonce).setAAD(associated(header, hub, direction));
  // In this mode everything comes out of `update`; `final` only makes the tag.
  cipher.update(plain).copy(plain);
  cipher.final();
  cipher.getAuthTag().copy(frame, bytes - TAG_BYTES);
  return frame;
}

function unseal(sealed: Buffer, how: Seal): Buffer | undefined {
  const { hub, header, direction, nonce } = how;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(how), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associated(header, hub, direction)).setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** The body in a plaintext, or undefined when the length or the padding is wrong. */
function bodyIn(plain: Buffer): Buffer | undefined {
  const end = LENGTH_BYTES + plain.readUInt16BE();
  if (end > plain.length || !plain.subarray(end).equals(ZEROS.subarray(0, plain.length - end))) return undefined;
  return plain.subarray(LENGTH_BYTES, end);
}

/** Reads a cell's clear header; a number above 2^53 - 1 is malformed. Says nothing about who made the cell. */
function peek(frame: Buffer, bytes: number): ({ ok: true } & CellHeader) | { ok: false; reason: 'size' | 'malformed' } {
  if (frame.length !== bytes) return { ok: false, reason: 'size' };
  const cell = Number(frame.readBigUInt64BE(9));
  if (!Number.isSafeInteger(cell) || cell < 1) return { ok: false, reason: 'malformed' };
  return { ok: true, version: frame[0] as number, run: frame.toString('hex', 1, 9), cell };
}

/** Reads an up cell's clear header, so that the broker can count and answer; it is not yet shown to be genuine. */
export function peekUp(frame: Buffer): ReturnType<typeof peek> {
  return peek(frame, UP_CELL_BYTES);
}

/** The first version that has words for all of a body. */
function leastVersion(body: UpBody): WireVersion {
  if (body.leases || body.inquiries) return 3;
  return body.asks === true || body.records.some(({ backlog }) => backlog === true) ? 2 : 1;
}

function leastVersionOf({ lapsed, standings, pacing }: DownBody): WireVersion {
  if (lapsed || standings) return 3;
  return pacing ? 2 : 1;
}

function isKnown(version: number): boolean {
  return version >= 1 && version <= WIRE_VERSION;
}

/** Seals an up cell: the same body always gives the same 4,096 bytes; a body that does not fit throws RangeError. */
export function sealUp({ enrolmentKey, hub, body }: { enrolmentKey: Buffer; hub: Buffer; body: UpBody }): Buffer {
  if (leastVersion(body) > (body.version ?? 1)) throw new RangeError('this version has no words for it');
  const header = headerBytes({ version: body.version ?? 1, run: body.run, cell: body.cell });
  const how: Seal = { enrolmentKey, hub, header, direction: 'up', nonce: upNonce(header) };
  return seal([header], encodeUp(body), UP_CELL_BYTES, how);
}

/** Opens an up cell of this hub, of whatever run its header names. */
export function openUp({
  frame,
  enrolmentKey,
  hub,
}: {
  frame: Buffer;
  enrolmentKey: Buffer;
  hub: Buffer;
}): { ok: true; body: UpBody } | { ok: false; reason: OpenReason } {
  const peeked = peekUp(frame);
  if (!peeked.ok) return { ok: false, reason: peeked.reason === 'size' ? 'size' : 'seal' };
  const header = frame.subarray(0, HEADER_BYTES);
  const plain = unseal(frame.subarray(HEADER_BYTES), {
    enrolmentKey,
    hub,
    header,
    direction: 'up',
    nonce: upNonce(header),
  });
  if (plain === undefined) return { ok: false, reason: 'seal' };
  if (!isKnown(peeked.version)) return { ok: false, reason: 'version' };
  const bytes = bodyIn(plain);
  if (bytes === undefined) return { ok: false, reason: 'malformed' };
  const decoded = decodeUp(bytes);
  if (!decoded.ok) return decoded;
  const agrees = decoded.body.run === peeked.run && decoded.body.cell === peeked.cell;
  if (!agrees) return { ok: false, reason: 'malformed' };
  if (leastVersion(decoded.body) > peeked.version) return { ok: false, reason: 'field' };
  return peeked.version === 1 ? decoded : { ok: true, body: { version: peeked.version as 2 | 3, ...decoded.body } };
}

/** What sealing an answer needs: `run` is the run of the up cell it answers, `randomNonce` 12 fresh random bytes. */
export interface DownInput {
  readonly enrolmentKey: Buffer;
  readonly hub: Buffer;
  readonly run: RunId;
  /** The version of that cell, so that its hub can read the answer; 1 when absent. */
  readonly version?: number;
  readonly body: DownBody;
  readonly randomNonce: Buffer;
}

/** Seals an answer of 1,024 bytes; a body that does not fit throws RangeError. */
export function sealDown({ enrolmentKey, hub, run, version = 1, body, randomNonce }: DownInput): Buffer {
  if (randomNonce.length !== NONCE_BYTES) throw new RangeError(`a nonce must be ${NONCE_BYTES} bytes`);
  if (leastVersionOf(body) > Math.max(1, version)) throw new RangeError('this version has no words for it');
  const answered = Math.max(1, Math.min(version, WIRE_VERSION));
  const header = headerBytes({ version: answered, run, cell: body.cell });
  const how: Seal = { enrolmentKey, hub, header, direction: 'down', nonce: randomNonce };
  return seal([header, randomNonce], encodeDown(body), DOWN_CELL_BYTES, how);
}

/** Opens an answer sealed for this hub and this run; one for another run does not open (`seal`). */
export function openDown(input: {
  frame: Buffer;
  enrolmentKey: Buffer;
  hub: Buffer;
  run: RunId;
}): { ok: true; body: DownBody } | { ok: false; reason: OpenReason } {
  const { frame, enrolmentKey, hub } = input;
  const peeked = peek(frame, DOWN_CELL_BYTES);
  if (!peeked.ok) return { ok: false, reason: peeked.reason === 'size' ? 'size' : 'seal' };
  if (peeked.run !== input.run) return { ok: false, reason: 'seal' };
  const header = frame.subarray(0, HEADER_BYTES);
  const nonce = frame.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
  const sealed = frame.subarray(HEADER_BYTES + NONCE_BYTES);
  const plain = unseal(sealed, { enrolmentKey, hub, header, direction: 'down', nonce });
  if (plain === undefined) return { ok: false, reason: 'seal' };
  if (!isKnown(peeked.version)) return { ok: false, reason: 'version' };
  const bytes = bodyIn(plain);
  if (bytes === undefined) return { ok: false, reason: 'malformed' };
  const decoded = decodeDown(bytes);
  if (!decoded.ok) return decoded;
  if (decoded.body.cell !== peeked.cell) return { ok: false, reason: 'malformed' };
  return leastVersionOf(decoded.body) > peeked.version ? { ok: false, reason: 'field' } : decoded;
}
