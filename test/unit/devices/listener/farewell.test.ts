import { generate, type IPublishPacket } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import type { Take } from '../../../../devices/intake.ts';
import { type Raw, startBench } from './kit.ts';

const CONNECT = generate({
  ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'raw', clean: false, keepalive: 0 },
  ...{ username: 'zigbee', password: Buffer.from('right') },
});
const DISCONNECT = generate({ cmd: 'disconnect' });
const CONNACK_BYTES = 4;
const ANSWER_BYTES = 4;

function publish(more: Partial<IPublishPacket> = {}): Buffer {
  const packet = { topic: 'zigbee2mqtt/door', payload: '1', qos: 1 as const, messageId: 1, dup: false, retain: false };
  return generate({ cmd: 'publish', ...packet, ...more });
}

/** A listener with the clients that took their leave, among what arrived, in order. */
async function startWithGone(take: Take = async () => 'committed') {
  const happened: string[] = [];
  const bench = await startBench(
    (arrived) => {
      happened.push(`arrived ${arrived.client}`);
      return take(arrived);
    },
    { onGone: (source, client) => happened.push(`gone ${source} ${client}`) },
  );
  const gone = () => happened.filter((what) => what.startsWith('gone'));
  /** A whole exchange of somebody else: whatever was to happen before has happened. */
  const settled = async (): Promise<void> => {
    const other = await bench.connect({ username: 'other', clientId: 'other' });
    await other.publishAsync('other/door', '1', { qos: 1 });
  };
  const connected = async (): Promise<Raw> => {
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    return raw;
  };
  return { ...bench, happened, gone, settled, connected };
}

describe('a client takes its leave', () => {
  test.each([0, 1, 2] as const)('with a DISCONNECT after a publication at QoS %i was answered', async (qos) => {
    const bench = await startWithGone();
    const client = await bench.connect();
    await client.publishAsync('zigbee2mqtt/door', '1', { qos });
    await client.endAsync();
    await bench.settled();
    expect(bench.gone()).toEqual(['gone zigbee z2m']);
  });

  test('before anything of its next connection arrives', async () => {
    const bench = await startWithGone();
    for (let connection = 0; connection < 2; connection += 1) {
      const raw = await bench.connected();
      raw.socket.write(publish());
      await raw.until(CONNACK_BYTES + ANSWER_BYTES);
      raw.socket.write(DISCONNECT);
      await raw.closed;
    }
    expect(bench.happened).toEqual(['arrived raw', 'gone zigbee raw', 'arrived raw', 'gone zigbee raw']);
  });

  test('after refused content too, because that was answered', async () => {
    const bench = await startWithGone();
    const raw = await bench.connected();
    raw.socket.write(publish({ topic: 'foreign/door' }));
    await raw.until(CONNACK_BYTES + ANSWER_BYTES);
    raw.socket.write(DISCONNECT);
    await raw.closed;
    await bench.settled();
    expect(bench.gone()).toEqual(['gone zigbee raw']);
  });
});

describe('a client that may send again has not taken its leave', () => {
  test('when its connection broke', async () => {
    const bench = await startWithGone();
    const will = { topic: 'zigbee2mqtt/bridge/state', payload: Buffer.from('offline'), qos: 1 as const, retain: false };
    const client = await bench.connect({ will });
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    client.stream.destroy();
    await bench.until(() => bench.arrived.length === 2);
    await bench.settled();
    expect(bench.gone()).toEqual([]);
  });

  test('when it closed the socket without a word', async () => {
    const bench = await startWithGone();
    const raw = await bench.connected();
    raw.socket.write(publish());
    await raw.until(CONNACK_BYTES + ANSWER_BYTES);
    raw.socket.end();
    await raw.closed;
    await bench.settled();
    expect(bench.gone()).toEqual([]);
  });

  test.each([1, 2] as const)('when it left before its publication at QoS %i was answered', async (qos) => {
    const commit = Promise.withResolvers<'committed'>();
    const bench = await startWithGone(({ client }) =>
      client === 'raw' ? commit.promise : Promise.resolve('committed'),
    );
    const raw = await bench.connected();
    raw.socket.write(publish({ qos }));
    await bench.until(() => bench.arrived.length === 1);
    raw.socket.write(DISCONNECT);
    await raw.closed;
    commit.resolve('committed');
    await bench.settled();
    expect(bench.gone()).toEqual([]);
  });

  test('when publication and DISCONNECT came in one piece', async () => {
    const bench = await startWithGone();
    const raw = await bench.connected();
    raw.socket.write(Buffer.concat([publish(), DISCONNECT]));
    await raw.closed;
    await bench.settled();
    expect(bench.gone()).toEqual([]);
  });

  test('when it did not wait for its CONNECT to be answered', async () => {
    const bench = await startWithGone();
    const raw = await bench.raw();
    raw.socket.write(Buffer.concat([CONNECT, DISCONNECT]));
    await raw.closed;
    await bench.settled();
    expect(bench.gone()).toEqual([]);
  });

  test('when another took its id over, or its credential was removed', async () => {
    const bench = await startWithGone();
    const first = await bench.connected();
    await bench.connected();
    await first.closed;
    bench.end('zigbee');
    await bench.settled();
    expect(bench.gone()).toEqual([]);
  });
});
