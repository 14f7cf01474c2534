import type { Value } from '../store.ts';
import { TAGS } from './encoding.ts';

/** What was read from bytes: known operations by their names, and how much could not be read. */
export interface Decoded<Name extends string> {
  readonly operations: [statement: Name, ...args: Value[]][];
  /** Operations whose number is not known here, and one for a rest that is no operation at all. */
  readonly unknown: number;
}

/** Reads the operations an Encoder wrote; `nameOf` gives the statement of a number. Trusts no byte; never throws. */
export function decode<Name extends string>(
  bytes: Buffer,
  nameOf: (number: number) => Name | undefined,
): Decoded<Name> {
  const cursor = new Cursor(bytes);
  const operations: [Name, ...Value[]][] = [];
  let unknown = 0;
  try {
    while (!cursor.isAtEnd) {
      const name = nameOf(cursor.byte());
      const args: Value[] = [];
      for (let count = cursor.byte(); count > 0; count -= 1) args.push(cursor.value());
      if (name === undefined) unknown += 1;
      else operations.push([name, ...args]);
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    unknown += 1;
  }
  return { operations, unknown };
}

class Unreadable extends Error {}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Unreadable();
    return byte;
  }

  value(): Value {
    switch (this.byte()) {
      case TAGS.null:
        return null;
      case TAGS.integer:
        return this.#varint();
      case TAGS.negative:
        return -1 - this.#varint();
      case TAGS.float:
        return this.#take(8).readDoubleLE(0);
      case TAGS.text:
        return this.#take(this.#varint()).toString('utf8');
      case TAGS.bytes:
        return this.#take(this.#varint());
      default:
        throw new Unreadable();
    }
  }

  #take(count: number): Buffer {
    const start = this.#at;
    if (count > this.#bytes.length - start) throw new Unreadable();
    this.#at += count;
    return this.#bytes.subarray(start, this.#at);
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw new Unreadable();
      if (byte < 0x80) return value;
      scale *= 0x80;
      // Eight bytes hold 56 bits; more is no number we wrote.
      if (scale > 2 ** 49) throw new Unreadable();
    }
  }
}
