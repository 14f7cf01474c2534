/** The fixed header of an MQTT control packet [MQTT 2.2]: type 1–15, flags, and the bytes that follow it. */
export interface FixedHeader {
  readonly type: number;
  readonly flags: number;
  readonly length: number;
}

/** MQTT control packet types as far as they matter to a stream. */
export const PUBLISH = 3;
export const PUBACK = 4;

/** Collects fixed headers byte by byte; the same object serves one packet after the other. */
export class HeaderReader {
  #first: number | undefined;
  #length = 0;
  #shift = 0;

  /** The header once its last byte came, `malformed` for a length of more than four bytes, else undefined. */
  feed(byte: number): FixedHeader | 'malformed' | undefined {
    if (this.#first === undefined) {
      this.#first = byte;
      return undefined;
    }
    this.#length += (byte & 0x7f) << this.#shift;
    this.#shift += 7;
    if ((byte & 0x80) !== 0) return this.#shift >= 28 ? 'malformed' : undefined;
    const header = { type: this.#first >> 4, flags: this.#first & 0x0f, length: this.#length };
    this.#first = undefined;
    this.#length = 0;
    this.#shift = 0;
    return header;
  }
}

/** The quality of service in a PUBLISH's flags; 3 is malformed [MQTT-3.3.1-4]. */
export function qosOf(flags: number): number {
  return (flags >> 1) & 0x03;
}
