import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** A place in a feed: everything before `position` was read, and the first `taken` records at it. */
export interface Place {
  readonly position: number;
  readonly taken: number;
}

/** Where every feed begins. */
export const BEGINNING: Place = { position: 1, taken: 0 };

const BLOCK_BYTES = 16;
const TEXT = /^[A-Za-z0-9_-]{22}$/;

/**
 * Turns places of one feed into opaque text and back. A cursor is one AES block under the feed's own key: six bytes of
 * position, two of records taken, eight zeros; text that was never given decrypts to zeros once in 2^64.
 */
export class Cursors {
  readonly #key: Buffer;

  /** `secret` is the broker's (32 bytes), `slug` the feed's offer. */
  constructor(secret: Buffer, slug: string) {
    this.#key = createHmac('sha256', secret).update('engawa/1/cursor').update(slug).digest();
  }

  /** The cursor of a place: 22 characters. */
  write(place: Place): string {
    const block = Buffer.alloc(BLOCK_BYTES);
    block.writeUIntBE(place.position, 0, 6);
    block.writeUInt16BE(place.taken, 6);
    const cipher = createCipheriv('aes-256-ecb', this.#key, null).setAutoPadding(false);
    return Buffer.concat([cipher.update(block), cipher.final()]).toString('base64url');
  }

  /** The place of a cursor; undefined when this feed never gave it. */
  read(text: string): Place | undefined {
    const bytes = Buffer.from(text, 'base64url');
    if (!TEXT.test(text) || bytes.toString('base64url') !== text) return undefined;
    const decipher = createDecipheriv('aes-256-ecb', this.#key, null).setAutoPadding(false);
    const block = Buffer.concat([decipher.update(bytes), decipher.final()]);
    if (!block.subarray(8).equals(Buffer.alloc(8))) return undefined;
    return { position: block.readUIntBE(0, 6), taken: block.readUInt16BE(6) };
  }
}
