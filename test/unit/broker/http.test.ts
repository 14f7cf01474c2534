import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../../broker/main.ts';
import { brokerIn, temporaryFolder } from './kit.ts';

describe('the broker over HTTP', () => {
  const folder = temporaryFolder();
  let broker: Broker;
  beforeAll(async () => {
    broker = await brokerIn(folder.path);
  });
  afterAll(async () => {
    await broker.close();
    folder.remove();
  });

  test('alive and ready', async () => {
    expect(await (await fetch(`${broker.url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${broker.url}/readyz`)).json()).toEqual({ status: 'ready' });
  });

  test('metrics are for this machine, not for what a proxy passes on', async () => {
    const text = await (await fetch(`${broker.url}/metrics`)).text();
    expect(text).toContain('engawa_broker_events_total{reason="notEnrolled"} 0');
    expect(text).toContain('engawa_broker_stored{kind="entries"} 0');
    const passedOn = await fetch(`${broker.url}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(passedOn.status).toBe(403);
  });

  test('every path is described', async () => {
    const description = (await (await fetch(`${broker.url}/v1/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(description.paths).sort()).toEqual([
      '/healthz',
      '/readyz',
      '/v1/enrol',
      '/v1/feeds/{offer}/attestations',
      '/v1/feeds/{offer}/live',
      '/v1/feeds/{offer}/records',
      '/v1/hubs/ordinal',
      '/v1/offers',
      '/v1/operator',
      '/v1/withdrawals',
      '/v1/withdrawals/batch',
    ]);
  });

  test('commands are not on the network', async () => {
    const response = await fetch(`${broker.url}/cli/status`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: expect.any(String), remedy: expect.any(String) });
  });

  test('answers carry the headers a browser needs to be careful', async () => {
    const { headers } = await fetch(`${broker.url}/v1/offers`);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('guessing is slowed down', async () => {
    const attempts = Array.from({ length: 40 }, () => fetch(`${broker.url}/v1/enrol`, { method: 'POST' }));
    const answers = await Promise.all(attempts);
    const slowed = answers.filter((answer) => answer.status === 429);
    expect(slowed.length).toBe(10);
    expect(slowed[0]?.headers.get('retry-after')).not.toBeNull();
    expect(await slowed[0]?.json()).toMatchObject({ reason: 'tooMany' });
  });
});

test('without its MQTT server the broker runs, says that it is not ready, and shows no credential', async () => {
  const folder = temporaryFolder();
  const ingressUrl = 'mqtt://broker:hunter2@127.0.0.1:9';
  const broker = await brokerIn(folder.path, { ingressUrl });
  expect((await fetch(`${broker.url}/readyz`)).status).toBe(503);
  expect((await fetch(`${broker.url}/healthz`)).status).toBe(200);
  expect(broker.ingressUrl).toBe('mqtt://127.0.0.1:9');
  await broker.close();
  folder.remove();
});

test('a public address tells hubs how to reach the broker through a proxy', async () => {
  const folder = temporaryFolder();
  const broker = await startBroker(
    {
      dataFolder: folder.path,
      httpHost: '127.0.0.1',
      httpPort: 0,
      ingressHost: '127.0.0.1',
      ingressPort: 0,
      publicUrl: 'https://broker.example',
      logLevel: 'silent',
    },
    { now: Date.now, random: randomBytes },
  );
  expect(broker.url).toBe('https://broker.example');
  await broker.close();
  folder.remove();
});

test('an address this machine does not have is named', async () => {
  const folder = temporaryFolder();
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list?.map((entry) => entry.address) ?? []);
  expect(addresses).not.toContain('203.0.113.7');
  const settings = { dataFolder: folder.path, httpPort: 0, ingressPort: 0, logLevel: 'silent' };
  const started = startBroker({ ...settings, httpHost: '203.0.113.7', ingressHost: '127.0.0.1' });
  await expect(started).rejects.toThrow(/203\.0\.113\.7.*ENGAWA_BIND/);
  folder.remove();
});
