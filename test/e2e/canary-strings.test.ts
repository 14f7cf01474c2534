import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { type Mosquitto, startMosquitto } from '../kit/mosquitto.ts';
import { type Account, publish } from '../kit/mosquitto-clients.ts';
import { everySample, publishOffer } from '../kit/offers.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';
import { readAll } from '../kit/recipient.ts';
import { deviceList, door, lock, motion, plug, type Said } from '../kit/zigbee.ts';

/** Words that no program would write by itself, one for each kind of thing that may never leave a home. */
const CANARIES = {
  door: 'canary-door-of-haruka',
  motion: 'canary-bedroom-motion',
  plug: 'canary-insulin-fridge',
  lock: 'canary-front-lock',
  unapproved: 'canary-nursery-camera',
  room: 'canary-room-of-haruka',
  pin: '84260917',
  person: 'canary-person-haruka',
  ieee: '0x00158dcafe01beef',
  otherIeee: '0x00158dcafe02beef',
  unknown: 'canary-unknown-property',
  text: 'canary-not-json',
  topic: 'canary-topic',
  account: 'canary-account',
  wrongUser: 'canary-wrong-user',
} as const;
/** The hub's tables that know names: of its accounts, of their devices, and of the account a packet came from. */
const OWN_TABLES = ['credential', 'device', 'intake_mark'];

mindPrograms();

describe('words of the home beyond the place where it gets its pseudonyms', () => {
  let between: Mosquitto;
  let home: Home;
  let program: Program;
  let account: Account;
  let password: string;
  let tap: MqttClient;
  const wire: Buffer[] = [];
  const say = (said: Said) => publish(account, said);

  beforeAll(async () => {
    between = await startMosquitto();
    tap = await connectAsync(between.url, { clientId: 'tap', reconnectPeriod: 0 });
    tap.on('message', (topic, payload) => wire.push(Buffer.concat([Buffer.from(topic), payload])));
    await tap.subscribeAsync('#', { qos: 1 });
    home = await makeHome();
    // The most talkative logs there are.
    program = await home.start('start', ['--no-sim'], {
      ENGAWA_UPLINK_URL: between.url,
      ENGAWA_INGRESS_URL: between.url,
      ENGAWA_LOG_LEVEL: 'debug',
    });
    const made = (await home.hub('device', 'add', CANARIES.account)) as { name: string; password: string };
    password = made.password;
    account = { port: home.ports.mqtt, user: made.name, password };
    await publishOffer(home, everySample());
    await say(
      deviceList([
        { name: CANARIES.door, ieee: CANARIES.ieee, kind: 'door' },
        { name: CANARIES.motion, ieee: CANARIES.otherIeee, kind: 'motion' },
        { name: CANARIES.plug, ieee: '0x00158dcafe03beef', kind: 'plug' },
        { name: CANARIES.lock, ieee: '0x00158dcafe04beef', kind: 'lock' },
      ]),
    );
    await home.hub('device', 'approve', '--all', '--room', CANARIES.room);
  });
  afterAll(async () => {
    await tap?.endAsync(true);
    await program?.stop();
    await between?.stop();
    home?.remove();
  });

  test('are in the hub’s own tables and nowhere else, whatever is said, granted, refused or withdrawn', async () => {
    await sayEverything(0);
    await home.hub('offer', 'list');
    for (const offer of ['watch-service', 'every-sample', 'energy-advice', 'family-care'])
      await home.hub('grant', offer);
    const feeds = await Promise.all(['watch-service', 'every-sample'].map((offer) => home.feed(offer)));
    for (let n = 1; n <= 4; n += 1) await sayEverything(n);
    await publish({ ...account, user: CANARIES.wrongUser, password: 'wrong' }, door(CANARIES.door, true));
    const lines = await eventually(
      async () => (await Promise.all(feeds.map((feed) => readAll(feed)))).flat(),
      (all) => all.length >= 4 * 3,
    );
    await home.hub('withdraw', 'watch-service');
    await home.hub('withdraw', 'every-sample');
    await eventually(home.hubStatus, ({ uplink }) => uplink.waiting === 0);
    const after = (await Promise.all(feeds.map((feed) => readAll(feed)))).flat();
    const metrics = await Promise.all(
      [home.ports.portal, home.ports.broker].map(async (port) =>
        (await fetch(`http://127.0.0.1:${port}/metrics`)).text(),
      ),
    );
    const status = JSON.stringify([await home.hubStatus(), await home.broker('status'), await home.hub('journal')]);

    const otherTables = rowsOutside(OWN_TABLES, join(home.folder, 'home', 'hub.db'));
    expect(otherTables.length).toBeGreaterThan(20);
    const found: string[] = [];
    for (const [name, word] of [...Object.entries(CANARIES), ['password', password] as const]) {
      const places: Record<string, boolean> = {
        logs: program.said().includes(word),
        feeds: JSON.stringify([...lines, ...after]).includes(word),
        metrics: metrics.some((text) => text.includes(word)),
        status: status.includes(word),
        'other tables of the hub': otherTables.some((row) => row.includes(word)),
        wire: wire.some((frame) => frame.includes(word) || frame.includes(bytesOf(word))),
        'data broker': home.filesWith(word, 'broker').length + home.filesWith(bytesOf(word), 'broker').length > 0,
      };
      found.push(
        ...Object.keys(places)
          .filter((place) => places[place])
          .map((place) => `${name} in ${place}`),
      );
    }
    console.log(
      `${Object.keys(CANARIES).length + 1} canaries, looked for in ${wire.length} frames, ${lines.length + after.length} lines of feeds, ` +
        `${program.said().length} bytes of logs, the data broker's files, metrics, status and journal: ${found.length} found`,
    );
    expect(found).toEqual([]);
  });

  test('what is never kept is not even in the hub’s own files; what is kept is there, or this test looks for nothing', async () => {
    await program.stop();
    for (const word of [CANARIES.pin, CANARIES.person, CANARIES.unknown, CANARIES.text, CANARIES.wrongUser, password]) {
      expect([word, home.filesWith(word)]).toEqual([word, []]);
    }
    for (const word of [CANARIES.door, CANARIES.room, CANARIES.ieee, CANARIES.account]) {
      // The log beside the tables holds what an account's messages were marked with, until its pages are written again.
      const files = home.filesWith(word).map((file) => basename(file));
      expect(files.filter((file) => file !== 'hub.log')).toEqual(['hub.db']);
    }
    program = await home.start('start', ['--no-sim'], {
      ENGAWA_UPLINK_URL: between.url,
      ENGAWA_INGRESS_URL: between.url,
    });
  });

  /** One round of everything a home may say, good and bad. */
  async function sayEverything(n: number): Promise<void> {
    const more = {
      [CANARIES.unknown]: CANARIES.unknown,
      action_user: CANARIES.person,
      last_unlock_user: CANARIES.person,
    };
    const on = n % 2 === 0;
    const good = [
      door(CANARIES.door, on, more),
      motion(CANARIES.motion, on, more),
      plug(CANARIES.plug, 40 + n, more),
      lock(CANARIES.lock, on, CANARIES.pin, more),
      door(CANARIES.unapproved, on, more),
    ];
    const bad = [
      { topic: `zigbee2mqtt/${CANARIES.door}`, payload: CANARIES.text },
      { topic: `zigbee2mqtt/${CANARIES.door}`, payload: JSON.stringify({ contact: CANARIES.person }) },
      { topic: `zigbee2mqtt/${CANARIES.lock}/set`, payload: JSON.stringify({ pin_code: { pin_code: CANARIES.pin } }) },
      { topic: `zigbee2mqtt/bridge/log`, payload: JSON.stringify({ message: CANARIES.person }) },
      { topic: `${CANARIES.topic}/x`, payload: CANARIES.text },
    ];
    for (const said of [...good, ...bad]) expect(await say(said)).toEqual({ code: 0, said: '' });
  }
});

/** Every row of a database outside these tables, as text. */
function rowsOutside(tables: readonly string[], file: string): string[] {
  const database = new Database(file, { readonly: true });
  const names = database.prepare<[], { name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const rows = names
    .filter(({ name }) => !tables.includes(name))
    .flatMap(({ name }) => database.prepare<[], Record<string, unknown>>(`SELECT * FROM "${name}"`).all())
    .map((row) =>
      Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))),
    )
    .map((values) => values.join(' '));
  database.close();
  return rows;
}

/** An address as raw bytes, as a careless program might store it. */
function bytesOf(word: string): Buffer {
  return /^0x[0-9a-f]+$/.test(word) ? Buffer.from(word.slice(2), 'hex') : Buffer.from(word, 'utf16le');
}
