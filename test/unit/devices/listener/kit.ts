import { connect as connectSocket, type Socket } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import type { Arrived, IntakeReason, Take } from '../../../../devices/intake.ts';
import { type Listener, type ListenerOptions, startListener } from '../../../../devices/listener/listener.ts';

/** A listener under test, with what arrived and what was counted, and ways to wait for either. */
export interface Bench extends Listener {
  readonly arrived: Arrived[];
  readonly counted: IntakeReason[];
  until(condition: () => boolean): Promise<void>;
  connect(options?: IClientOptions): Promise<MqttClient>;
  raw(): Promise<Raw>;
}

/** A bare socket: sends bytes, collects bytes, and says when it was closed. */
export interface Raw {
  readonly socket: Socket;
  readonly received: () => Buffer;
  readonly closed: Promise<void>;
  until(bytes: number): Promise<Buffer>;
}

/** Resolves when the condition holds; it is looked at again whenever something happened. */
export class Waiting {
  readonly #open: { condition: () => boolean; resolve: () => void }[] = [];

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#open.push({ condition, resolve });
      this.happened();
    });
  }

  happened(): void {
    for (const each of this.#open.filter(({ condition }) => condition())) {
      this.#open.splice(this.#open.indexOf(each), 1);
      each.resolve();
    }
  }
}

/** Starts a listener with the accounts `zigbee`/`right` and `other`/`right`, ended with the test. */
export async function startBench(
  take: Take = async () => 'committed',
  more: Partial<ListenerOptions> = {},
): Promise<Bench> {
  const arrived: Arrived[] = [];
  const counted: IntakeReason[] = [];
  const waiting = new Waiting();
  const listener = await startListener({
    host: '127.0.0.1',
    port: 0,
    authenticate: async (user, password) =>
      password.toString() === 'right'
        ? { source: user, dialect: 'zigbee2mqtt', base: user === 'zigbee' ? 'zigbee2mqtt' : user }
        : undefined,
    take: (message) => {
      arrived.push(message);
      waiting.happened();
      return take(message);
    },
    count: (reason) => {
      counted.push(reason);
      waiting.happened();
    },
    ...more,
  });
  onTestFinished(() => listener.close());
  return {
    ...listener,
    arrived,
    counted,
    until: (condition) => waiting.until(condition),
    connect: (options) => connectClient(listener.port, options),
    raw: () => connectRaw(listener.port),
  };
}

async function connectClient(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, {
    ...{ username: 'zigbee', password: 'right', clientId: 'z2m', reconnectPeriod: 0, queueQoSZero: false },
    ...options,
  });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  return client;
}

async function connectRaw(port: number): Promise<Raw> {
  const socket = connectSocket({ host: '127.0.0.1', port });
  const waiting = new Waiting();
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    waiting.happened();
  });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return {
    socket,
    received: () => received,
    closed,
    until: async (bytes) => {
      await waiting.until(() => received.length >= bytes);
      return received;
    },
  };
}
