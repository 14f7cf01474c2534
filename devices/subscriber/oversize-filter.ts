import { HeaderReader, PUBLISH, qosOf } from '../frames.ts';

/** What comes out of the filter: bytes to pass on, or a left-out publication with the packet id to acknowledge. */
export interface Filtered {
  readonly pass: Buffer[];
  readonly leftOut: { readonly packetId: number | undefined }[];
  readonly malformed: boolean;
}

/**
 * Takes publications longer than allowed out of the incoming bytes without collecting them. The MQTT library would
 * close the connection and ask again, and a retained message that is too long would never let it come up.
 */
export class OversizeFilter {
  readonly #limitBytes: number;
  #header = new HeaderReader();
  #headerBytes: number[] = [];
  #left = 0;
  #skipping = false;
  #qos = 0;
  /** The first bytes of a skipped publication's body: topic length, then, at its place, the packet id. */
  #seen = 0;
  #topicLength = 0;
  #packetId = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Sorts the next bytes; what is passed on is in order and whole. */
  feed(chunk: Buffer): Filtered {
    const pass: Buffer[] = [];
    const leftOut: { packetId: number | undefined }[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.#left === 0) {
        const header = this.#readHeader(chunk[at] ?? 0);
        at += 1;
        if (header === 'malformed') return { pass, leftOut, malformed: true };
        if (header !== undefined) pass.push(header);
        continue;
      }
      const part = chunk.subarray(at, at + this.#left);
      at += part.length;
      if (this.#skipping) this.#skip(part);
      else pass.push(part);
      this.#left -= part.length;
      if (this.#left === 0 && this.#skipping) {
        leftOut.push({ packetId: this.#qos > 0 ? this.#packetId : undefined });
      }
    }
    return { pass, leftOut, malformed: false };
  }

  #readHeader(byte: number): Buffer | 'malformed' | undefined {
    this.#headerBytes.push(byte);
    const header = this.#header.feed(byte);
    if (header === undefined || header === 'malformed') return header;
    const bytes = Buffer.from(this.#headerBytes);
    this.#headerBytes = [];
    this.#left = header.length;
    this.#skipping = header.type === PUBLISH && header.length > this.#limitBytes;
    this.#qos = qosOf(header.flags);
    this.#seen = 0;
    this.#topicLength = 0;
    this.#packetId = 0;
    return this.#skipping ? undefined : bytes;
  }

  #skip(part: Buffer): void {
    for (let at = 0; at < part.length && this.#seen < this.#topicLength + 4; at += 1) {
      const byte = part[at] ?? 0;
      if (this.#seen < 2) this.#topicLength = (this.#topicLength << 8) | byte;
      else if (this.#seen >= this.#topicLength + 2) this.#packetId = (this.#packetId << 8) | byte;
      this.#seen += 1;
    }
  }
}
