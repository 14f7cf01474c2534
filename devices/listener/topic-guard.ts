import { type FixedHeader, HeaderReader, PUBLISH } from '../frames.ts';

/** Stands in a topic where a wildcard or a control character was; no dialect's topic contains it. */
export const WILDCARD_MARK = '\u0001';
/** Stands in a topic for a level separator beyond the allowed depth. */
export const DEPTH_MARK = '\u0002';

const PLUS = 0x2b;
const HASH = 0x23;
const SLASH = 0x2f;
/** Below it, and this one itself, are control characters: no name of a thing has any, and a terminal obeys some. */
const SPACE = 0x20;
const DELETE = 0x7f;
/** What a connection over TLS begins with [RFC 8446, 5.1]; no first packet of MQTT does. */
const TLS_HANDSHAKE = 0x16;

/** Bounds of one connection's packets; the first packet is the CONNECT of somebody still unknown. */
export interface GuardLimits {
  readonly connectBytes: number;
  readonly packetBytes: number;
  readonly topicLevels: number;
}

/** Why a connection ends here. */
type Refused = 'oversizePacket' | 'protocolError' | 'tlsHandshake';

/**
 * Watches the bytes of one connection before the parser sees them. It ends a connection whose packet is longer than
 * allowed before that packet is collected in memory, and marks wildcards and needless depth in published topics: the
 * MQTT library would close the connection for them, and a device that reconnects for ever is worse than one refusal.
 */
export class TopicGuard {
  readonly #limits: GuardLimits;
  readonly #onPacket: ((header: FixedHeader) => void) | undefined;
  readonly #header = new HeaderReader();
  #packets = 0;
  #hasBegun = false;
  #inHeader = true;
  #left = 0;
  /** Bytes of the topic still to come; -2 and -1 while its length is read, 0 outside a topic. */
  #topicLeft = 0;
  #levels = 1;

  /** `onPacket` is told of each packet as its header passes. */
  constructor(limits: GuardLimits, onPacket?: (header: FixedHeader) => void) {
    this.#limits = limits;
    this.#onPacket = onPacket;
  }

  /** Checks the next bytes and marks topics in place; says why the connection must end, if it must. */
  pass(chunk: Buffer): Refused | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#inHeader) {
        const refused = this.#readHeader(chunk[at] ?? 0);
        if (refused !== undefined) return refused;
        at += 1;
      } else if (this.#topicLeft !== 0) {
        this.#readTopic(chunk, at);
        at += 1;
      } else {
        const skipped = Math.min(this.#left, chunk.length - at);
        this.#left -= skipped;
        at += skipped;
      }
      if (!this.#inHeader && this.#left === 0) this.#inHeader = true;
    }
    return undefined;
  }

  #readHeader(byte: number): Refused | undefined {
    if (!this.#hasBegun && byte === TLS_HANDSHAKE) return 'tlsHandshake';
    this.#hasBegun = true;
    const header = this.#header.feed(byte);
    if (header === undefined) return undefined;
    if (header === 'malformed') return 'protocolError';
    const allowed = this.#packets === 0 ? this.#limits.connectBytes : this.#limits.packetBytes;
    if (header.length > allowed) return 'oversizePacket';
    this.#packets += 1;
    this.#onPacket?.(header);
    this.#inHeader = false;
    this.#left = header.length;
    this.#levels = 1;
    this.#topicLeft = header.type === PUBLISH ? -2 : 0;
    return undefined;
  }

  #readTopic(chunk: Buffer, at: number): void {
    const byte = chunk[at] ?? 0;
    this.#left -= 1;
    if (this.#topicLeft === -2) {
      this.#topicLeft = -1;
      this.#levels = byte << 8;
    } else if (this.#topicLeft === -1) {
      this.#topicLeft = Math.min(this.#levels | byte, this.#left);
      this.#levels = 1;
    } else {
      this.#topicLeft -= 1;
      if (byte === PLUS || byte === HASH || byte < SPACE || byte === DELETE) chunk[at] = WILDCARD_MARK.charCodeAt(0);
      if (byte === SLASH) this.#levels += 1;
      if (byte === SLASH && this.#levels > this.#limits.topicLevels) chunk[at] = DEPTH_MARK.charCodeAt(0);
    }
    if (this.#left === 0) this.#topicLeft = 0;
  }
}
