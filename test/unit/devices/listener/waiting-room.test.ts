import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../devices/limits.ts';
import { WaitingRoom } from '../../../../devices/listener/waiting-room.ts';
import { startBench } from './kit.ts';

describe('silent connections', () => {
  test('a hundred of them lock no device out', async () => {
    const bench = await startBench();
    const silent = await Promise.all(Array.from({ length: 100 }, () => bench.raw()));
    const client = await bench.connect();
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    expect(bench.arrived.length).toBe(1);
    const over = silent.length - LIMITS.waitingPerAddress + 1;
    await Promise.all(silent.slice(0, over).map(({ closed }) => closed));
    expect(bench.counted).toEqual(Array(over).fill('tooManyConnections'));
  });

  test('never put out a device that has shown its password', async () => {
    const bench = await startBench(undefined, { limits: { waitingPerAddress: 1 } });
    const client = await bench.connect();
    for (let opened = 0; opened < 5; opened += 1) await bench.raw();
    await client.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    await bench.until(() => bench.counted.length === 4);
    expect(bench.clients()).toBe(1);
  });

  test('take no place of those with a password, nor these of those', async () => {
    const bench = await startBench(undefined, { limits: { connections: 2, waitingPerAddress: 2 } });
    const waiting = await bench.raw();
    await bench.connect({ clientId: 'one' });
    await bench.connect({ clientId: 'two' });
    await bench.raw();
    expect(bench.counted).toEqual([]);
    expect(waiting.socket.destroyed).toBe(false);
  });
});

describe('the waiting room', () => {
  const limits = { waitingPerAddress: 3, waitingConnections: 5 };

  test('puts out the oldest of the same address', () => {
    const room = new WaitingRoom<number>(limits);
    for (const connection of [1, 2, 3]) expect(room.enter(connection, 'a')).toBeUndefined();
    room.leave(1, 'a');
    expect(room.enter(4, 'a')).toBeUndefined();
    expect(room.enter(5, 'a')).toBe(2);
  });

  test('when only the room is full, puts out the oldest of the address with the most', () => {
    const room = new WaitingRoom<number>(limits);
    room.enter(1, 'a');
    for (const connection of [2, 3, 4]) room.enter(connection, 'b');
    room.enter(5, 'c');
    expect(room.enter(6, 'd')).toBe(2);
  });

  test('never holds more than its limits, whatever comes and goes', () => {
    const step = fc.record({ address: fc.constantFrom('a', 'b', 'c', 'd'), leaves: fc.option(fc.nat(40)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const room = new WaitingRoom<number>(limits);
        const inside = new Map<number, string>();
        for (const [connection, { address, leaves }] of steps.entries()) {
          inside.set(connection, address);
          inside.delete(room.enter(connection, address) ?? -1);
          if (leaves !== null) room.leave(leaves, inside.get(leaves) ?? address);
          if (leaves !== null) inside.delete(leaves);
          const counts = [...Map.groupBy(inside.values(), (of) => of).values()].map((of) => of.length);
          expect(Math.max(0, ...counts)).toBeLessThanOrEqual(limits.waitingPerAddress);
          expect(inside.size).toBeLessThanOrEqual(limits.waitingConnections);
          expect(inside.has(connection)).toBe(leaves !== connection);
        }
      }),
    );
  });
});
