import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { type Account, publish, publisher } from '../kit/mosquitto-clients.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';
import { openLive, readAll, recordsIn } from '../kit/recipient.ts';
import { deviceList, door, lock, motion, plug, type Said, type Thing } from '../kit/zigbee.ts';

const EVENTS = 30;

const THINGS: readonly Thing[] = [
  { name: 'front_door', ieee: '0x00158d0001b149eb', kind: 'door' },
  { name: 'hall_motion', ieee: '0x00158d0001b149ec', kind: 'motion' },
  { name: 'kettle', ieee: '0x00158d0001b149ed', kind: 'plug' },
  { name: 'front_lock', ieee: '0x00158d0001b149ee', kind: 'lock' },
];

/** The four things in their first state, then each in another one and back. */
const states = (on: boolean): Said[] => [
  door('front_door', on),
  motion('hall_motion', on),
  plug('kettle', on ? 1_850.5 : 0.4),
  lock('front_lock', !on),
];

mindPrograms();

describe('a real home whose Zigbee2MQTT publishes to the hub itself', () => {
  let home: Home;
  let program: Program;
  let account: Account;
  const say = async (said: Said): Promise<void> => {
    expect(await publish(account, said)).toEqual({ code: 0, said: '' });
  };
  const waiting = async (): Promise<number> => (await home.hubStatus()).uplink.waiting;

  beforeAll(async () => {
    home = await makeHome();
    program = await home.start('start', ['--no-sim']);
  });
  afterAll(async () => {
    await program?.stop();
    home?.remove();
  });

  test('device add prints the lines for Zigbee2MQTT, and what they say works as it stands', async () => {
    const { settings } = (await home.hub('device', 'add', 'zigbee', '--dialect', 'zigbee2mqtt')) as {
      settings: string;
    };
    const block = parse(settings) as {
      mqtt: { server: string; user: string; password: string; base_topic: string; version: number };
      device_options: { qos: number };
    };
    expect(block.mqtt).toMatchObject({ base_topic: 'zigbee2mqtt', user: 'zigbee', version: 4 });
    expect(block.device_options).toEqual({ qos: 1 });
    const server = new URL(block.mqtt.server);
    expect(server.port).toBe(String(home.ports.mqtt));
    account = { port: Number(server.port), user: block.mqtt.user, password: block.mqtt.password };

    await say({ topic: 'zigbee2mqtt/bridge/state', payload: '{"state":"online"}', retain: true });
    await say(deviceList(THINGS));
    const { devices } = (await home.hub('device', 'list')) as { devices: { name: string; approved: boolean }[] };
    expect(devices.map(({ name, approved }) => [name, approved])).toEqual(THINGS.map(({ name }) => [name, false]));
  });

  test('with no grant nothing leaves: not before approval, not after it', async () => {
    for (const on of [true, false, true]) for (const said of states(on)) await say(said);
    const { approved } = (await home.hub('device', 'approve', '--all')) as { approved: unknown[] };
    expect(approved).toHaveLength(THINGS.length);
    for (const on of [true, false, true, false]) for (const said of states(on)) await say(said);

    expect(await waiting()).toBe(0);
    expect(await home.hub('journal')).toEqual({ entries: [] });
    expect((await home.brokerCounts()).records ?? 0).toBe(0);
    const { stored } = (await home.broker('status')) as { stored: Record<string, number> };
    expect(stored).toMatchObject({ blocks: 0, keys: 0 });
    for (const offer of ['watch-service', 'energy-advice', 'family-care']) {
      expect(await readAll(await home.feed(offer))).toEqual([]);
    }
    const { refusals } = await home.hubStatus();
    expect(new Set(refusals.map(({ reason }) => reason))).toEqual(
      new Set(['deviceNotApproved', 'noGrant', 'notAnEvent', 'secret', 'unknownProperty']),
    );
  });

  test('after grant the permitted part, and only that, is at the feed; the prompt lane is quick', async () => {
    const feed = await home.feed('watch-service');
    await home.hub('grant', 'watch-service');
    const live = await openLive(feed);
    for (const on of [true, false]) for (const said of states(on)) await say(said);
    // Said again with nothing changed: a repeat of what is known is no event.
    for (const said of states(false)) await say(said);

    const before = [await live.next(), await live.next(), await live.next(), await live.next()];
    expect(new Set(before.map(({ line }) => line.pseudonym)).size).toBe(2);

    const client = publisher(account, 'zigbee2mqtt/front_door');
    const latencies: number[] = [];
    for (let n = 0; n < EVENTS; n += 1) {
      const saidMs = performance.now();
      client.say(door('front_door', n % 2 === 0).payload);
      const { line, atMs } = await live.next();
      expect(line).toMatchObject({ category: 'contact.doorWindow', value: n % 2 === 0 ? 1 : 0 });
      latencies.push(atMs - saidMs);
    }
    await client.end();
    await live.close();
    print('publish to feed, prompt lane', latencies);

    const records = recordsIn(await readAll(feed));
    const count = (category: string, state: string): number =>
      records.filter((one) => one.category === category && one.state === state).length;
    const half = EVENTS / 2 + 1;
    expect([count('contact.doorWindow', 'open'), count('contact.doorWindow', 'closed')]).toEqual([half, half]);
    expect([count('lock.state', 'unlocked'), count('lock.state', 'locked')]).toEqual([1, 1]);
    expect(records).toHaveLength(EVENTS + 4);
    expect(await readAll(await home.feed('family-care'))).toEqual([]);
    expect(await readAll(await home.feed('energy-advice'))).toEqual([]);
    for (const { name, ieee } of THINGS)
      expect(JSON.stringify(records)).not.toMatch(new RegExp(`${name}|${ieee}|4711`));
  });

  test('after withdraw nothing more arrives, what was stored is gone, and the receipt is there', async () => {
    const feed = await home.feed('watch-service');
    const before = recordsIn(await readAll(feed));
    const pseudonyms = [...new Set(before.map((one) => one.pseudonym))];
    const keys = keysIn(join(home.folder, 'home', 'broker', 'keys.db'));
    expect(keys).toHaveLength(pseudonyms.length);
    for (const key of keys) expect(home.filesWith(key, 'broker')).not.toEqual([]);
    await home.hub('withdraw', 'watch-service');
    for (const on of [true, false]) for (const said of states(on)) await say(said);

    const offers = await eventually(
      () =>
        home.hub('offer', 'list') as Promise<
          { offer: string; granted: unknown; withdrawal: { state: string } | null }[]
        >,
      (list) => list.find(({ offer }) => offer === 'watch-service')?.withdrawal?.state === 'erased',
    );
    expect(offers.find(({ offer }) => offer === 'watch-service')?.granted).toBeNull();
    expect(await waiting()).toBe(0);

    const lines = await readAll(feed);
    expect(recordsIn(lines)).toEqual([]);
    const tombstones = lines.filter((line) => line.type === 'tombstone');
    expect(tombstones.map(({ pseudonym }) => pseudonym).sort()).toEqual(pseudonyms.sort());
    const { stored } = (await home.broker('status')) as { stored: Record<string, number> };
    expect(stored.keys).toBe(0);
    for (const key of keys) expect(home.filesWith(key, 'broker')).toEqual([]);
  });

  test('a withdrawn grant can be given again, under a new name', async () => {
    const feed = await home.feed('watch-service');
    const known = new Set((await readAll(feed)).map((line) => line.pseudonym));
    await home.hub('grant', 'watch-service');
    const live = await openLive(feed);
    await say(door('front_door', true));
    const { line } = await live.next((one) => one.type === 'record');
    await live.close();
    expect(known.has(line.pseudonym)).toBe(false);
  });
});

/** The keys that open stored blocks, as they are on disk. */
function keysIn(file: string): Buffer[] {
  const database = new Database(file, { readonly: true });
  const rows = database.prepare<[], { key: Buffer }>('SELECT key FROM slot JOIN pair ON slot.id = pair.slot').all();
  database.close();
  return rows.map(({ key }) => key);
}

function print(what: string, milliseconds: readonly number[]): void {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
  console.log(`${what}: ${sorted.length} events, median ${at(0.5)} ms, 90 % ${at(0.9)} ms, slowest ${at(1)} ms`);
}
