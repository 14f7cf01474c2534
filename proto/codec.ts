import './protobuf-numbers.ts';
import protobuf from 'protobufjs/minimal.js';
import { downBody, downMessage } from './codec-down.ts';
import { upBody, upMessage } from './codec-up.ts';
import { EnumerationError } from './fields.ts';
import { engawa } from './generated/cell.js';
import type { DownBody, RefusalReason, UpBody } from './wire.ts';

/**
 * Bodies ↔ bytes, strictly: every body has one encoding, and a decoder refuses any other bytes by encoding what it read
 * and comparing. That covers what protobuf forgives: padded numbers, repeated fields, another order, split columns.
 */

const { Up, Down } = engawa.wire.v1;

/** A body, or why the bytes are none. */
export type Decoded<Body> = { ok: true; body: Body } | { ok: false; reason: RefusalReason };

interface MessageType<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(reader: protobuf.Reader): Message;
}

/** Whether anything in a decoded message is a field this version does not know. */
function hasUnknown(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false;
  if (Array.isArray(value)) return typeof value[0] === 'object' && value.some(hasUnknown);
  return '$unknowns' in value || Object.values(value).some(hasUnknown);
}

function parse<Message>(type: MessageType<Message>, bytes: Buffer): Message | undefined {
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  try {
    return type.decode(reader);
  } catch {
    return undefined; // protobufjs throws several kinds of error on bytes that are no message
  }
}

function toBytes<Message>(type: MessageType<Message>, message: Message): Buffer {
  const bytes = type.encode(message).finish();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function decode<Message, Body>(
  type: MessageType<Message>,
  bytes: Buffer,
  read: (message: Message) => Body,
  write: (body: Body) => Message,
): Decoded<Body> {
  const message = parse(type, bytes);
  if (message === undefined) return { ok: false, reason: 'malformed' };
  if (hasUnknown(message)) return { ok: false, reason: 'field' };
  try {
    const body = read(message);
    return toBytes(type, write(body)).equals(bytes) ? { ok: true, body } : { ok: false, reason: 'malformed' };
  } catch (error) {
    if (error instanceof EnumerationError) return { ok: false, reason: 'enumeration' };
    if (error instanceof RangeError) return { ok: false, reason: 'malformed' };
    throw error;
  }
}

/** The bytes of an up body; the same body gives the same bytes. Throws RangeError on what the wire cannot say. */
export function encodeUp(body: UpBody): Buffer {
  return toBytes(Up, upMessage(body));
}

/** Reads an up body strictly: bytes this version would not have written itself are refused with a reason. */
export function decodeUp(bytes: Buffer): Decoded<UpBody> {
  return decode<engawa.wire.v1.Up.$Properties, UpBody>(Up, bytes, upBody, upMessage);
}

/** The bytes of a down body. Throws RangeError on what the wire cannot say. */
export function encodeDown(body: DownBody): Buffer {
  return toBytes(Down, downMessage(body));
}

/** Reads a down body as strictly as `decodeUp`. */
export function decodeDown(bytes: Buffer): Decoded<DownBody> {
  return decode<engawa.wire.v1.Down.$Properties, DownBody>(Down, bytes, downBody, downMessage);
}
