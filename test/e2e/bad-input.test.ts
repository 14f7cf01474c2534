import { connectAsync } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Home, makeHome } from '../kit/home.ts';
import { InsistentClient } from '../kit/insistent-client.ts';
import { type Account, publish } from '../kit/mosquitto-clients.ts';
import { mindPrograms, type Program, runProgram } from '../kit/programs.ts';
import { type Feed, type LiveFeed, openLive, readAll, recordsIn } from '../kit/recipient.ts';
import { deviceList, door } from '../kit/zigbee.ts';

mindPrograms();

describe('bad input at the doors of a running home', () => {
  let home: Home;
  let program: Program;
  let account: Account & { readonly user: string; readonly password: string };
  let other: Account;
  let feed: Feed;
  let live: LiveFeed;
  let open = false;

  /** What the household sees counted, by reason. */
  const counted = async (): Promise<Map<string, number>> => {
    const { refusals, intake } = await home.hubStatus();
    const sum = new Map<string, number>();
    for (const { reason, count } of refusals) sum.set(reason, (sum.get(reason) ?? 0) + count);
    return new Map([...sum, ...Object.entries(intake.counts)]);
  };
  const addedBy = async (work: () => Promise<unknown>): Promise<Record<string, number>> => {
    const before = await counted();
    await work();
    const after = await counted();
    return Object.fromEntries([...after].map(([r, n]) => [r, n - (before.get(r) ?? 0)]).filter(([, n]) => n !== 0));
  };
  const metric = async (url: string, name: RegExp): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(new RegExp(`^${name.source} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
  };
  const portal = (): string => `http://127.0.0.1:${home.ports.portal}`;

  beforeAll(async () => {
    home = await makeHome();
    program = await home.start('start', ['--no-sim']);
    const made = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    account = { port: home.ports.mqtt, user: made.name, password: made.password };
    const second = (await home.hub('device', 'add', 'garage', '--base', 'garage')) as {
      name: string;
      password: string;
    };
    other = { port: home.ports.mqtt, user: second.name, password: second.password };
    await publish(account, deviceList([{ name: 'front_door', ieee: '0x00158d0001b149eb', kind: 'door' }]));
    await home.hub('device', 'approve', '--all');
    await publish(account, door('front_door', open));
    feed = await home.feed('watch-service');
    await home.hub('grant', 'watch-service');
    live = await openLive(feed);
  });
  afterAll(async () => {
    await live?.close();
    await program?.stop();
    home?.remove();
  });

  // Whatever was tried before: a good message still goes from the door to the recipient, and nothing else did.
  afterEach(async () => {
    open = !open;
    expect((await publish(account, door('front_door', open))).code).toBe(0);
    expect((await live.next()).line).toMatchObject({ category: 'contact.doorWindow', value: open ? 1 : 0 });
  });

  test.each<[what: string, payload: string | Buffer, reason: string]>([
    ['not JSON', 'open', 'notJson'],
    ['empty', '', 'empty'],
    ['1 MB', `{"contact":true,"filler":"${'x'.repeat(1 << 20)}"}`, 'oversizePayload'],
    ['deeply nested', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, 'tooDeep'],
    ['a list', '[{"contact":true}]', 'notObject'],
    ['a number', '1', 'notObject'],
    ['not text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'notText'],
    ['a word for a truth value', '{"contact":"open"}', 'malformed'],
    ['a number for a truth value', '{"contact":1}', 'malformed'],
    ['an object for a truth value', '{"contact":{"$gt":""}}', 'malformed'],
    ['null', '{"contact":null}', 'null'],
    ['NaN', '{"power":NaN}', 'notJson'],
    ['infinity', '{"power":-Infinity}', 'notJson'],
    ['a number beyond all numbers', '{"power":1e400}', 'malformed'],
    ['a number no home reaches', '{"power":100001}', 'outOfRange'],
    ['a number as a string', '{"power":"12"}', 'malformed'],
    ['the same key twice', '{"contact":true,"contact":false}', 'duplicateKey'],
    ['a prototype', '{"__proto__":{"contact":false}}', 'unknownProperty'],
  ])('a message that is %s is acknowledged, counted and dropped', async (_what, payload, reason) => {
    const added = await addedBy(async () => {
      expect(await publish(account, { topic: 'zigbee2mqtt/front_door', payload })).toEqual({ code: 0, said: '' });
    });
    expect(added).toEqual({ [reason]: 1 });
  });

  test('a wrong password is refused and counted', async () => {
    const added = await addedBy(async () => {
      const { code, said } = await publish({ ...account, password: 'wrong' }, door('front_door', !open));
      expect(code).not.toBe(0);
      expect(said).toMatch(/not authori[sz]ed/i);
    });
    expect(added).toEqual({ wrongCredential: 1 });
    expect(await metric(portal(), /engawa_intake_refusals_total\{reason="wrongCredential"\}/)).toBe(1);
  });

  test.each([
    ['somebody else’s topic', 'zigbee2mqtt/front_door', 'foreignTopic'],
    ['a topic of the server', '$SYS/broker/uptime', 'systemTopic'],
    ['a topic with a plus', 'garage/+/x', 'wildcardTopic'],
    ['a topic with a hash', 'garage/#', 'wildcardTopic'],
    ['a topic without end', `garage/${'a/'.repeat(60)}b`, 'deepTopic'],
  ])('a message to %s is acknowledged, counted and dropped', async (_what, topic, reason) => {
    const { user = '', password = '' } = other;
    const added = await addedBy(async () => {
      const client = new InsistentClient({ port: home.ports.mqtt, user, password, clientId: 'garage', window: 1 });
      await client.publish({ topic, payload: door('front_door', !open).payload }, 1);
      await client.idle();
      await client.end();
    });
    expect(added).toEqual({ [reason]: 1 });
  });

  test('a subscription beyond the own topics is refused and counted; nothing is ever heard', async () => {
    const added = await addedBy(async () => {
      const client = await connectAsync(`mqtt://127.0.0.1:${home.ports.mqtt}`, {
        ...{ username: other.user ?? '', password: other.password ?? '', clientId: 'listening', reconnectPeriod: 0 },
      });
      const answers = await Promise.allSettled(
        ['#', 'zigbee2mqtt/#', '$SYS/#'].map((filter) => client.subscribeAsync(filter)),
      );
      expect(answers.every((one) => one.status === 'rejected' || one.value.every(({ qos }) => qos === 128))).toBe(true);
      await client.endAsync(true);
    });
    expect(added).toEqual({ foreignSubscription: 3 });
  });

  test('a second client with the same id takes the place of the first, and is counted', async () => {
    const settings = { ...account, clientId: 'bridge', window: 1 };
    const added = await addedBy(async () => {
      const options = { username: account.user, password: account.password, clientId: 'bridge', reconnectPeriod: 0 };
      const first = await connectAsync(`mqtt://127.0.0.1:${account.port}`, options);
      const closed = new Promise<void>((resolve) => first.once('close', () => resolve()));
      const second = new InsistentClient(settings);
      await second.connectedAfter(0);
      await closed;
      await first.endAsync(true);
      await second.end();
    });
    expect(added).toEqual({ takeover: 1 });
  });

  test('a recipient learns what is wrong with its request, and the operator sees it counted', async () => {
    const strangers = await home.feed('energy-advice');
    const url = (more: string, of = feed.offer): string => `${feed.url}/v1/feeds/${of}/${more}`;
    const right = `records?purpose=${feed.purpose}`;
    const [cursor] = await readAll(feed);
    const attempts: [address: string, token: string, status: number, reason: string][] = [
      [url(right), 'engawa_nobody', 401, 'wrongToken'],
      [url(right), '', 401, 'noToken'],
      [url(right), strangers.token, 403, 'otherRecipient'],
      [url('live?purpose=security'), strangers.token, 403, 'otherRecipient'],
      [url('records'), feed.token, 400, 'purpose'],
      [url('records?purpose=marketing'), feed.token, 403, 'purpose'],
      [url(`${right}&after=AAAAAAAAAAAAAAAAAAAAAA`), feed.token, 400, 'cursor'],
      [url(`${right}&after=${cursor?.cursor.toUpperCase()}`), feed.token, 400, 'cursor'],
      [url(right, 'no-such-offer'), feed.token, 404, 'unknownOffer'],
      [url(`${right}&limit=0`), feed.token, 400, 'limit'],
    ];
    const name = /engawa_broker_events_total\{reason="feedRefused"\}/;
    const before = await metric(feed.url, name);
    for (const [address, token, status, reason] of attempts) {
      const answer = await fetch(address, { headers: token === '' ? {} : { authorization: `Bearer ${token}` } });
      const said = (await answer.json()) as { error: string; remedy: string; reason: string };
      expect([address, answer.status, said.reason]).toEqual([address, status, reason]);
      expect(said.error.length * said.remedy.length).toBeGreaterThan(0);
    }
    expect((await metric(feed.url, name)) - before).toBe(attempts.length);
    expect((await home.brokerCounts()).feedRefused).toBe(before + attempts.length);
  });

  test.each([
    [['grant', 'no-such-offer'], /no-such-offer/, 1],
    [['grant', 'energy-advice', '--level', 'L5'], /L5/, 1],
    [['grant', 'energy-advice', '--category', 'lock.state'], /lock\.state/, 1],
    [['grant', 'energy-advice', '--category', 'nonsense'], /categor/, 1],
    [['withdraw', 'family-care'], /family-care/, 1],
    [['device', 'approve', 'nobody'], /nobody/, 1],
    [['device', 'approve', 'front_door', '--category', 'gold'], /gold/, 1],
    [['device', 'remove', 'nobody'], /nobody/, 1],
    [['device', 'add', 'zigbee'], /exists already/, 1],
    [['device', 'add', 'x y'], /cannot be a name/, 1],
    [['device', 'add', 'x', '--dialect', 'morse'], /morse/, 1],
    [['device', 'add', 'x', '--base', '#'], /base topic/, 1],
    [['enroll', 'http://127.0.0.1:1', 'ABCD'], /code/i, 1],
    [['offer', 'show', 'nothing'], /nothing/, 1],
    [['frobnicate'], /frobnicate/, 2],
    [['device', 'approve'], /Write: engawa hub device approve/, 2],
    [['status', '--loud'], /--loud/, 2],
  ])('engawa hub %j is answered with what is wrong and what to do', async (words, pattern, code) => {
    const said = await runProgram('hub', words, home.settings);
    expect(said.code).toBe(code);
    expect(said.err).toMatch(pattern);
    expect(said.err.trim().split('\n').length).toBeGreaterThanOrEqual(2);
    expect(said.out).toBe('');
  });

  test('the household’s pages tell a stranger nothing', async () => {
    const attempts: [path: string, init: RequestInit, status: number][] = [
      ['/api/state', {}, 401],
      ['/api/live', {}, 401],
      ['/api/journal', {}, 401],
      ['/api/grants', { method: 'POST', body: '{}' }, 403],
      [
        '/api/session',
        { method: 'POST', body: '{"link":"guess"}', headers: { 'x-engawa': '1', 'content-type': 'application/json' } },
        403,
      ],
      [
        '/api/session',
        { method: 'POST', body: 'x', headers: { 'x-engawa': '1', 'content-type': 'application/json' } },
        400,
      ],
    ];
    for (const [path, init, status] of attempts) {
      const answer = await fetch(`${portal()}${path}`, init);
      expect([path, answer.status]).toEqual([path, status]);
      expect(Object.keys((await answer.json()) as object).sort()).toEqual(['error', 'remedy']);
    }
  });

  test('after all of it, the recipient has the door’s good changes and nothing else', async () => {
    const records = recordsIn(await readAll(feed));
    expect(records.every(({ category }) => category === 'contact.doorWindow')).toBe(true);
    expect(records.map(({ value }) => value)).toEqual(records.map((_, n) => (n % 2 === 0 ? 1 : 0)));
  });
});
