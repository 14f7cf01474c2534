import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import mqtt, { type IClientOptions } from 'mqtt';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PacketGuard } from '../../../broker/ingest/embedded/packet-guard.ts';
import type { Broker } from '../../../broker/main.ts';
import { sealUp } from '../../../proto/cell.ts';
import {
  brokerIn,
  enrolled,
  type Line,
  lineOf,
  order,
  passwordOf,
  type TestHub,
  temporaryFolder,
  upBody,
} from './kit.ts';

describe('the embedded ingress', () => {
  const folder = temporaryFolder();
  let broker: Broker;
  let hub: TestHub;
  let other: TestHub;
  let cell = 0;
  beforeAll(async () => {
    broker = await brokerIn(folder.path);
    hub = await enrolled(broker, folder.path);
    other = await enrolled(broker, folder.path);
  });
  afterAll(async () => {
    await broker.close();
    folder.remove();
  });

  let before = new Map<string, number>();
  const all = async (): Promise<Map<string, number>> => {
    const status = await order<{ sinceStart: { reason: string; count: number }[] }>(folder.path, 'GET', '/cli/status');
    return new Map(status.sinceStart.map((entry) => [entry.reason, entry.count]));
  };
  const added = async (reason: string): Promise<number> => ((await all()).get(reason) ?? 0) - (before.get(reason) ?? 0);
  beforeEach(async () => {
    before = await all();
  });
  const works = async (line: Line): Promise<void> => {
    cell += 1;
    expect((await line.send(upBody({ cell, ranges: [] }))).cell).toBe(cell);
  };
  const name = (of: TestHub): string => of.hub.toString('hex');
  const refusedCode = async (options: IClientOptions): Promise<unknown> => {
    const client = mqtt.connect(hub.ingressUrl, { protocolVersion: 4, reconnectPeriod: 0, ...options });
    const code = await new Promise((resolve) =>
      client.once('error', (fault) => resolve('code' in fault ? fault.code : fault)),
    );
    await client.endAsync(true);
    return code;
  };

  test('a hub that publishes elsewhere is acknowledged, counted, not heard by anybody, and stays connected', async () => {
    const [mine, theirs] = [await lineOf(hub), await lineOf(other)];
    const heard: string[] = [];
    theirs.client.on('message', (topic) => heard.push(topic));
    const topics = [`engawa/1/${name(other)}/up`, `engawa/1/${name(other)}/down`, 'a/b', `engawa/1/${name(hub)}/down`];
    for (const topic of topics) await mine.client.publishAsync(topic, 'x', { qos: 1, retain: true });
    await works(mine);
    await works(theirs);
    expect(heard).toEqual([`engawa/1/${name(other)}/down`]);
    expect(await added('foreignTopic')).toBe(4);
    await mine.close();
    await theirs.close();
    const later = await lineOf(other);
    later.client.on('message', (_topic, _payload, packet) => expect(packet.retain).toBe(false));
    await works(later);
    await later.close();
  });

  test('a hub that subscribes elsewhere is refused and counted', async () => {
    const line = await lineOf(hub);
    const topics = ['#', `engawa/1/${name(other)}/down`, 'engawa/1/+/down', `engawa/1/${name(hub)}/up`, '$SYS/#'];
    const results = await Promise.allSettled(topics.map((topic) => line.client.subscribeAsync(topic, { qos: 1 })));
    const refused = results.every(
      (result) => result.status === 'rejected' || result.value.every((grant) => grant.qos === 128),
    );
    expect(refused).toBe(true);
    expect(await added('foreignSubscription')).toBe(topics.length);
    await works(line);
    await line.close();
  });

  test('a wrong password, no password, and another hub’s name are refused and counted', async () => {
    const right = { clientId: name(hub), username: name(hub), password: passwordOf(hub.enrolmentKey) };
    const codes = await Promise.all([
      refusedCode({ ...right, password: passwordOf(other.enrolmentKey) }),
      refusedCode({ clientId: name(hub) }),
      refusedCode({ ...right, clientId: name(other) }),
      refusedCode({ ...right, clientId: 'x', username: 'x' }),
    ]);
    expect(codes).toEqual([4, 4, 4, 4]);
    expect(await added('wrongPassword')).toBe(4);
  });

  test('a second connection of the same hub replaces the first, and is counted', async () => {
    const first = await lineOf(hub);
    const closed = new Promise<void>((resolve) => first.client.once('close', () => resolve()));
    const second = await lineOf(hub);
    await closed;
    await works(second);
    expect(await added('takenOver')).toBe(1);
    await second.close();
  });

  test('a packet too large closes only its own connection before it is buffered', async () => {
    const line = await lineOf(other);
    const { port } = new URL(hub.ingressUrl);
    const socket = connect(Number(port), '127.0.0.1');
    const closed = once(socket, 'close');
    socket.on('error', () => {});
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4]));
    await closed;
    expect(await added('oversizePacket')).toBe(1);
    await works(line);
    await line.close();
  });

  test('bytes that are no MQTT harm nobody', async () => {
    const line = await lineOf(other);
    const { port } = new URL(hub.ingressUrl);
    const noise = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.alloc(64, 0xff),
      Buffer.from([0, 0, 0]),
      randomBytes(500),
    ];
    for (const bytes of noise) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.end(bytes);
      await once(socket, 'close');
    }
    await works(line);
    await line.close();
  });

  test('an answer reaches a hub although it was busy with other cells', async () => {
    const line = await lineOf(hub);
    const topic = `engawa/1/${name(hub)}/up`;
    const answers: Buffer[] = [];
    line.client.on('message', (_topic, payload) => answers.push(payload));
    const frames = Array.from({ length: 20 }, (_, at) =>
      sealUp({ enrolmentKey: hub.enrolmentKey, hub: hub.hub, body: upBody({ run: 'ff00ff00ff00ff00', cell: at + 1 }) }),
    );
    await Promise.all(frames.map((frame) => line.client.publishAsync(topic, frame, { qos: 1 })));
    await expect.poll(() => answers.length).toBe(20);
    expect(new Set(answers.map((answer) => answer.length))).toEqual(new Set([1_024]));
    await line.close();
  });
});

describe('PacketGuard', () => {
  const packet = (length: number): Buffer => {
    const bytes = [0x30];
    let left = length;
    do {
      bytes.push((left % 128) | (left >= 128 ? 0x80 : 0));
      left = Math.floor(left / 128);
    } while (left > 0);
    return Buffer.concat([Buffer.from(bytes), Buffer.alloc(length, 0xff)]);
  };

  test('lets packets up to the limit through, however they are cut', () => {
    const stream = Buffer.concat([packet(0), packet(1), packet(100), packet(127), packet(128), packet(100)]);
    for (const size of [1, 2, 3, 50, stream.length]) {
      const guard = new PacketGuard(128);
      for (let at = 0; at < stream.length; at += size) expect(guard.allows(stream.subarray(at, at + size))).toBe(true);
    }
  });

  test('stops at the header of a packet above the limit, and at an endless length', () => {
    expect(new PacketGuard(128).allows(packet(129).subarray(0, 3))).toBe(false);
    expect(new PacketGuard(128).allows(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]))).toBe(false);
  });
});
