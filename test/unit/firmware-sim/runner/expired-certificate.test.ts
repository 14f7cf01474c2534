import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectAsync } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { Authority } from '../../../../gateway/certificates/authority.ts';
import { startMosquitto } from '../../../kit/mosquitto.ts';

const SIM = fileURLToPath(new URL('../../../../bin/sim.ts', import.meta.url));

const SCENARIO = `
start: 2026-11-23T18:00
speed: 600
faults:
  - { kind: expired-certificate, at: 5m, for: 25m }
`;

it('a client leaves every handshake while the certificate has expired, and comes back when it is renewed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engawa-expired-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const authority = await Authority.of(Buffer.alloc(32, 1));
  const made = await authority.issue(['localhost'], Date.now());
  const files = { ...made, ca: await authority.certificate(), scenario: SCENARIO };
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  const server = await startMosquitto({
    config: `certfile ${join(folder, 'certificate')}\nkeyfile ${join(folder, 'key')}`,
  });
  onTestFinished(() => server.stop());
  const url = `mqtts://localhost:${server.port}`;
  const listener = await connectAsync(url, { ca: files.ca });
  onTestFinished(() => listener.endAsync(true));
  const heard: string[] = [];
  listener.on('message', (_topic, payload) => heard.push(payload.toString()));
  await listener.subscribeAsync('zigbee2mqtt/bridge/state', { qos: 1 });
  const until = async (count: number): Promise<void> => {
    while (heard.length < count) {
      await new Promise((resolve) => listener.once('message', resolve));
    }
  };
  const child = spawn(process.execPath, [SIM, '--scenario', join(folder, 'scenario'), '--url', url], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, 'ca') },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  while (heard.filter((state) => state.includes('offline')).length === 0) {
    await until(heard.length + 1);
  }
  const fell = heard.length;
  await until(fell + 1);
  expect(heard.at(-1)).toBe('{"state":"online"}');
  expect(said).toContain('no connection to the MQTT server (CERT_HAS_EXPIRED)');
  while (!said.includes('connected again')) {
    await once(child.stderr, 'data');
  }
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
});

it('is refused where there is no certificate', async () => {
  const server = await startMosquitto();
  onTestFinished(() => server.stop());
  const folder = mkdtempSync(join(tmpdir(), 'engawa-expired-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'scenario'), SCENARIO);
  const child = spawn(process.execPath, [SIM, '--scenario', join(folder, 'scenario'), '--url', server.url], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(said).toContain('expired-certificate needs --url mqtts://');
});
