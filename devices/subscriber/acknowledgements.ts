import { HeaderReader, PUBACK } from '../frames.ts';

/** Bytes of a fixed header of a packet shorter than 128 bytes, and of the packet identifier after it [MQTT 3.4]. */
const HEADER_BYTES = 2;
const IDENTIFIER_BYTES = 2;
/** The longest PUBACK: MQTT 5 adds a reason and may add properties, which our own library does not. */
const LONGEST_BODY = 127;

/**
 * Holds back PUBACKs in the outgoing bytes until their message is committed, and lets everything else through. The
 * MQTT library handles one message at a time and takes the next only when the last is done; it is told "done" at
 * once, so that many messages share one commit, and the promise is kept here, in the order of arrival [MQTT-4.6.0-2].
 */
export class Acknowledgements {
  readonly #header = new HeaderReader();
  #bytes: number[] = [];
  #left = 0;
  /** Whether the body that is passing belongs to a PUBACK. */
  #inPuback = false;
  readonly #waiting: { readonly packetId: number; committed: boolean; frame: Buffer | undefined }[] = [];

  /** Expects the PUBACK of a message that was just handed on. */
  expect(packetId: number): void {
    this.#waiting.push({ packetId, committed: false, frame: undefined });
  }

  /** Notes a commit; returns the PUBACKs that may leave now. */
  committed(packetId: number): Buffer[] {
    const entry = this.#waiting.find((each) => each.packetId === packetId && !each.committed);
    if (entry !== undefined) entry.committed = true;
    return this.#release();
  }

  /** Takes outgoing bytes; returns those that may leave now. */
  write(chunk: Buffer): Buffer[] {
    const leaving: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#left === 0) {
        const whole = this.#readHeader(chunk[at] ?? 0);
        at += 1;
        if (whole !== undefined) leaving.push(whole);
        continue;
      }
      const part = chunk.subarray(at, at + this.#left);
      at += part.length;
      this.#left -= part.length;
      if (!this.#inPuback) leaving.push(part);
      else this.#readPuback(part);
    }
    return [...leaving, ...this.#release()];
  }

  /** How many messages wait for their commit or for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The header's bytes once complete, unless a PUBACK begins. */
  #readHeader(byte: number): Buffer | undefined {
    this.#bytes.push(byte);
    const header = this.#header.feed(byte);
    // Our own library writes these bytes; a header that cannot be is passed on for the other side to refuse.
    if (header === undefined) return undefined;
    this.#left = header === 'malformed' ? 0 : header.length;
    this.#inPuback = header !== 'malformed' && header.type === PUBACK && isBody(header.length);
    if (this.#inPuback) return undefined;
    const bytes = Buffer.from(this.#bytes);
    this.#bytes = [];
    return bytes;
  }

  #readPuback(part: Buffer): void {
    this.#bytes.push(...part);
    if (this.#left > 0) return;
    const frame = Buffer.from(this.#bytes);
    this.#bytes = [];
    const packetId = frame.readUInt16BE(HEADER_BYTES);
    const entry = this.#waiting.find((each) => each.packetId === packetId && each.frame === undefined);
    if (entry === undefined) this.#waiting.push({ packetId, committed: true, frame });
    else entry.frame = frame;
  }

  #release(): Buffer[] {
    const frames: Buffer[] = [];
    for (let first = this.#waiting[0]; first?.committed && first.frame !== undefined; first = this.#waiting[0]) {
      frames.push(first.frame);
      this.#waiting.shift();
    }
    return frames;
  }
}

function isBody(length: number): boolean {
  return length >= IDENTIFIER_BYTES && length <= LONGEST_BODY;
}
