import type { Socket } from 'node:net';
import { topicDown, topicUp } from '../../../proto/cell.ts';
import { KIND, openConnection, pubackFor, publishPacket, subscribePacket } from '../load/mqtt-wire.ts';
import { meaningOf, wattsIn } from '../load/payload.ts';
import { readLiveFeed } from './live-feed.ts';
import { type KnownHub, StandInBroker, type WireCounts } from './stand-in-broker.ts';

/** Pseudonym and device, where they are known from before. */
export type Names = readonly (readonly [name: string, device: number])[];

/** How what arrives at the cloud is read: sealed cells of a hub, messages as they were sent, JSON of a flow, or the feed of a recipient. */
export type Decode =
  | {
      readonly kind: 'cells';
      readonly hub: string;
      readonly enrolmentKey: string;
      readonly weigh: boolean;
      readonly names: Names;
    }
  | { readonly kind: 'asSent' }
  | { readonly kind: 'json' }
  | { readonly kind: 'feed'; readonly url: string; readonly token: string };

/** What the receiver tells: a device said its name, or an event came. */
export interface OnArrival {
  named(device: number): void;
  received(device: number, slot: number): void;
}

/** The far end: subscribes at the cloud's MQTT server, acknowledges, answers cells, and tells which event came. */
export class Receiver {
  readonly #decode: Decode;
  readonly #arrival: OnArrival;
  /** Pseudonym (or name in JSON) → device, as the devices said themselves. */
  readonly #devices = new Map<string, number>();
  readonly #broker: StandInBroker | undefined;
  readonly #known: KnownHub | undefined;
  #socket: Socket | undefined;
  readonly #ending = new AbortController();
  #packetId = 0;
  #strangers = 0;
  #strangersFromMs = Number.NaN;
  #strangersToMs = Number.NaN;

  constructor(decode: Decode, arrival: OnArrival) {
    this.#decode = decode;
    this.#arrival = arrival;
    if (decode.kind !== 'cells') return;
    for (const [name, device] of decode.names) this.#devices.set(name, device);
    this.#known = { hub: Buffer.from(decode.hub, 'hex'), enrolmentKey: Buffer.from(decode.enrolmentKey, 'hex') };
    this.#broker = new StandInBroker(this.#known, (writeKey, value) => this.#arrived(writeKey, value));
    this.#broker.isWeighing = decode.weigh;
  }

  async connect(port: number): Promise<void> {
    if (this.#decode.kind === 'feed') return this.#follow(this.#decode);
    let subscribed: () => void = () => undefined;
    const ready = new Promise<void>((resolve) => {
      subscribed = resolve;
    });
    this.#socket = await openConnection(
      { port, clientId: 'cloud' },
      (header, buffer, from, length) => {
        if (header >> 4 === KIND.suback) subscribed();
        if (header >> 4 === KIND.publish) this.#take(header, buffer, from, length);
      },
      () => undefined,
    );
    this.#socket.write(subscribePacket(this.#filter(), 1));
    await ready;
  }

  /** The names that were learnt. */
  get names(): Names {
    return [...this.#devices];
  }

  /** Values that are none of ours, from things that never said their name. */
  get strangers(): number {
    return this.#strangers;
  }

  /** Milliseconds from the first of them to the latest. */
  get strangersMs(): number {
    return this.#strangersToMs - this.#strangersFromMs;
  }

  get wire(): WireCounts | undefined {
    return this.#broker?.counts;
  }

  end(): void {
    this.#ending.abort();
    this.#socket?.destroy();
  }

  #follow({ url, token }: Extract<Decode, { kind: 'feed' }>): Promise<void> {
    return readLiveFeed(url, token, this.#ending.signal, (pseudonym, value) => this.#arrived(pseudonym, value));
  }

  #filter(): string {
    if (this.#known) return topicUp(this.#known.hub);
    return this.#decode.kind === 'json' ? 'up/#' : 'zigbee2mqtt/#';
  }

  #take(header: number, buffer: Buffer, from: number, length: number): void {
    const topicBytes = buffer.readUInt16BE(from);
    let at = from + 2 + topicBytes;
    const socket = this.#socket;
    if (header & 6) {
      socket?.write(pubackFor(buffer, at));
      at += 2;
    }
    const end = from + length;
    if (this.#broker && this.#known) {
      const answer = this.#broker.take(Buffer.from(buffer.subarray(at, end)));
      this.#packetId = (this.#packetId % 65_535) + 1;
      socket?.write(publishPacket(topicDown(this.#known.hub), answer, this.#packetId));
    } else if (this.#decode.kind === 'json') this.#json(buffer, at, end);
    else this.#arrived(buffer.toString('latin1', from + 2, from + 2 + topicBytes), wattsIn(buffer, at, end));
  }

  /** `{"device":"…32 hex…", … "power":N …}`. */
  #json(buffer: Buffer, at: number, end: number): void {
    const name = buffer.indexOf('"device":"', at, 'latin1') + 10;
    this.#arrived(buffer.toString('latin1', name, name + 32), wattsIn(buffer, at, end));
  }

  #stranger(): void {
    this.#strangersToMs = performance.now();
    if (this.#strangers === 0) this.#strangersFromMs = this.#strangersToMs;
    this.#strangers += 1;
  }

  #arrived(name: string, watts: number): void {
    const meaning = meaningOf(watts);
    if (meaning === undefined) {
      this.#stranger();
    } else if ('device' in meaning) {
      this.#devices.set(name, meaning.device);
      this.#arrival.named(meaning.device);
    } else {
      const device = this.#devices.get(name);
      if (device === undefined) this.#stranger();
      else this.#arrival.received(device, meaning.slot);
    }
  }
}
