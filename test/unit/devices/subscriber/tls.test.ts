import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type SourceState, startSubscriber } from '../../../../devices/subscriber/subscriber.ts';
import { Authority } from '../../../../gateway/certificates/authority.ts';
import { hasMosquitto, startMosquitto } from '../../../kit/mosquitto.ts';
import { Waiting } from '../listener/kit.ts';

const authority = () => Authority.of(Buffer.alloc(32, 1));

/** A real Mosquitto that speaks TLS with a certificate for these names. */
async function secureMosquitto(names: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'engawa-source-tls-'));
  const made = await (await authority()).issue(names, Date.now());
  for (const [name, text] of Object.entries(made)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const config = `certfile ${join(folder, 'certificate')}\nkeyfile ${join(folder, 'key')}`;
  const server = await startMosquitto({ config });
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return server;
}

function subscribe(url: string, ca: string | undefined) {
  const [states, texts]: [SourceState[], string[]] = [[], []];
  const waiting = new Waiting();
  const subscriber = startSubscriber({
    ...{ url, ca, clientId: 'engawa-hub', limits: { reconnectMs: 20 }, random: () => 0 },
    speaks: [{ source: 'source-url', dialect: 'zigbee2mqtt', base: 'zigbee2mqtt' }],
    announced: () => [],
    take: async ({ payload }) => {
      texts.push(payload.toString());
      waiting.happened();
      return 'committed';
    },
    count: () => undefined,
    onState: (state) => {
      states.push(state);
      waiting.happened();
    },
  });
  onTestFinished(() => subscriber.close());
  return { states, texts, until: (condition: () => boolean) => waiting.until(condition) };
}

describe.runIf(hasMosquitto())('a real Mosquitto over TLS', () => {
  test.each(['localhost', '127.0.0.1'])('is read at %s, where its authority is the one that was set', async (host) => {
    const server = await secureMosquitto(['localhost', '127.0.0.1']);
    const ca = await (await authority()).certificate();
    const url = `mqtts://${host}:${server.port}`;
    const hub = subscribe(url, ca);
    await hub.until(() => hub.states.length === 1);
    expect(hub.states).toEqual([{ connected: true }]);
    const z2m = await connectAsync(url, { ca, reconnectPeriod: 0 });
    onTestFinished(() => z2m.endAsync(true));
    await z2m.publishAsync('zigbee2mqtt/door', '1', { qos: 1 });
    await hub.until(() => hub.texts.length === 1);
  });

  test.each([
    ['its authority is not a public one and none was set', ['127.0.0.1'], undefined],
    ['another authority was set', ['127.0.0.1'], 2],
    ['the certificate is for another name', ['elsewhere.local'], 1],
  ])('is not read when %s', async (_says, names, seed) => {
    const server = await secureMosquitto(names);
    const ca = seed === undefined ? undefined : await (await Authority.of(Buffer.alloc(32, seed))).certificate();
    const hub = subscribe(`mqtts://127.0.0.1:${server.port}`, ca);
    // It stays so at every attempt, and nothing is tried without TLS or with another version of MQTT.
    await hub.until(() => hub.states.length === 3);
    expect(new Set(hub.states.map((state) => JSON.stringify(state)))).toEqual(
      new Set([JSON.stringify({ connected: false, trouble: 'certificate' })]),
    );
  });
});
