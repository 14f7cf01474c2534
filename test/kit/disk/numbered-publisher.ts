import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { generate, type Packet, parser } from 'mqtt-packet';
import type { Said } from '../zigbee.ts';

const AGAIN_MS = 10;

/** Where a publisher publishes, as whom, and how many packets it leaves unacknowledged at once. */
export interface PublisherSettings {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly clientId: string;
  readonly window: number;
}

/**
 * An MQTT 3.1.1 client whose packet id tells which message it carries for the whole of a recording: no id is used
 * twice, and the ports it ever had are known, so that a PUBACK in a trace names one message.
 */
export class NumberedPublisher {
  /** The value of the message under each packet id. */
  readonly values = new Map<number, number>();
  /** Local ports of every connection it had. */
  readonly ports = new Set<number>();
  readonly #settings: PublisherSettings;
  readonly #open = new Map<number, Said>();
  #socket: Socket | undefined;
  #isUp = false;
  #ended = false;
  #changed = Promise.withResolvers<void>();
  readonly #running: Promise<void>;

  constructor(settings: PublisherSettings) {
    this.#settings = settings;
    this.#running = this.#run();
  }

  /** Publishes with QoS 1 once there is room in the window; `value` is what the ledger knows the message by. */
  async publish(said: Said, value: number): Promise<void> {
    await this.#until(() => this.#open.size < this.#settings.window);
    const id = this.values.size + 1;
    this.values.set(id, value);
    this.#open.set(id, said);
    if (this.#isUp) this.#send(id, said, false);
  }

  /** Resolves when nothing is unacknowledged. */
  idle(): Promise<void> {
    return this.#until(() => this.#open.size === 0);
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#socket?.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#ended) {
      await this.#connection();
      if (!this.#ended) await wait(AGAIN_MS);
    }
  }

  #connection(): Promise<void> {
    const { port, user, password, clientId } = this.#settings;
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket = socket;
    const reading = parser({ protocolVersion: 4 });
    reading.on('packet', (packet: Packet) => this.#take(packet));
    socket.on('connect', () => {
      this.ports.add(socket.localPort ?? 0);
      const who = { clientId, username: user, password: Buffer.from(password) };
      this.#write({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clean: false, keepalive: 0, ...who });
    });
    socket.on('data', (chunk) => reading.parse(chunk));
    socket.on('error', () => undefined);
    return new Promise((resolve) => {
      socket.on('close', () => {
        this.#isUp = false;
        resolve();
      });
    });
  }

  #take(packet: Packet): void {
    if (packet.cmd === 'connack') {
      if (packet.returnCode !== 0) throw new Error(`The listener refused the connection (${packet.returnCode}).`);
      this.#isUp = true;
      for (const [id, said] of this.#open) this.#send(id, said, true);
    }
    if (packet.cmd === 'puback') this.#open.delete(packet.messageId ?? 0);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #send(messageId: number, { topic, payload }: Said, dup: boolean): void {
    this.#write({ cmd: 'publish', topic, payload, qos: 1, messageId, dup, retain: false });
  }

  #write(packet: Packet): void {
    this.#socket?.write(generate(packet));
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#changed.promise;
  }
}
