import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { broker as runBrokerProgram } from '../../../bin/broker.ts';
import { COMMANDS } from '../../../broker/command/commands.ts';
import type { Broker } from '../../../broker/main.ts';
import { readInviteCode } from '../../../proto/keys.ts';
import { brokerIn, offerDocument, temporaryFolder } from './kit.ts';

const PROGRAM = fileURLToPath(new URL('../../../bin/broker.ts', import.meta.url));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** A command, in this process. */
async function run(args: string[]): Promise<Ended> {
  const said: Ended = { code: null, out: '', err: '' };
  const log = vi.spyOn(console, 'log').mockImplementation((text) => {
    said.out += `${text}\n`;
  });
  const error = vi.spyOn(console, 'error').mockImplementation((text) => {
    said.err += `${text}\n`;
  });
  said.code = (await runBrokerProgram(args, {})) ?? null;
  log.mockRestore();
  error.mockRestore();
  return said;
}

/** The program, as a process of its own. */
async function start(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part) => {
    out += part;
  });
  child.stderr.on('data', (part) => {
    err += part;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
}

describe('engawa broker COMMAND', () => {
  const folder = temporaryFolder();
  let broker: Broker;
  beforeAll(async () => {
    broker = await brokerIn(folder.path);
  });
  afterAll(async () => {
    await broker.close();
    folder.remove();
  });
  const json = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, out, err } = await run([...args, '--json', '--data', folder.path]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    return JSON.parse(out);
  };
  const text = async (...args: string[]): Promise<string> => (await run([...args, '--data', folder.path])).out;

  test('hub invite prints the command for the hub', async () => {
    const said = await json('hub', 'invite');
    const [, , , url, code] = String(said.command).split(' ');
    expect(url).toBe(broker.url);
    expect(readInviteCode(String(code))).toMatchObject({ ok: true });
    expect(await text('hub', 'invite')).toContain('engawa hub enroll');
  });

  test('an offer is signed, published, listed, and refused when it goes back or changes its purpose', async () => {
    const file = join(folder.path, 'offer.json');
    const write = (more = {}): void => writeFileSync(file, JSON.stringify(offerDocument(more)));
    const sign = async (): Promise<string> => {
      const signed = join(folder.path, 'offer.jws');
      writeFileSync(signed, await text('offer', 'sign', file));
      return signed;
    };
    write();
    const first = await sign();
    expect(await json('offer', 'publish', first)).toMatchObject({ offer: 'energy-advice', version: 1 });
    expect(await json('offer', 'publish', first)).toMatchObject({ version: 1 });
    expect(await json('offer', 'list')).toMatchObject({ offers: [{ offer: 'energy-advice', version: 1 }] });
    const published = (await (await fetch(`${broker.url}/v1/offers`)).json()) as { offers: string[] };
    expect(published.offers).toEqual([readFileSync(first, 'utf8').trim()]);

    const refused = async (more: object): Promise<string> => {
      write(more);
      return (await run(['offer', 'publish', await sign(), '--data', folder.path])).err;
    };
    expect(await refused({ validityMonths: 6 })).toMatch(/Version 1 .* published already.*Raise "version" to 2/);
    expect(await refused({ version: 2, purpose: 'thirdPartyMarketing' })).toMatch(/another purpose/);
    write({ version: 2, validityMonths: 99 });
    const wrong = await run(['offer', 'sign', file, '--data', folder.path]);
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('validityMonths') });
    const unsigned = await run(['offer', 'publish', file, '--data', folder.path]);
    expect(unsigned).toMatchObject({ code: 1, err: expect.stringContaining('offer sign') });
  });

  test('an offer signed by another operator is refused', async () => {
    const other = temporaryFolder();
    const another = await brokerIn(other.path);
    const file = join(other.path, 'offer.json');
    writeFileSync(file, JSON.stringify(offerDocument({ offer: 'foreign' })));
    writeFileSync(`${file}.jws`, (await run(['offer', 'sign', file, '--data', other.path])).out);
    const { code, err } = await run(['offer', 'publish', `${file}.jws`, '--data', folder.path]);
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('signature') });
    await another.close();
    other.remove();
  });

  test('a recipient gets its token once, and a new one only when asked to', async () => {
    const { token } = (await json('recipient', 'add', 'nagi-energy')) as { token: string };
    expect(token).toMatch(/^engawa_[A-Za-z0-9_-]{43}$/);
    expect(readFileSync(join(folder.path, 'broker.db')).includes(token)).toBe(false);
    const again = await run(['recipient', 'add', 'nagi-energy', '--data', folder.path]);
    expect(again).toMatchObject({ code: 1, err: expect.stringContaining('--renew') });
    expect(await json('recipient', 'add', 'nagi-energy', '--renew')).toMatchObject({ renewed: true });
    const list = await text('recipient', 'list');
    expect(list).toContain('nagi-energy');
    expect(list).not.toContain(token);
    const bad = await run(['recipient', 'add', 'Nagi Energy!', '--data', folder.path]);
    expect(bad).toMatchObject({ code: 1, err: expect.stringContaining('recipient.id') });
  });

  test('status says where, what and how much', async () => {
    expect(await json('status')).toMatchObject({ url: broker.url, ingressConnected: true, stored: { hubs: 0 } });
    expect(await text('status')).toContain(broker.ingressUrl);
    expect(await text('hub', 'list')).toContain('hub invite');
  });

  test('every command has help; a wrong one, a missing file and a broker that is not running say what to do', async () => {
    expect((await run(['--help'])).out).toContain('ENGAWA_BROKER_PORT');
    for (const { words, help } of COMMANDS.slice(0, 3)) expect((await run([...words, '--help'])).out).toContain(help);
    expect(await run(['hub', 'frobnicate'])).toMatchObject({ code: 1, err: expect.stringContaining('--help') });
    expect(await run(['--frobnicate'])).toMatchObject({ code: 1, err: expect.stringContaining('--help') });
    expect(await run(['recipient', 'add'])).toMatchObject({ code: 1, err: expect.stringContaining('add NAME') });
    const missing = await run(['offer', 'sign', '/no/such/file', '--data', folder.path]);
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('/no/such/file') });
    const absent = await run(['status', '--data', '/no/such/folder']);
    expect(absent).toMatchObject({ code: 1, err: expect.stringContaining('Start it with: engawa broker') });
    expect(JSON.parse((await run(['status', '--json', '--data', '/no'])).out)).toHaveProperty('error');
  });

  test('a process of its own says the same', async () => {
    const { code, out } = await start(['status', '--json', '--data', folder.path]);
    expect({ code, url: JSON.parse(out).url }).toEqual({ code: 0, url: broker.url });
  });

  test('the socket and the keys belong to this user alone', () => {
    const mode = (name: string): number => statSync(join(folder.path, name)).mode & 0o777;
    const names = ['broker.sock', 'operator.key', 'service.key', 'broker.db', 'keys.db', 'keys.db-wal'];
    expect(names.map(mode)).toEqual(names.map(() => 0o600));
  });
});

describe('engawa broker', () => {
  const refusedStart = async (env: Record<string, string>, args: string[] = []): Promise<string> => {
    const folder = temporaryFolder();
    const free = {
      ENGAWA_DATA: folder.path,
      ENGAWA_BROKER_PORT: '0',
      ENGAWA_INGRESS_PORT: '0',
      ENGAWA_LOG_LEVEL: 'silent',
    };
    const { code, err } = await start(args, { ...free, ...env });
    folder.remove();
    expect(code).toBe(1);
    expect(err).not.toContain('    at ');
    return err;
  };

  test('a taken port is named with its variable', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const [http, ingress] = await Promise.all([
      refusedStart({ ENGAWA_BROKER_PORT: String(port) }),
      refusedStart({ ENGAWA_INGRESS_PORT: String(port) }),
    ]);
    expect(http).toMatch(new RegExp(`Port ${port} .* ENGAWA_BROKER_PORT`));
    expect(ingress).toMatch(new RegExp(`Port ${port} .* ENGAWA_INGRESS_PORT`));
    server.close();
  });

  test('a data folder that cannot be written, a port that is none and a URL that is none are named', async () => {
    const folder = temporaryFolder();
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    expect(await refusedStart({}, ['--data', join(file, 'broker')])).toContain(join(file, 'broker'));
    expect(await refusedStart({ ENGAWA_BROKER_PORT: 'http' })).toContain('ENGAWA_BROKER_PORT');
    const url = await refusedStart({ ENGAWA_INGRESS_URL: 'http://user:hunter2@example' });
    expect(url).toContain('ENGAWA_INGRESS_URL');
    expect(url).not.toContain('hunter2');
    const keys = join(folder.path, 'keys');
    mkdirSync(keys);
    writeFileSync(join(keys, 'operator.key'), 'not a key');
    expect(await refusedStart({}, ['--data', keys])).toContain('operator.key');
    const deep = join(folder.path, 'x'.repeat(100));
    expect(await refusedStart({}, ['--data', deep])).toContain('too long');
    chmodSync(folder.path, 0o700);
    folder.remove();
  });

  test('a second broker on the same folder is refused, and what a crash left of the socket is not in the way', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder.path, 'broker.sock'), '');
    const broker = await brokerIn(folder.path);
    expect(await refusedStart({}, ['--data', folder.path])).toContain('already running');
    await broker.close();
    folder.remove();
  });
});
