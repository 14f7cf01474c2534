import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHub } from '../../bin/hub-client.ts';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { PAGE_MAPPING } from '../kit/opcua-page.ts';
import { ACCOUNT, type OpcuaServer, startOpcuaServer } from '../kit/opcua-server.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';

mindPrograms();

interface Check {
  readonly name: string;
  readonly state: string;
  readonly sentence: { readonly en: string };
  readonly step: { readonly en: string } | null;
}
interface Device {
  readonly id: number;
  readonly name: string;
  readonly source: string;
  readonly approved: boolean;
  readonly kinds: readonly string[];
  readonly last: readonly { readonly kind: string; readonly value: number }[];
}

let home: Home;
let server: OpcuaServer;
let certificates: string;
let settings: Record<string, string>;
beforeAll(async () => {
  home = await makeHome();
  certificates = mkdtempSync(join(tmpdir(), 'engawa-opcua-server-'));
  server = await startOpcuaServer({ port: await freePort(), folder: certificates });
  settings = { ENGAWA_OPCUA_URL: server.endpoint };
});
afterAll(async () => {
  await server?.stop();
  home?.remove();
  rmSync(certificates, { recursive: true, force: true });
});

async function ask(path: string): Promise<unknown> {
  const reply = await askHub(join(home.folder, 'home'), 'GET', path);
  if (!reply.ok) throw new Error(reply.error);
  return reply.value;
}
const devices = async () => ((await ask('/api/devices')) as { devices: Device[] }).devices;
const doctor = async () =>
  ((await ask('/api/doctor')) as { checks: Check[] }).checks.find(({ name }) => name === 'opcua');
const doctorSays = (pattern: RegExp) => eventually(doctor, (check) => pattern.test(check?.sentence.en ?? ''));
const powerIs = (value: number) =>
  eventually(devices, (all) => all.some(({ last }) => last.some((one) => one.value === value)));

/** Every script that the process of a program, not those it started, has loaded, told by V8 at its end. */
function loaded(folder: string, { pid }: Program): string[] {
  const own = readdirSync(folder).filter((name) => name.startsWith(`coverage-${pid}-`));
  return own.flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
}

/** The commands of the processes a program has started. */
function children({ pid }: Program): string[] {
  const ids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return ids.map((id) => readFileSync(`/proc/${id}/cmdline`, 'latin1'));
}

describe('the OPC UA library', () => {
  /** Runs a hub to its end, and says what it loaded and which processes it had. */
  async function look(more: Record<string, string>): Promise<{ scripts: string[]; processes: string[] }> {
    const folder = mkdtempSync(join(tmpdir(), 'engawa-scripts-'));
    const hub = await home.start('hub', [], { ...more, NODE_V8_COVERAGE: folder });
    if (more.ENGAWA_OPCUA_URL === undefined) expect(await doctor()).toBeUndefined();
    else await doctorSays(/not trusted yet/);
    const processes = existsSync('/proc') ? children(hub) : [];
    await hub.stop();
    const scripts = loaded(folder, hub);
    rmSync(folder, { recursive: true });
    return { scripts, processes };
  }
  const own = (scripts: readonly string[]) =>
    scripts.filter((url) => /devices\/opcua\/(opcua-intake|client)\.ts/.test(url));

  test('is not loaded, nor is a process started, where no server is configured', async () => {
    const { scripts, processes } = await look({});
    expect(scripts.some((url) => url.includes('/gateway/main.ts'))).toBe(true);
    expect(scripts.some((url) => url.includes('/node_modules/aedes/'))).toBe(true);
    expect(scripts.filter((url) => url.includes('node-opcua'))).toEqual([]);
    expect(own(scripts)).toEqual([]);
    expect(processes).toEqual([]);
  });

  test('is loaded by one process of its own where one is configured, never by the hub itself', async () => {
    writeFileSync(join(home.folder, 'home', 'opcua.json'), JSON.stringify(PAGE_MAPPING));
    const { scripts, processes } = await look(settings);
    expect(scripts.filter((url) => url.includes('node-opcua'))).toEqual([]);
    expect(own(scripts)).toHaveLength(2);
    if (existsSync('/proc')) expect(processes).toEqual([expect.stringContaining('client-process.ts')]);
    rmSync(join(home.folder, 'home', 'opcua.json'));
  });
});

test('from a missing mapping to a value that is seen, over a certificate and an approval; a hub that was killed leaves no process', async () => {
  const hub = await home.start('hub', [], settings);
  const file = join(home.folder, 'home', 'opcua.json');
  expect(await doctorSays(/opcua\.json cannot be read/)).toMatchObject({ state: 'act' });
  expect((await home.hubStatus()).intake).toMatchObject({ opcua: expect.stringContaining(file) });
  writeFileSync(file, JSON.stringify({ points: [{ ...PAGE_MAPPING.points[0], factor: 'kilo' }] }));
  await doctorSays(/points\[0\]\.factor must be a number/);
  writeFileSync(join(home.folder, 'home', PAGE_MAPPING.passwordFile), ACCOUNT.password, { mode: 0o600 });
  writeFileSync(file, JSON.stringify(PAGE_MAPPING));

  const untrusted = await doctorSays(/SHA-1 [0-9a-f]{40}\) is not trusted yet/);
  const [, from, to] = /mv (\S+) (\S+)$/.exec(untrusted?.step?.en ?? '') ?? [];
  renameSync(from ?? '', to ?? '');
  expect(await doctorSays(/Reading the OPC UA server/)).toMatchObject({ state: 'ok', step: null });

  const expected = { name: 'heating', source: 'opcua:server', kinds: ['power.active', 'energy.import'] };
  expect(await devices()).toMatchObject([
    { ...expected, approved: false, last: [] },
    { name: 'door', kinds: ['contact.state'], approved: false, last: [] },
  ]);
  server.say(55);
  await home.hub('device', 'approve', 'heating', '--room', 'cellar');
  server.say(56);
  await powerIs(56_000);

  const processes = existsSync('/proc') ? readFileSync(`/proc/${hub.pid}/task/${hub.pid}/children`, 'utf8').trim() : '';
  process.kill(hub.pid, 'SIGKILL');
  await hub.ended;
  await eventually(
    () => processes !== '' && existsSync(`/proc/${processes}`),
    (isThere) => !isThere,
  );

  const again = await home.start('hub', [], settings);
  expect(await devices()).toMatchObject([
    { ...expected, approved: true },
    { name: 'door', approved: false },
  ]);
  await doctorSays(/Reading the OPC UA server/);
  server.say(57);
  await powerIs(57_000);
  expect(await devices()).toHaveLength(2);
  await again.stop();
});
