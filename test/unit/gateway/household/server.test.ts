import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Door, openPortal, openSocket } from '../../../../gateway/household/server.ts';
import { Sessions } from '../../../../gateway/household/sessions.ts';
import { LIMITS } from '../../../../gateway/limits.ts';
import { residents } from '../../../../gateway/residents.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

interface Said {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly body: Record<string, unknown>;
}
interface Asked {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

let home: InnerHome;
let portal: Door;
let socket: Door;
const sessions = new Sessions(() => performance.now());

beforeAll(async () => {
  home = await InnerHome.open();
  await home.enrol(await testOperator(), [anOffer()]);
  await home.publish('plug', { power: 1 });
  const pages = join(home.folder, 'pages');
  mkdirSync(pages);
  writeFileSync(join(pages, 'index.html'), '<p>page</p>');
  const settings = {
    mode: 'home',
    version: '1',
    sourceUrl: undefined,
    brokerUrl: undefined,
    bind: '127.0.0.1',
    listener: { host: '127.0.0.1' },
  } as const;
  const household = residents({ home: home.core, settings, newLink: () => 'a link', listenerPort: () => 1883 });
  portal = await openPortal({ host: '127.0.0.1', port: 0, pages, household, sessions });
  socket = await openSocket(join(home.folder, 'hub.sock'), household);
});
afterAll(async () => {
  await portal.close();
  await socket.close();
  await home.remove();
});

/** One request, with every header under the test's control. */
function ask(path: string, { method = 'GET', headers = {}, body }: Asked = {}, toSocket = false): Promise<Said> {
  const { hostname, port } = toSocket ? { hostname: '', port: '' } : new URL(portal.address);
  const place = toSocket ? { socketPath: socket.address } : { host: hostname, port };
  const content = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
  const sent = { ...(content === undefined ? {} : { 'content-type': 'application/json' }), ...headers };
  return new Promise((resolve, reject) => {
    const asking = request({ ...place, path, method, headers: sent, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part) => {
        text += part;
      });
      answer.on('end', () => {
        const isJson = answer.headers['content-type']?.includes('json');
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text,
          body: isJson ? JSON.parse(text) : {},
        });
      });
    });
    asking.on('error', reject);
    asking.end(content);
  });
}
const ours = { 'x-engawa': '1' };
async function signedIn(): Promise<Record<string, string>> {
  const answer = await ask('/api/session', { method: 'POST', headers: ours, body: { link: sessions.newLink(1) } });
  const [cookie] = answer.headers['set-cookie'] ?? [];
  return { ...ours, cookie: cookie?.split(';')[0] ?? '' };
}

describe('the portal’s door', () => {
  test('shows strangers the pages’ own files and whether the hub is alive and ready, and nothing else', async () => {
    expect((await ask('/')).text).toBe('<p>page</p>');
    expect((await ask('/healthz')).body).toEqual({ alive: true });
    expect((await ask('/readyz')).body).toEqual({ ready: true });
    for (const path of [
      '/api/state',
      '/api/live',
      '/api/offers',
      '/api/devices',
      '/api/status',
      '/api/journal',
      '/api/openapi.json',
      '/api/nothing',
    ]) {
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 401]);
      expect(answer.body).toMatchObject({ error: { en: 'You are not signed in.' } });
    }
    for (const path of ['/api/grants', '/api/withdrawals', '/api/devices/approve'])
      expect((await ask(path, { method: 'POST', headers: ours, body: {} })).status).toBe(401);
  });

  test.each([
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.nip.io', 421],
    ['[::1', 421],
    ['localhost:8420', 200],
    ['LOCALHOST', 200],
    ['192.168.1.5:8420', 200],
    ['[::1]:8420', 200],
  ])('under the host %s answers %i', async (host, status) => {
    expect((await ask('/healthz', { headers: { host } })).status).toBe(status);
  });

  test.each<[string, Record<string, string>, number]>([
    ['without the header no form can send', {}, 403],
    ['with another value of it', { 'x-engawa': '2' }, 403],
    ['from another site', { ...ours, origin: 'http://evil.example' }, 403],
    ['from a frame without origin', { ...ours, origin: 'null' }, 403],
    ['from our host at another port', { ...ours, origin: 'http://localhost:1', host: 'localhost:2' }, 403],
    ['from our own page', { ...ours, origin: 'http://localhost:2', host: 'localhost:2' }, 403],
    ['with no origin at all', ours, 403],
  ])('a write %s is refused before its link is looked at', async (_, headers, status) => {
    const answer = await ask('/api/session', { method: 'POST', headers, body: { link: 'wrong' } });
    expect(answer.status).toBe(status);
    const atDoor =
      !('x-engawa' in headers) ||
      headers['x-engawa'] !== '1' ||
      (headers.origin !== undefined && headers.origin !== `http://${headers.host}`);
    expect(JSON.stringify(answer.body)).toContain(atDoor ? 'other sites' : 'link cannot be used');
  });

  test('a link opens one session, whose cookie scripts and other sites cannot use', async () => {
    const link = sessions.newLink(1);
    const body = { link };
    const first = await ask('/api/session', { method: 'POST', headers: ours, body });
    expect(first.status).toBe(204);
    expect(first.headers['set-cookie']?.[0]).toMatch(/HttpOnly.*SameSite=Strict|SameSite=Strict.*HttpOnly/);
    expect((await ask('/api/session', { method: 'POST', headers: ours, body })).status).toBe(403);
    const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    expect((await ask('/api/state', { headers: { cookie } })).status).toBe(200);
    expect((await ask('/api/state', { headers: { cookie: `${cookie}x` } })).status).toBe(401);
  });

  test('lets no page frame it, load scripts from elsewhere, or pass its address on', async () => {
    const { headers } = await ask('/');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  test('does not hand out files beside the pages', async () => {
    for (const path of ['/../hub.db', '/%2e%2e/hub.db', '/..%2fhub.db', '/pages/../../hub.db'])
      expect([path, (await ask(path)).status === 200]).toEqual([path, false]);
  });

  test('keeps what only the command line may do off the network', async () => {
    const headers = await signedIn();
    for (const [method, path] of [
      ['POST', '/api/credentials'],
      ['POST', '/api/devices/remove'],
      ['POST', '/api/enrolment'],
      ['POST', '/api/offers/refresh'],
      ['POST', '/api/links'],
      ['GET', '/api/recovery-card'],
      ['GET', '/api/doctor'],
    ] as const)
      expect([path, (await ask(path, { method, headers, ...(method === 'POST' ? { body: {} } : {}) })).status]).toEqual(
        [path, 404],
      );
  });
});

describe('what a signed-in page asks', () => {
  test('approves, says yes, and takes it back', async () => {
    const headers = await signedIn();
    const write = (path: string, body: unknown) => ask(path, { method: 'POST', headers, body });
    expect((await write('/api/devices/approve', { ids: [1], room: 'kitchen' })).body).toEqual({
      approved: [{ id: 1, name: 'plug' }],
      waiting: [],
    });
    const given = await write('/api/grants', { offer: 'every-sample' });
    expect(given.body).toMatchObject({ granted: { categories: [{ category: 'power.appliance', level: 'L5' }] } });
    const state = await ask('/api/state', { headers });
    expect(state.body).toMatchObject({ mode: 'home', devices: [{ name: 'plug', approved: true, room: 'kitchen' }] });
    const taken = await write('/api/withdrawals', { offer: 'every-sample' });
    expect(taken.body).toMatchObject({ granted: null, withdrawal: { state: 'nothingHeld' } });
    expect((await ask('/api/journal?limit=5', { headers })).body).toEqual({ entries: [] });
    expect((await ask('/api/openapi.json', { headers })).body).toMatchObject({ openapi: '3.1.0' });
  });

  test.each<[string, string, unknown, number, string]>([
    ['an unknown offer', '/api/grants', { offer: 'nothing' }, 409, 'No offer named'],
    ['a meaning of a plug', '/api/devices/approve', { ids: [1], is: 'door', inverted: false }, 409, 'says itself'],
    ['an unknown device', '/api/devices/approve', { ids: ['nobody'] }, 409, 'No device'],
    ['a missing field', '/api/grants', {}, 400, 'offer'],
    ['a field too many', '/api/grants', { offer: 'every-sample', whose: 'x' }, 400, 'additional'],
    ['a mistyped field', '/api/grants', { offer: 'every-sample', category: ['power.appliance'] }, 400, 'additional'],
    ['a wrong type', '/api/grants', { offer: ['a', 'b'] }, 400, 'offer'],
    ['a level that does not exist', '/api/grants', { offer: 'every-sample', level: 'L9' }, 400, 'level'],
    ['an empty list', '/api/withdrawals', { offer: 'every-sample', categories: [] }, 400, 'categories'],
    ['something that is not JSON', '/api/grants', '{', 400, ''],
    ['an endless body', '/api/grants', { offer: 'x'.repeat(LIMITS.requestBytes) }, 413, ''],
  ])('wrongly, with %s, is told what is wrong and what to do', async (_, path, body, status, words) => {
    const answer = await ask(path, { method: 'POST', headers: await signedIn(), body });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: { ja: expect.any(String), en: expect.stringContaining(words) } });
    expect(answer.body).toMatchObject({ remedy: { ja: expect.any(String), en: expect.any(String) } });
  });

  test('while the disk refuses gets an answer, and no content or path in it', async () => {
    home.store.shouldFail = () => true;
    const answer = await ask('/api/grants', {
      method: 'POST',
      headers: await signedIn(),
      body: { offer: 'every-sample' },
    });
    home.store.shouldFail = () => false;
    expect(answer.status).toBe(503);
    expect(answer.text).not.toMatch(/SQLITE|hub\.db|constraint/);
  });

  test('of the journal is checked', async () => {
    const headers = await signedIn();
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'before=0', 'other=1'])
      expect([query, (await ask(`/api/journal?${query}`, { headers })).status]).toEqual([query, 400]);
  });
});

describe('the command line’s door', () => {
  test('is a socket that only the hub’s own user can open, and asks for no session', async () => {
    expect(statSync(socket.address).mode & 0o777).toBe(0o600);
    expect((await ask('/api/status', {}, true)).body).toMatchObject({ mode: 'home' });
    expect((await ask('/api/recovery-card', {}, true)).text).toMatch(/[0-9A-Z]{4}/);
    const made = await ask('/api/credentials', { method: 'POST', body: { name: 'z2m', dialect: 'zigbee2mqtt' } }, true);
    expect(made.body).toMatchObject({
      name: 'z2m',
      server: 'mqtt://127.0.0.1:1883',
      settings: expect.stringContaining('mqtt:'),
    });
    expect((await ask('/api/links', { method: 'POST' }, true)).body).toEqual({ url: 'a link' });
    expect((await ask('/nothing', {}, true)).status).toBe(404);
  });

  test('gives a monitor on this machine the figures of store and queue', async () => {
    const { text } = await ask('/metrics');
    for (const name of ['store_written_bytes_total', 'store_log_used_pages', 'outbox_rows', 'outbox_thinned_rows'])
      expect(text).toMatch(new RegExp(`^engawa_${name} \\d+$`, 'm'));
  });

  test('lets doctor look, even while the disk takes nothing', async () => {
    const { body } = await ask('/api/doctor', {}, true);
    expect(body).toMatchObject({ version: '1', node: process.version });
    const states = () => (body.checks as { name: string; state: string }[]).map(({ name, state }) => [name, state]);
    expect(states()).toContainEqual(['store', 'ok']);
    expect(states()).toContainEqual(['backup', 'look']);
    const settle = vi.spyOn(home.store, 'settle').mockRejectedValue(new Error('full'));
    const full = await ask('/api/doctor', {}, true);
    settle.mockRestore();
    expect(full.status).toBe(200);
    expect(full.body.checks).toContainEqual(expect.objectContaining({ name: 'store', state: 'act' }));
  });

  test('refuses a path that no socket can have, and names the setting', async () => {
    await expect(openSocket(`/tmp/${'x'.repeat(120)}/hub.sock`, {} as never)).rejects.toThrow('ENGAWA_DATA');
  });
});
