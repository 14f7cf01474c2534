import { randomBytes } from 'node:crypto';
import mqtt from 'mqtt';
import { describe, expect, test, vi } from 'vitest';
import type { Broker } from '../../../broker/main.ts';
import { sealUp } from '../../../proto/cell.ts';
import { hasMosquitto, startMosquitto } from '../../kit/mosquitto.ts';
import {
  agreementKeys,
  brokerIn,
  enrolled,
  lineOf,
  offerDocument,
  publishOffer,
  readLines,
  record,
  temporaryFolder,
  tokenOf,
  upBody,
} from '../../unit/broker/kit.ts';

const ready = (broker: Broker, status: number): Promise<void> =>
  vi.waitFor(async () => expect((await fetch(`${broker.url}/readyz`)).status).toBe(status), { timeout: 20_000 });

const ACL = [
  'user broker',
  'topic read engawa/1/+/up',
  'topic write engawa/1/+/down',
  'user hub',
  'topic readwrite engawa/1/+/up',
  'topic readwrite engawa/1/+/down',
].join('\n');

const withMosquitto = hasMosquitto() ? [startMosquitto] : [];

describe.each(withMosquitto)('Mosquitto between hub and broker', (start) => {
  test('the broker comes back after the server did, and cells are answered again', async () => {
    const server = await start();
    const folder = temporaryFolder();
    const broker = await brokerIn(folder.path, { ingressUrl: server.url });
    await ready(broker, 200);
    const hub = await enrolled(broker, folder.path);
    expect(hub.ingressUrl).toBe(server.url);
    const before = await lineOf(hub, server.url, false);
    await before.send(upBody({ ranges: [] }));
    await before.close();
    await server.restart();
    await ready(broker, 200);
    const after = await lineOf(hub, server.url, false);
    expect((await after.send(upBody({ cell: 2, ranges: [] }))).cell).toBe(2);
    await after.close();
    await broker.close();
    await server.stop();
    folder.remove();
  });

  test('the documented accounts suffice, and without them the broker is not ready', async () => {
    const server = await start({ acl: ACL, passwords: { broker: 'secret-b', hub: 'secret-h' } });
    const at = (user: string, password: string): string => `mqtt://${user}:${password}@127.0.0.1:${server.port}`;
    const [one, two, three] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const right = await brokerIn(one.path, { ingressUrl: at('broker', 'secret-b') });
    const wrong = await brokerIn(two.path, { ingressUrl: at('broker', 'guess') });
    await ready(right, 200);
    await ready(wrong, 503);
    const hub = await enrolled(right, one.path);
    expect(hub.ingressUrl).not.toContain('secret');
    const line = await lineOf(hub, at('hub', 'secret-h'), false);
    expect((await line.send(upBody({ ranges: [] }))).cell).toBe(1);
    await line.close();
    await right.close();
    await wrong.close();
    await server.stop();
    for (const folder of [one, two, three]) folder.remove();
  });

  test('a server that replays, reorders, retains and forges stores everything once and nothing of its own', async () => {
    const server = await start();
    const folder = temporaryFolder();
    const broker = await brokerIn(folder.path, { ingressUrl: server.url });
    await ready(broker, 200);
    const offer = await publishOffer(folder.path, offerDocument());
    const token = await tokenOf(folder.path);
    const hub = await enrolled(broker, folder.path);
    const keys = agreementKeys(hub, 1);
    const frames = [1, 2, 3, 4].map((cell) =>
      sealUp({
        enrolmentKey: hub.enrolmentKey,
        hub: hub.hub,
        body: upBody({ cell, first: cell, records: [record(keys.writeKey, offer, cell)] }),
      }),
    );
    const hostile = await mqtt.connectAsync(server.url, { protocolVersion: 4 });
    const topic = `engawa/1/${hub.hub.toString('hex')}/up`;
    for (const frame of [...frames.toReversed(), ...frames, ...frames]) {
      await hostile.publishAsync(topic, frame, { qos: 1, retain: true });
      const forged = Buffer.from(frame);
      forged.set(randomBytes(8), 300);
      await hostile.publishAsync(topic, forged, { qos: 0 });
    }
    await hostile.endAsync();
    const line = await lineOf(hub, server.url, false);
    const frame = sealUp({ enrolmentKey: hub.enrolmentKey, hub: hub.hub, body: upBody({ cell: 5, ranges: [] }) });
    await line.exchange(frame);
    const values = (await readLines(broker, token, 'purpose=energyAdvice')).map((read) => read.value);
    expect(values.toSorted()).toEqual([1, 2, 3, 4]);
    await line.close();
    await broker.close();
    await server.stop();
    folder.remove();
  });
});
