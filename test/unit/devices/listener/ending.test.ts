import { generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { startBench } from './kit.ts';

const CONNECT = generate({
  ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'raw', clean: true, keepalive: 0 },
  ...{ username: 'zigbee', password: Buffer.from('right') },
});
const CONNACK_BYTES = 4;

const publish = (payload: string, messageId: number): Buffer =>
  generate({ cmd: 'publish', topic: 'zigbee2mqtt/door', payload, qos: 1, messageId, dup: false, retain: false });

describe('a credential that is removed', () => {
  test('ends all connections of its source, and no other', async () => {
    const bench = await startBench();
    const [one, two] = [await bench.connect({ clientId: 'one' }), await bench.connect({ clientId: 'two' })];
    const other = await bench.connect({ username: 'other', clientId: 'one' });
    const ended = [one, two].map((client) => new Promise<void>((resolve) => client.once('close', () => resolve())));
    bench.end('zigbee');
    await Promise.all(ended);
    await other.publishAsync('other/door', '1', { qos: 1 });
    expect(bench.arrived.map(({ source }) => source)).toEqual(['other']);
    expect(bench.clients()).toBe(1);
    expect(bench.counted).toEqual([]);
  });

  test('has nothing more taken, not even what had come already', async () => {
    const bench = await startBench(async () => {
      bench.end('zigbee');
      return 'committed';
    });
    const raw = await bench.raw();
    raw.socket.write(CONNECT);
    await raw.until(CONNACK_BYTES);
    raw.socket.write(Buffer.concat([publish('1', 1), publish('2', 2), publish('3', 3)]));
    await raw.closed;
    expect(bench.arrived.map(({ payload }) => payload.toString())).toEqual(['1']);
  });

  test('has no will taken', async () => {
    const bench = await startBench();
    const will = { topic: 'zigbee2mqtt/bridge/state', payload: Buffer.from('offline'), qos: 1 as const, retain: false };
    const client = await bench.connect({ will });
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    bench.end('zigbee');
    await ended;
    const other = await bench.connect({ username: 'other' });
    await other.publishAsync('other/door', '1', { qos: 1 });
    expect(bench.arrived.map(({ source }) => source)).toEqual(['other']);
  });

  test('lets nobody in whose password was being checked', async () => {
    const accounts = new Set(['zigbee']);
    const checking = Promise.withResolvers<void>();
    const checked = Promise.withResolvers<void>();
    const bench = await startBench(undefined, {
      authenticate: async (user) => {
        const known = accounts.has(user);
        checking.resolve();
        await checked.promise;
        return known ? { source: user, dialect: 'zigbee2mqtt', base: 'zigbee2mqtt' } : undefined;
      },
    });
    const connecting = bench.connect();
    await checking.promise;
    accounts.delete('zigbee');
    bench.end('zigbee');
    checked.resolve();
    await expect(connecting).rejects.toMatchObject({ code: 5 });
    expect(bench.counted).toEqual(['wrongCredential']);
  });
});
