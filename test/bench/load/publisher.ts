import type { Socket } from 'node:net';
import type { Ledger } from './ledger.ts';
import { type Account, DISCONNECT, KIND, openConnection, publishPacket } from './mqtt-wire.ts';
import { EVENT_MESSAGE, IDS, meterReading, nameMessage, patch, topicOf } from './payload.ts';

/** One device: a connection of its own, one packet per write to its socket, never more unacknowledged than its window. */
export class Publisher {
  readonly #device: number;
  readonly #ledger: Ledger;
  readonly #window: number;
  readonly #packet: Buffer;
  readonly #payloadAt: number;
  readonly #waiters: (() => void)[] = [];
  #socket: Socket | undefined;
  #next = 0;
  #open = 0;
  #plainOpen = 0;
  #meter: number;
  isUp = false;

  constructor(device: number, ledger: Ledger, window: number) {
    this.#device = device;
    this.#ledger = ledger;
    this.#window = window;
    this.#packet = publishPacket(topicOf(device), EVENT_MESSAGE, 1);
    this.#payloadAt = this.#packet.length - EVENT_MESSAGE.length;
    this.#meter = Math.floor(Math.random() * 1e8);
  }

  async connect(account: Account): Promise<void> {
    this.#socket = await openConnection(
      account,
      (header, buffer, from) => {
        if (header >> 4 === KIND.puback) this.#acknowledged(buffer.readUInt16BE(from));
      },
      () => {
        this.isUp = false;
      },
    );
    this.isUp = true;
  }

  /** Sends the next event, unless the window is full. */
  send(): boolean {
    if (this.#open >= this.#window || !this.isUp) return false;
    const slot = this.#next;
    this.#next = (slot + 1) % IDS;
    const packet = Buffer.allocUnsafe(this.#packet.length);
    this.#packet.copy(packet);
    packet.writeUInt16BE(slot + 1, this.#payloadAt - 2);
    this.#meter += 1;
    patch(packet, this.#payloadAt, slot, meterReading(this.#meter));
    this.#open += 1;
    this.#ledger.sent(this.#device, slot, performance.now());
    this.#socket?.write(packet);
    return true;
  }

  /** Says which device it is, under the packet id an event will have next; resolves with the PUBACK. */
  sayName(): Promise<void> {
    return this.publish(topicOf(this.#device), nameMessage(this.#device));
  }

  /** Publishes something that is no event; resolves with the PUBACK. Only while no event is under way. */
  publish(topic: string, payload: string): Promise<void> {
    this.#plainOpen += 1;
    const id = this.#next + 1;
    this.#next = (this.#next + 1) % IDS;
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#socket?.write(publishPacket(topic, payload, id));
    });
  }

  /** Takes leave in order. */
  end(): void {
    this.#socket?.end(DISCONNECT);
  }

  #acknowledged(id: number): void {
    if (this.#plainOpen > 0) {
      this.#plainOpen -= 1;
      this.#waiters.shift()?.();
      return;
    }
    this.#open -= 1;
    this.#ledger.acknowledged(this.#device, id - 1, performance.now());
  }
}
