import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { type Account, publish } from '../kit/mosquitto-clients.ts';
import { mindPrograms, type Program, runProgram } from '../kit/programs.ts';

mindPrograms();

let home: Home;
let program: Program;
let port: number;
beforeAll(async () => {
  home = await makeHome();
  port = await freePort();
  program = await start();
});
afterAll(async () => {
  await program?.stop();
  home?.remove();
});

const start = () => home.start('hub', [], { ENGAWA_MQTTS_PORT: String(port) });
const refused = async () => (await home.hubStatus()).intake.counts;
const DOOR = { topic: 'home/front-door/contact', payload: 'open' };

/** What a user does: an account, and the certificate printed into a file. */
async function account(name: string): Promise<Account> {
  const added = (await home.hub('device', 'add', name, '--dialect', 'plain', '--tls')) as Record<string, string>;
  const { out } = await runProgram('hub', ['certificate'], home.settings);
  const ca = join(home.folder, 'engawa-ca.pem');
  writeFileSync(ca, out);
  expect(added.server).toMatch(new RegExp(`^mqtts://.*:${port}$`));
  expect(new X509Certificate(out).fingerprint256).toBe(added.fingerprint);
  return { port, user: name, password: added.password ?? '', ca };
}

test('a device that trusts what was printed publishes over TLS, acknowledged, also after a restart', async () => {
  const sketch = await account('sketch');
  expect(await publish(sketch, DOOR)).toEqual({ code: 0, said: '' });
  await program.stop();
  program = await start();
  expect(await publish(sketch, DOOR)).toEqual({ code: 0, said: '' });
  const { devices } = (await home.hub('device', 'list')) as { devices: { name: string }[] };
  expect(devices.map(({ name }) => name)).toEqual(['front-door']);
});

test('one that does not trust it sends nothing, and doctor says what helps', async () => {
  const { ca: _, ...stranger } = await account('stranger');
  const wrong = join(home.folder, 'wrong.pem');
  writeFileSync(wrong, await anotherAuthority());
  expect((await publish({ ...stranger, ca: wrong }, DOOR)).code).not.toBe(0);
  await eventually(refused, (counts) => (counts.tlsHandshake ?? 0) > 0);
  const { checks } = (await home.hub('doctor')) as { checks: { name: string; state: string; step: { en: string } }[] };
  const of = (name: string) => checks.find((check) => check.name === name);
  expect(of('intake')?.step.en).toContain('engawa hub certificate');
  expect(of('certificate')?.state).toBe('ok');
});

test('plain MQTT at the TLS door, and TLS at the plain door, come to nothing and are counted', async () => {
  const sketch = await account('confused');
  const before = (await refused()).tlsHandshake ?? 0;
  const { ca: _, ...plain } = sketch;
  expect((await publish(plain, DOOR)).code).not.toBe(0);
  expect((await publish({ ...sketch, port: home.ports.mqtt }, DOOR)).code).not.toBe(0);
  await eventually(refused, (counts) => (counts.tlsHandshake ?? 0) >= before + 2);
});

async function anotherAuthority(): Promise<string> {
  const { Authority } = await import('../../gateway/certificates/authority.ts');
  return await (await Authority.of(Buffer.alloc(32, 1))).certificate();
}

test('a taken port is named together with its setting', async () => {
  const other = await makeHome();
  const { code, err } = await runProgram('hub', [], { ...other.settings, ENGAWA_MQTTS_PORT: String(port) });
  expect(code).toBe(1);
  expect(err).toContain(`Port ${port} is taken`);
  expect(err).toContain('ENGAWA_MQTTS_PORT');
  other.remove();
});
