import { once } from 'node:events';
import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { expect, test } from 'vitest';
import { INTAKE_REASONS } from '../../../../devices/intake.ts';
import { type Bench, startBench } from './kit.ts';

const CONNECT = generate({
  ...{ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'raw', clean: true, keepalive: 0 },
  ...{ username: 'zigbee', password: Buffer.from('right') },
});

/** Sends bytes on a connection of their own and ends it; resolves when the listener has seen its end. */
async function send(bench: Bench, bytes: Buffer): Promise<void> {
  const raw = await bench.raw();
  raw.socket.write(bytes);
  raw.socket.end();
  raw.socket.resume();
  if (!raw.socket.destroyed) await once(raw.socket, 'close');
}

/** A packet of any type with any flags and a body that need not fit. */
const packet = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 60 }))
  .map(([first, body]) => Buffer.concat([Buffer.from([first, body.length]), body]));

test('any bytes, before or after a right CONNECT, harm nobody else', async () => {
  const bench = await startBench();
  const good = await bench.connect();
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(packet, { maxLength: 6 }),
      fc.uint8Array({ maxLength: 40 }),
      async (in_, some, rest) => {
        const bytes = Buffer.concat([...(in_ ? [CONNECT] : []), ...some, rest]);
        await send(bench, bytes);
      },
    ),
    { numRuns: 300 },
  );
  const before = bench.arrived.length;
  await good.publishAsync('zigbee2mqtt/door', '1', { qos: 2 });
  expect(bench.arrived.length).toBe(before + 1);
  expect(bench.counted.every((reason) => INTAKE_REASONS.includes(reason))).toBe(true);
  expect(bench.arrived.every(({ topic }) => topic.startsWith('zigbee2mqtt/'))).toBe(true);
});

test('publications that are sent with the CONNECT are taken once it is accepted', async () => {
  const bench = await startBench();
  const raw = await bench.raw();
  const publish = generate({
    cmd: 'publish',
    topic: 'zigbee2mqtt/door',
    payload: '1',
    qos: 1,
    messageId: 4,
    dup: false,
    retain: false,
  });
  raw.socket.write(Buffer.concat([CONNECT, publish]));
  await raw.until(8);
  expect(bench.arrived.length).toBe(1);
});
