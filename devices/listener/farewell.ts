import { type FixedHeader, PUBLISH, qosOf } from '../frames.ts';

const DISCONNECT = 14;

/**
 * Tells a client that took its leave from one that was cut off. It has, when its last packet is a DISCONNECT and its
 * CONNECT and every publication before that were answered: nothing is left that it could send again [MQTT-4.4.0-1].
 * A client that did not wait for the answers has not.
 */
export class Farewell {
  /** Packets that wait for an answer; the first is the CONNECT. */
  #unanswered = 1;
  #said = false;

  /** Notes a packet of the client, in the order of the wire. */
  received({ type, flags }: FixedHeader): void {
    this.#said = type === DISCONNECT && this.#unanswered === 0;
    if (type === PUBLISH && qosOf(flags) > 0) this.#unanswered += 1;
  }

  /** Notes that the CONNECT or a publication above QoS 0 is being answered. */
  answered(): void {
    this.#unanswered -= 1;
  }

  /** True when the client has taken its leave. */
  get said(): boolean {
    return this.#said;
  }
}
