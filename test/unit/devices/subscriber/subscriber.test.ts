import { createServer } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { generate, parser as mqttParser } from 'mqtt-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Arrived, IntakeReason, Take } from '../../../../devices/intake.ts';
import { LIMITS } from '../../../../devices/limits.ts';
import {
  type SourceState,
  type SubscriberOptions,
  startSubscriber,
} from '../../../../devices/subscriber/subscriber.ts';
import { hasMosquitto, type Mosquitto, type MosquittoOptions, startMosquitto } from '../../../kit/mosquitto.ts';
import { asOldServer } from '../../../kit/old-server.ts';
import { startBench, Waiting } from '../listener/kit.ts';

interface Subscribed {
  readonly arrived: Arrived[];
  readonly counted: IntakeReason[];
  readonly states: SourceState[];
  until(condition: () => boolean): Promise<void>;
  connected(times?: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts a subscriber that is ended with the test. */
function subscribe(
  url: string,
  take: Take = async () => 'committed',
  more: Partial<SubscriberOptions> = {},
): Subscribed {
  const [arrived, counted, states]: [Arrived[], IntakeReason[], SourceState[]] = [[], [], []];
  const waiting = new Waiting();
  const subscriber = startSubscriber({
    ...{ url, clientId: 'engawa-hub', limits: { reconnectMs: 20 }, random: () => 0 },
    speaks: [{ source: 'source-url', dialect: 'zigbee2mqtt', base: 'zigbee2mqtt' }],
    announced: () => [],
    take: (message) => {
      arrived.push(message);
      waiting.happened();
      return take(message);
    },
    count: (reason) => {
      counted.push(reason);
      waiting.happened();
    },
    onState: (state) => {
      states.push(state);
      waiting.happened();
    },
    ...more,
  });
  onTestFinished(() => subscriber.close());
  return {
    ...{ arrived, counted, states },
    until: (condition) => waiting.until(condition),
    connected: (times = 1) => waiting.until(() => states.filter((state) => state.connected).length >= times),
    close: () => subscriber.close(),
  };
}

async function mosquitto(options?: MosquittoOptions): Promise<Mosquitto> {
  const server = await startMosquitto(options);
  onTestFinished(() => server.stop());
  return server;
}

async function publisher(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(url, { clientId: 'z2m', reconnectPeriod: 0, ...options });
  client.on('error', () => undefined);
  onTestFinished(() => client.endAsync(true));
  return client;
}

const texts = (messages: readonly Arrived[]) => messages.map(({ payload }) => payload.toString());

/** Both versions of MQTT with the same server: for 3.1.1 it hides that it knows more. */
const VERSIONS: readonly (readonly [string, (server: Mosquitto) => Promise<string>])[] = [
  ['MQTT 5', async ({ url }) => url],
  ['MQTT 3.1.1', ({ port }) => asOldServer(port)],
];

describe.runIf(hasMosquitto()).each(VERSIONS)('with a real Mosquitto, %s', (version, urlOf) => {
  test('takes the messages below the base, with what was retained marked so', async () => {
    const server = await mosquitto();
    const z2m = await publisher(server.url);
    await z2m.publishAsync('zigbee2mqtt/bridge/state', 'online', { qos: 1, retain: true });
    const hub = subscribe(await urlOf(server));
    await hub.connected();
    await z2m.publishAsync('elsewhere/door', '0', { qos: 1 });
    await z2m.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    await z2m.publishAsync('zigbee2mqtt/kitchen/door', '2', { qos: 2 });
    await z2m.publishAsync('zigbee2mqtt/door', '3', { qos: 0, retain: true });
    await hub.until(() => hub.arrived.length === 4);
    expect(hub.arrived.map(({ topic, qos, retained, dup }) => [topic, qos, retained, dup])).toEqual([
      ['zigbee2mqtt/bridge/state', 1, true, false],
      ['zigbee2mqtt/door', 1, false, false],
      ['zigbee2mqtt/kitchen/door', 1, false, false],
      ['zigbee2mqtt/door', 0, false, false],
    ]);
    expect(hub.arrived[0]).toMatchObject({ source: 'source-url', client: 'engawa-hub', base: 'zigbee2mqtt' });
  });

  test('acknowledges only after the commit, and many messages wait for one commit', async () => {
    const server = await mosquitto({ config: 'max_inflight_messages 20' });
    const commit = Promise.withResolvers<'committed'>();
    // MQTT 3.1.1 leaves it to the server how many it sends before it wants an acknowledgement, MQTT 5 to us.
    const limits = { reconnectMs: 20, ...(version === 'MQTT 5' ? { waitingFromSource: 20 } : {}) };
    const hub = subscribe(await urlOf(server), () => commit.promise, { limits });
    await hub.connected();
    const z2m = await publisher(server.url);
    for (let at = 0; at < 60; at += 1) await z2m.publishAsync('zigbee2mqtt/door', `${at}`, { qos: 1 });
    await hub.until(() => hub.arrived.length >= 20);
    // All twenty are here and none is acknowledged: the server holds the others.
    expect(hub.arrived.length).toBe(20);
    commit.resolve('committed');
    await hub.until(() => hub.arrived.length === 60);
    expect(texts(hub.arrived)).toEqual(Array.from({ length: 60 }, (_, at) => `${at}`));
  });

  test('takes no more than may wait for their commit', async () => {
    const server = await mosquitto();
    const commits: ((outcome: 'committed') => void)[] = [];
    let most = 0;
    const take: Take = () =>
      new Promise((resolve) => {
        commits.push(resolve);
        most = Math.max(most, commits.length);
      });
    const hub = subscribe(await urlOf(server), take, { limits: { waitingFromSource: 3, reconnectMs: 20 } });
    await hub.connected();
    const z2m = await publisher(server.url);
    for (let at = 0; at < 12; at += 1) await z2m.publishAsync('zigbee2mqtt/door', `${at}`, { qos: 1 });
    for (let taken = 1; taken <= 12; taken += 1) {
      await hub.until(() => hub.arrived.length >= taken && commits.length > 0);
      commits.shift()?.('committed');
    }
    await hub.until(() => hub.arrived.length === 12);
    expect(most).toBe(3);
  });

  test('what was not committed comes again after a reconnect, with DUP', async () => {
    const server = await mosquitto();
    const outcomes = ['failed'] as ('failed' | 'committed')[];
    const hub = subscribe(await urlOf(server), async () => outcomes.shift() ?? 'committed');
    await hub.connected();
    const z2m = await publisher(server.url);
    await z2m.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    await hub.until(() => hub.arrived.length === 2);
    expect(hub.arrived.map(({ packetId, dup }) => [packetId, dup])).toEqual([
      [hub.arrived[0]?.packetId, false],
      [hub.arrived[0]?.packetId, true],
    ]);
    expect(hub.counted).toEqual(['commitFailed']);
  });

  test('what was published while the hub was away waits for it', async () => {
    const server = await mosquitto();
    const url = await urlOf(server);
    const before = subscribe(url);
    await before.connected();
    await before.close();
    const z2m = await publisher(server.url);
    await z2m.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    const after = subscribe(url);
    await after.until(() => after.arrived.length === 1);
    expect(texts(after.arrived)).toEqual(['1']);
  });

  test('a restart of the broker is survived, its retained messages come as snapshots', async () => {
    const server = await mosquitto();
    const hub = subscribe(await urlOf(server));
    await hub.connected();
    const first = await publisher(server.url);
    await first.publishAsync('zigbee2mqtt/bridge/state', 'online', { qos: 1, retain: true });
    await hub.until(() => hub.arrived.length === 1);
    await server.restart();
    await hub.connected(2);
    const again = await publisher(server.url);
    await again.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    await hub.until(() => texts(hub.arrived).includes('1'));
    expect(hub.states.some((state) => !state.connected)).toBe(true);
    expect(hub.arrived.filter(({ retained }) => retained).length).toBeGreaterThan(0);
  });

  test('a message that is too long is acknowledged, counted, and harms no other', async () => {
    const server = await mosquitto();
    const hub = subscribe(await urlOf(server), undefined, { limits: { packetBytes: 200_000, reconnectMs: 20 } });
    await hub.connected();
    const z2m = await publisher(server.url);
    await z2m.publishAsync('zigbee2mqtt/huge', Buffer.alloc(400_000), { qos: 1, retain: true });
    await z2m.publishAsync('zigbee2mqtt/large', Buffer.alloc(100_000), { qos: 1 });
    await z2m.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    await hub.until(() => hub.arrived.length === 1);
    expect(texts(hub.arrived)).toEqual(['1']);
    expect(hub.counted).toEqual(['oversizePacket', 'oversizePayload']);
    expect(hub.states).toEqual([{ connected: true }]);
  });

  test('a wrong password is told apart from nobody answering', async () => {
    const server = await mosquitto({ passwords: { engawa: 'right' } });
    const hub = subscribe((await urlOf(server)).replace('//', '//engawa:wrong@'));
    await hub.until(() => hub.states.length >= 2);
    expect(hub.states[0]).toEqual({ connected: false, trouble: 'refusedAccount' });
    expect(hub.states[1]).toEqual({ connected: false, trouble: 'refusedAccount' });
  });
});

describe.runIf(hasMosquitto())('which version is spoken', () => {
  test('a broker that is not there yet is waited for', async () => {
    const server = await mosquitto();
    await server.stop();
    const hub = subscribe(server.url);
    await hub.until(() => hub.states.length === 1);
    expect(hub.states[0]).toEqual({ connected: false, trouble: 'unreachable' });
  });

  test('a server that refuses MQTT 5 is asked in 3.1.1 at once, without a word of trouble', async () => {
    const server = await mosquitto();
    const hub = subscribe(await asOldServer(server.port));
    await hub.connected();
    expect(hub.states).toEqual([{ connected: true }]);
  });

  test('one that hangs up on MQTT 5 is asked in 3.1.1 at the next attempt', async () => {
    const server = await mosquitto();
    const hub = subscribe(await asOldServer(server.port, 'hangsUp'));
    await hub.connected();
    expect(hub.states).toEqual([{ connected: false, trouble: 'unreachable' }, { connected: true }]);
  });

  test('what waited in a session of 3.1.1 is not lost when the server learns MQTT 5', async () => {
    const server = await mosquitto();
    const before = subscribe(await asOldServer(server.port));
    await before.connected();
    await before.close();
    const z2m = await publisher(server.url);
    await z2m.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    const after = subscribe(server.url);
    await after.until(() => after.arrived.length === 1);
    expect(texts(after.arrived)).toEqual(['1']);
  });

  test('another client with our client id is named, when the server says so', async () => {
    const hub = subscribe(await endingServer(0x8e), undefined, { limits: { reconnectMs: 60_000 } });
    await hub.until(() => hub.states.length === 2);
    expect(hub.states).toEqual([{ connected: true }, { connected: false, trouble: 'takenOver' }]);
  });
});

/** A server that takes one subscription and ends it with a reason; Mosquitto 2.0 ends without one. */
async function endingServer(reasonCode: number): Promise<string> {
  const version = { protocolVersion: 5 } as const;
  const server = createServer((socket) => {
    const parser = mqttParser(version);
    socket.on('data', (chunk: Buffer) => parser.parse(chunk));
    socket.on('error', () => socket.destroy());
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect')
        socket.write(generate({ cmd: 'connack', reasonCode: 0, sessionPresent: false }, version));
      if (packet.cmd !== 'subscribe' || packet.messageId === undefined) return;
      socket.write(generate({ cmd: 'suback', messageId: packet.messageId, granted: [1] }, version));
      socket.end(generate({ cmd: 'disconnect', reasonCode }, version));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  return `mqtt://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

test('a refused subscription is told', async () => {
  const bench = await startBench();
  const url = `mqtt://other:right@127.0.0.1:${bench.port}`;
  const hub = subscribe(url);
  await hub.until(() => hub.states.length === 1);
  expect(hub.states[0]).toEqual({ connected: false, trouble: 'refusedSubscription' });
});

test('waits longer after each failure, up to the limit, and never in step with others', async () => {
  const knocks: number[] = [];
  const server = createServer((socket) => {
    knocks.push(1);
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const drawn: number[] = [];
  const hub = subscribe(`mqtt://127.0.0.1:${port}`, undefined, {
    limits: { reconnectMs: 1, reconnectLongestMs: 4 },
    random: () => drawn.push(1) / 10,
  });
  await hub.until(() => hub.states.length >= 4);
  expect(drawn.length).toBeGreaterThanOrEqual(3);
  expect(LIMITS.reconnectLongestMs).toBeGreaterThan(LIMITS.reconnectMs);
});

test('an unusable URL is said without repeating it', () => {
  expect(() => subscribe('http://user:secret@host')).toThrow(
    /^ENGAWA_SOURCE_URL cannot be used: it must begin with mqtt:\/\/ or mqtts:\/\/\.$/,
  );
});

describe.runIf(hasMosquitto())('topics that a source announced', () => {
  test('are followed wherever they are, and count for that source; wildcards and others’ topics are not', async () => {
    const server = await mosquitto();
    let topics = ['elsewhere/door/state'];
    const announcing = { source: 'source-url:other', dialect: 'zigbee2mqtt', base: 'other' } as const;
    const hub = subscribe(server.url, undefined, {
      speaks: [{ source: 'source-url', dialect: 'zigbee2mqtt', base: 'zigbee2mqtt' }, announcing],
      announced: (source) => (source === announcing.source ? topics : []),
    });
    await hub.connected();
    const device = await connectAsync(server.url);
    onTestFinished(() => device.endAsync(true));
    await device.publishAsync('elsewhere/door/state', 'ON', { qos: 1 });
    await hub.until(() => hub.arrived.length === 1);
    topics = [...topics, 'elsewhere/window/state', '#', '+/x', '$SYS/broker/uptime', '', 'zigbee2mqtt/door'];
    // What is announced is followed from the announcement on.
    await device.publishAsync('other/config', '{}', { qos: 1 });
    await device.publishAsync('elsewhere/window/state', 'OFF', { qos: 1, retain: true });
    await device.publishAsync('zigbee2mqtt/door', '{}', { qos: 1 });
    await hub.until(() => hub.arrived.length === 4);
    await device.publishAsync('nobody/asked', '1', { qos: 1 });
    await device.publishAsync('other/end', '{}', { qos: 1 });
    await hub.until(() => hub.arrived.some(({ topic }) => topic === 'other/end'));
    expect(hub.arrived.map(({ source, topic, base }) => `${source} ${base} ${topic}`).sort()).toEqual([
      'source-url zigbee2mqtt zigbee2mqtt/door',
      'source-url:other other elsewhere/door/state',
      'source-url:other other elsewhere/window/state',
      'source-url:other other other/config',
      'source-url:other other other/end',
    ]);
  });
});
