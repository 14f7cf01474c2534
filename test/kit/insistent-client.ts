import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { generate, type IPublishPacket, type Packet, parser } from 'mqtt-packet';
import type { Said } from './zigbee.ts';

/** Who the client is, where it publishes, and how many packets it leaves unacknowledged at once. */
export interface InsistentSettings {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly clientId: string;
  readonly window: number;
}

/** What a client has done. */
export interface InsistentCounts {
  acknowledged: number;
  connections: number;
  sentAgain: number;
}

interface Open {
  readonly said: Said;
  readonly qos: 1 | 2;
  readonly done: () => void;
  /** With QoS 2: the server has taken the message over, what is left is to release its packet id. */
  received: boolean;
}

const AGAIN_MS = 4;
/** As Mosquitto and MQTT.js count them: through all there are before one is used again. */
const PACKET_IDS = 65_535;

/**
 * An MQTT 3.1.1 client that gives up nothing: what was not acknowledged is sent again with DUP=1, under the same packet
 * id and in the same order, as soon as there is a connection [MQTT-4.4.0-1].
 */
export class InsistentClient {
  readonly counts: InsistentCounts = { acknowledged: 0, connections: 0, sentAgain: 0 };
  readonly #settings: InsistentSettings;
  /** Unacknowledged packets by packet id, in the order of their first sending. */
  readonly #open = new Map<number, Open>();
  readonly #listeners = new Set<() => void>();
  #socket: Socket | undefined;
  #isUp = false;
  #lastId = 0;
  #ended = false;
  #running: Promise<void>;

  constructor(settings: InsistentSettings) {
    this.#settings = settings;
    this.#running = this.#run();
  }

  /** Resolves when there is room for another packet, has taken it, and resolves inside with its acknowledgement. */
  async publish(said: Said, qos: 1 | 2): Promise<{ readonly acknowledged: Promise<void> }> {
    await this.#until(() => this.#open.size < this.#settings.window);
    const { promise, resolve } = Promise.withResolvers<void>();
    const id = this.#nextId();
    const open: Open = { said, qos, done: resolve, received: false };
    this.#open.set(id, open);
    if (this.#isUp) this.#send(id, open, false);
    return { acknowledged: promise };
  }

  /** Resolves in the turn in which a connection comes up that is not among the first so many. */
  connectedAfter(connections: number): Promise<void> {
    return this.#until(() => this.#isUp && this.counts.connections > connections);
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

  /** One connection, from its opening to its end. */
  #connection(): Promise<void> {
    const { port, user, password, clientId } = this.#settings;
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket = socket;
    const reading = parser({ protocolVersion: 4 });
    reading.on('packet', (packet: Packet) => this.#take(packet));
    reading.on('error', () => socket.destroy());
    socket.on('connect', () => {
      socket.write(
        generate({
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: 4,
          clean: false,
          clientId,
          keepalive: 0,
          username: user,
          password: Buffer.from(password),
        }),
      );
    });
    socket.on('data', (chunk) => reading.parse(chunk));
    socket.on('error', () => undefined);
    return new Promise((resolve) =>
      socket.on('close', () => {
        this.#isUp = false;
        resolve();
      }),
    );
  }

  #take(packet: Packet): void {
    if (packet.cmd === 'connack') this.#connack(packet.returnCode ?? 0);
    const id = packet.messageId ?? 0;
    const open = this.#open.get(id);
    if (!open) return;
    if (packet.cmd === 'pubrec') {
      open.received = true;
      this.#write({ cmd: 'pubrel', messageId: id });
    }
    if (packet.cmd !== (open.qos === 1 ? 'puback' : 'pubcomp')) return;
    this.#open.delete(id);
    this.counts.acknowledged += 1;
    open.done();
    this.#tell();
  }

  #connack(returnCode: number): void {
    if (returnCode !== 0) throw new Error(`The listener refused the connection with code ${returnCode}.`);
    this.#isUp = true;
    this.counts.connections += 1;
    for (const [id, open] of this.#open) this.#send(id, open, true);
    this.#tell();
  }

  #send(id: number, { said, qos, received }: Open, again: boolean): void {
    if (again) this.counts.sentAgain += 1;
    const publish: IPublishPacket = {
      cmd: 'publish',
      ...said,
      qos,
      messageId: id,
      dup: again,
      retain: said.retain ?? false,
    };
    this.#write(received ? { cmd: 'pubrel', messageId: id } : publish);
  }

  #write(packet: Packet): void {
    this.#socket?.write(generate(packet));
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId % PACKET_IDS) + 1;
    while (this.#open.has(this.#lastId));
    return this.#lastId;
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#listeners.delete(look);
        resolve();
      };
      this.#listeners.add(look);
      look();
    });
  }

  #tell(): void {
    for (const look of [...this.#listeners]) look();
  }
}
