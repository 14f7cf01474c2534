import type { Operation, Value } from '../store.ts';
import { ARGUMENTS_MOST, TAGS } from './encoding.ts';

const FIRST_BYTES = 16 * 1024;
/** Bytes an argument without its text or bytes needs at most: a tag and a varint of 53 bits. */
const ROOM = 10;
/** Longer text is written by the engine; shorter text is faster written here. */
const SHORT_TEXT = 32;

/** Writes operations as bytes, one behind the other, into one growing buffer that is used again and again. */
export class Encoder {
  readonly #start: number;
  readonly #numberOf: (statement: string) => number | undefined;
  #bytes: Buffer;
  #end: number;

  /** `start` bytes are left free at the beginning; `numberOf` names the number of a statement (1 to 255). */
  constructor(numberOf: (statement: string) => number | undefined, start = 0) {
    this.#numberOf = numberOf;
    this.#start = start;
    this.#bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
    this.#end = start;
  }

  /** Where the next operation goes. */
  get end(): number {
    return this.#end;
  }

  /** The buffer with everything written so far, and room for `atLeast` bytes. */
  bytes(atLeast: number): Buffer {
    this.#reserve(atLeast - this.#end);
    return this.#bytes;
  }

  /** Everything written from `from` to `to`; a view that the next `add` may move away from. */
  slice(from: number, to: number): Buffer {
    return this.#bytes.subarray(from, to);
  }

  /** Forgets everything from `end` on. */
  truncate(end = this.#start): void {
    this.#end = end;
  }

  /** Adds bytes that an encoder wrote. */
  addEncoded(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Adds an operation. Throws TypeError, adding nothing, when the statement has no number or a value no encoding. */
  add(operation: Operation): void {
    const before = this.#end;
    const number = this.#numberOf(operation[0]);
    const count = operation.length - 1;
    if (number === undefined || count > ARGUMENTS_MOST) throw new TypeError('an operation that has no encoding');
    try {
      this.#reserve(2);
      this.#bytes[this.#end++] = number;
      this.#bytes[this.#end++] = count;
      for (let index = 1; index <= count; index += 1) this.#value(operation[index] as Value);
    } catch (error) {
      this.#end = before;
      throw error;
    }
  }

  #value(value: Value): void {
    if (typeof value === 'number') this.#number(value);
    else if (typeof value === 'string') this.#text(value);
    else if (value === null) this.#tag(TAGS.null);
    else if (value instanceof Uint8Array) this.#blob(value);
    else throw new TypeError('a value that has no encoding');
  }

  #tag(tag: number): void {
    this.#reserve(ROOM);
    this.#bytes[this.#end++] = tag;
  }

  #number(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.#tag(value < 0 ? TAGS.negative : TAGS.integer);
      this.#varint(value < 0 ? -1 - value : value);
      return;
    }
    this.#tag(TAGS.float);
    this.#end = this.#bytes.writeDoubleLE(value, this.#end);
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#end++] = (rest % 0x80) | 0x80;
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80);
    }
    this.#bytes[this.#end++] = rest;
  }

  #text(value: string): void {
    this.#tag(TAGS.text);
    if (value.length < SHORT_TEXT && this.#ascii(value)) return;
    const length = Buffer.byteLength(value);
    this.#varint(length);
    this.#reserve(length);
    this.#end += this.#bytes.write(value, this.#end);
  }

  /** Writes short text, or nothing when it is not ASCII. */
  #ascii(value: string): boolean {
    const length = value.length;
    this.#reserve(length + 1);
    const start = this.#end + 1;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      this.#bytes[start + index] = code;
    }
    this.#bytes[this.#end] = length;
    this.#end = start + length;
    return true;
  }

  #blob(value: Uint8Array): void {
    this.#tag(TAGS.bytes);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#end);
    this.#end += value.length;
  }

  #reserve(more: number): void {
    const wanted = this.#end + more;
    if (wanted <= this.#bytes.length) return;
    let size = this.#bytes.length;
    while (size < wanted) size *= 2;
    const grown = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(grown, 0, 0, this.#end);
    this.#bytes = grown;
  }
}
