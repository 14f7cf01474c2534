import { generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { startListener } from '../../../../devices/listener/listener.ts';
import { startBench } from './kit.ts';

const CONNECT = generate({
  ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'raw', clean: false, keepalive: 0 },
  ...{ username: 'zigbee', password: Buffer.from('right') },
});
const CONNACK_BYTES = 4;

function publish(topic: string, payload: string | Buffer, qos: 0 | 1 | 2, messageId: number, dup = false): Buffer {
  return generate({ cmd: 'publish', topic, payload, qos, messageId, dup, retain: false });
}

describe('what arrives', () => {
  test.each([0, 1, 2] as const)('a publication at QoS %i', async (qos) => {
    const bench = await startBench();
    const client = await bench.connect();
    await client.publishAsync('zigbee2mqtt/door', '{"contact":false}', { qos });
    await bench.until(() => bench.arrived.length === 1);
    expect(bench.arrived[0]).toMatchObject({
      ...{ source: 'zigbee', client: 'z2m', base: 'zigbee2mqtt', topic: 'zigbee2mqtt/door', qos, dup: false },
    });
    expect(bench.arrived[0]?.payload.toString()).toBe('{"contact":false}');
    expect(bench.arrived[0]?.packetId === undefined).toBe(qos === 0);
    expect(bench.counted).toEqual([]);
  });

  test('the RETAIN flag is a wish of the publisher, not a stored message', async () => {
    const bench = await startBench();
    const client = await bench.connect();
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 1, retain: true });
    expect(bench.arrived[0]?.retained).toBe(false);
  });

  test('a will arrives like any other message', async () => {
    const bench = await startBench();
    const will = { topic: 'zigbee2mqtt/bridge/state', payload: Buffer.from('offline'), qos: 1 as const, retain: true };
    const client = await bench.connect({ will });
    client.stream.destroy();
    await bench.until(() => bench.arrived.length === 1);
    expect(bench.arrived[0]).toMatchObject({ topic: 'zigbee2mqtt/bridge/state', packetId: undefined, retained: false });
  });
});

describe('acknowledgement', () => {
  test.each([1, 2] as const)('at QoS %i comes only after the commit', async (qos) => {
    const commit = Promise.withResolvers<'committed'>();
    const order: string[] = [];
    const bench = await startBench(() => commit.promise);
    const client = await bench.connect();
    client.on('packetreceive', ({ cmd }) => {
      if (cmd === 'puback' || cmd === 'pubrec') order.push(cmd);
    });
    const published = client.publishAsync('zigbee2mqtt/door', '1', { qos });
    await bench.until(() => bench.arrived.length === 1);
    // A whole exchange with the server lies between arrival and commit, and no acknowledgement came with it.
    await client.subscribeAsync('zigbee2mqtt/#');
    order.push('commit');
    commit.resolve('committed');
    await published;
    expect(order).toEqual(['commit', qos === 1 ? 'puback' : 'pubrec']);
  });

  test('one chunk of messages waits for one commit', async () => {
    const commit = Promise.withResolvers<'committed'>();
    const bench = await startBench(() => commit.promise);
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    const many = Array.from({ length: 50 }, (_, at) => publish('zigbee2mqtt/door', `${at}`, 1, at + 1));
    raw.socket.write(Buffer.concat(many));
    await bench.until(() => bench.arrived.length === 50);
    expect(raw.received().length).toBe(CONNACK_BYTES);
    commit.resolve('committed');
    await raw.until(CONNACK_BYTES + 50 * 4);
  });

  test('a failed commit ends the connection unacknowledged, and the message comes again', async () => {
    const outcomes = ['failed', 'committed'] as const;
    let at = 0;
    const bench = await startBench(async () => outcomes[at++] ?? 'committed');
    const client = await bench.connect({ reconnectPeriod: 1, clean: false });
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    const [first, again] = bench.arrived;
    // This very library sends again without DUP, though [MQTT-3.3.1-1] asks for it: only the connection tells.
    expect(again).toMatchObject({ packetId: first?.packetId, dup: false });
    expect(again?.connection).toBeGreaterThan(first?.connection ?? Number.NaN);
    expect(bench.counted).toEqual(['commitFailed']);
  });

  test('DUP is handed on', async () => {
    const bench = await startBench();
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    raw.socket.write(publish('zigbee2mqtt/door', '1', 1, 7, true));
    await raw.until(CONNACK_BYTES + 4);
    expect(bench.arrived[0]).toMatchObject({ dup: true, packetId: 7 });
  });

  test('a store that throws is a failed commit; at QoS 0 the connection stays', async () => {
    let at = 0;
    const bench = await startBench(async () => {
      at += 1;
      if (at === 1) throw new Error('disk');
      return 'committed';
    });
    const client = await bench.connect();
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 0 });
    await client.publishAsync('zigbee2mqtt/door', '2', { qos: 1 });
    expect(bench.counted).toEqual(['commitFailed']);
  });

  test('a QoS 2 packet that is sent again is handed on again, with DUP', async () => {
    const bench = await startBench();
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    raw.socket.write(publish('zigbee2mqtt/door', '1', 2, 7));
    await raw.until(CONNACK_BYTES + 4);
    raw.socket.write(publish('zigbee2mqtt/door', '1', 2, 7, true));
    await raw.until(CONNACK_BYTES + 8);
    raw.socket.write(generate({ cmd: 'pubrel', messageId: 7 }));
    const received = await raw.until(CONNACK_BYTES + 12);
    expect([...received.subarray(CONNACK_BYTES)]).toEqual([0x50, 2, 0, 7, 0x50, 2, 0, 7, 0x70, 2, 0, 7]);
    expect(bench.arrived.map(({ dup, packetId }) => [dup, packetId])).toEqual([
      [false, 7],
      [true, 7],
    ]);
  });
});

describe('refused content is acknowledged and counted, and the connection stays', () => {
  test.each([
    ['foreignTopic', 'tasmota/door'],
    ['foreignTopic', 'zigbee2mqtt'],
    ['foreignTopic', 'zigbee2mqtt2/door'],
    ['systemTopic', '$SYS/broker/new/clients'],
    ['wildcardTopic', 'zigbee2mqtt/#'],
    ['wildcardTopic', 'zigbee2mqtt/+/door'],
    ['deepTopic', `zigbee2mqtt/${'a/'.repeat(200)}`],
    ['deepTopic', `zigbee2mqtt/${'a'.repeat(2_000)}`],
  ] as const)('%s %#', async (reason, topic) => {
    const bench = await startBench();
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    // The packet library refuses to write wildcards, so a placeholder is replaced on the wire.
    const bytes = publish(topic.replaceAll('#', '\u0007').replaceAll('+', '\u0006'), '1', 1, 9);
    for (const [at, byte] of bytes.entries()) {
      if (at > 3 && byte === 7) bytes[at] = 0x23;
      if (at > 3 && byte === 6) bytes[at] = 0x2b;
    }
    raw.socket.write(bytes);
    expect([...(await raw.until(CONNACK_BYTES + 4)).subarray(CONNACK_BYTES)]).toEqual([0x40, 2, 0, 9]);
    expect(bench.counted).toEqual([reason]);
    expect(bench.arrived).toEqual([]);
    raw.socket.write(publish('zigbee2mqtt/door', '1', 1, 10));
    await raw.until(CONNACK_BYTES + 8);
    expect(bench.arrived.length).toBe(1);
  });

  test('one megabyte, where a list of devices of that size is taken', async () => {
    const bench = await startBench();
    const client = await bench.connect();
    await client.publishAsync('zigbee2mqtt/door', Buffer.alloc(1_000_000), { qos: 1 });
    await client.publishAsync('zigbee2mqtt/bridge/devices', Buffer.alloc(1_000_000), { qos: 1 });
    expect(bench.counted).toEqual(['oversizePayload']);
    expect(bench.arrived.map(({ topic }) => topic)).toEqual(['zigbee2mqtt/bridge/devices']);
  });

  test('an empty topic breaks the protocol', async () => {
    const bench = await startBench();
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    raw.socket.write(Buffer.from([0x32, 5, 0, 0, 0, 1, 0x31]));
    await raw.closed;
    expect(bench.counted).toEqual(['emptyTopic']);
  });
});

describe('nothing is handed to anyone', () => {
  test('own subscriptions are granted and stay silent, others are refused', async () => {
    const bench = await startBench();
    const client = await bench.connect();
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    const subscriptions = ['zigbee2mqtt/#', '#', '$SYS/#', 'other/#', '+/door'].map((topic) => ({
      topic,
      qos: 1 as const,
    }));
    raw.socket.write(generate({ cmd: 'subscribe', messageId: 3, subscriptions }));
    const suback = await raw.until(CONNACK_BYTES + 9);
    expect([...suback.subarray(CONNACK_BYTES + 4)]).toEqual([1, 128, 128, 128, 128]);
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 1, retain: true });
    raw.socket.write(generate({ cmd: 'pingreq' }));
    expect((await raw.until(CONNACK_BYTES + 11)).subarray(-2)).toEqual(Buffer.from([0xd0, 0]));
    expect(bench.counted).toEqual(Array(4).fill('foreignSubscription'));
  });

  test('a retained message is not kept for a later subscriber', async () => {
    const bench = await startBench();
    const client = await bench.connect();
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 1, retain: true });
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    raw.socket.write(generate({ cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: 'zigbee2mqtt/#', qos: 1 }] }));
    raw.socket.write(generate({ cmd: 'pingreq' }));
    await raw.until(CONNACK_BYTES + 5 + 2);
    expect(raw.received().length).toBe(CONNACK_BYTES + 5 + 2);
  });

  test('subscriptions are few', async () => {
    const bench = await startBench(undefined, { limits: { subscriptionsPerClient: 1 } });
    const client = await bench.connect();
    await client.subscribeAsync('zigbee2mqtt/a/set');
    await expect(client.subscribeAsync('zigbee2mqtt/b/set')).rejects.toThrow();
    expect(bench.counted).toEqual(['tooManySubscriptions']);
  });
});

describe('who may come in', () => {
  test('a wrong password is refused with 5, counted, and answered ever more slowly', async () => {
    const bench = await startBench(undefined, { limits: { freeAttempts: 1, attemptDelayMs: 1 } });
    for (const password of ['wrong', 'wrong again']) {
      await expect(bench.connect({ password })).rejects.toMatchObject({ code: 5 });
    }
    expect(bench.counted).toEqual(['wrongCredential', 'wrongCredential', 'slowedDown']);
    await bench.connect();
  });

  test('no credential at all, and a store that cannot be read', async () => {
    const bench = await startBench(undefined, { authenticate: () => Promise.reject(new Error('disk')) });
    const { username: _none, ...nobody } = { username: undefined, clientId: 'x' };
    await expect(bench.connect({ ...nobody, username: '', password: '' })).rejects.toMatchObject({ code: 5 });
    await expect(bench.connect()).rejects.toMatchObject({ code: 5 });
    expect(bench.counted).toEqual(['anonymous', 'wrongCredential']);
  });

  test('a second client with the same id ends the first, and that is counted', async () => {
    const bench = await startBench();
    const first = await bench.connect();
    const ended = new Promise<void>((resolve) => first.once('close', () => resolve()));
    const second = await bench.connect();
    await ended;
    await second.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    expect(bench.counted).toEqual(['takeover']);
    expect(bench.clients()).toBe(1);
  });

  test('the same id under another account is another client', async () => {
    const bench = await startBench();
    const first = await bench.connect();
    const second = await bench.connect({ username: 'other' });
    await first.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    await second.publishAsync('other/door', '1', { qos: 1 });
    expect(bench.arrived.map(({ source, client }) => [source, client])).toEqual([
      ['zigbee', 'z2m'],
      ['other', 'z2m'],
    ]);
    expect(bench.counted).toEqual([]);
    expect(bench.clients()).toBe(2);
  });

  test('names of the prototype are ordinary client ids', async () => {
    const bench = await startBench();
    const client = await bench.connect({ clientId: '__proto__' });
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 2 });
    expect(bench.arrived[0]?.client).toBe('__proto__');
  });

  test('too many with a right password, where one that comes back has its place still', async () => {
    const bench = await startBench(undefined, { limits: { connections: 1 } });
    await bench.connect();
    await expect(bench.connect({ clientId: 'another' })).rejects.toMatchObject({ code: 3 });
    await bench.connect();
    expect(bench.counted).toEqual(['tooManyConnections', 'takeover']);
  });

  test('an id longer than any, and a version this server does not speak', async () => {
    const bench = await startBench();
    await expect(bench.connect({ clientId: 'x'.repeat(200) })).rejects.toMatchObject({ code: 2 });
    const raw = await bench.raw();
    raw.socket.write(Buffer.from([0x10, 14, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 0, 0, 0, 1, 0x61]));
    await raw.closed;
    expect(bench.counted).toEqual(['longClientId', 'protocolVersion']);
  });
});

describe('abuse ends the connection', () => {
  test('a packet longer than allowed, before it is collected', async () => {
    const bench = await startBench(undefined, { limits: { packetBytes: 10_000 } });
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    raw.socket.write(Buffer.from([0x32, 0xff, 0xff, 0xff, 0x7f]));
    await raw.closed;
    expect(bench.counted).toEqual(['oversizePacket']);
  });

  test('a first packet longer than a CONNECT', async () => {
    const bench = await startBench();
    const raw = await bench.raw();
    raw.socket.write(Buffer.from([0x10, 0xff, 0xff, 0x03]));
    await raw.closed;
    expect(bench.counted).toEqual(['oversizePacket']);
  });

  test('bytes that are no MQTT', async () => {
    const bench = await startBench();
    const raw = await bench.raw();
    raw.socket.write('GET / HTTP/1.1\r\nHost: hub\r\n\r\n');
    await raw.closed;
    expect(bench.counted).toEqual(['protocolError']);
  });

  test('a header without end, and a packet before CONNECT', async () => {
    const bench = await startBench();
    const one = await bench.raw();
    one.socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0xff]));
    await one.closed;
    const two = await bench.raw();
    two.socket.write(publish('zigbee2mqtt/door', '1', 1, 1));
    await two.closed;
    await bench.until(() => bench.counted.length === 2);
    expect(bench.counted).toEqual(['protocolError', 'protocolError']);
  });

  test('silence after the connection was opened', async () => {
    const bench = await startBench(undefined, { limits: { connectTimeoutMs: 1 } });
    const raw = await bench.raw();
    await raw.closed;
    expect(bench.counted).toEqual(['connectTimeout']);
  });
});

test('a taken port is the system’s own error', async () => {
  const bench = await startBench();
  const again = { host: '127.0.0.1', port: bench.port, authenticate: async () => undefined };
  await expect(
    startListener({ ...again, take: async () => 'committed', count: () => undefined }),
  ).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('closing ends all connections and takes no wills', async () => {
  const bench = await startBench();
  const will = { topic: 'zigbee2mqtt/bridge/state', payload: Buffer.from('offline'), qos: 0 as const, retain: false };
  const client = await bench.connect({ will });
  const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
  await bench.close();
  await ended;
  expect(bench.arrived).toEqual([]);
});
