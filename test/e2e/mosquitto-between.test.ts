import { randomBytes, randomInt } from 'node:crypto';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../kit/eventually.ts';
import { type Home, makeHome } from '../kit/home.ts';
import { type Mosquitto, startMosquitto } from '../kit/mosquitto.ts';
import { type Account, publish } from '../kit/mosquitto-clients.ts';
import { mindPrograms, type Program } from '../kit/programs.ts';
import { type Feed, openLive, readAll, recordsIn } from '../kit/recipient.ts';
import { deviceList, door, lock } from '../kit/zigbee.ts';

const UP_BYTES = 4_096;
const DOWN_BYTES = 1_024;
const EVENTS = 12;
/** Words that only this home knows. */
const SECRETS = ['haru-no-heya', 'kagi-no-kimi', '0x00158d0001b149eb', '84260917'];

interface Frame {
  readonly topic: string;
  readonly payload: Buffer;
}

mindPrograms();

describe('somebody else’s MQTT server between hub and data broker', () => {
  let between: Mosquitto;
  let home: Home;
  let program: Program;
  let account: Account;
  let attacker: MqttClient;
  let feed: Feed;
  const captured: Frame[] = [];
  /** What hub and broker said before the attacker spoke itself. */
  let genuine: Frame[] = [];
  const ups = (): Frame[] => genuine.filter(({ topic }) => topic.endsWith('/up'));
  const downs = (): Frame[] => genuine.filter(({ topic }) => topic.endsWith('/down'));
  const send = ({ topic, payload }: Frame) => attacker.publishAsync(topic, payload, { qos: 1 });
  const inFeed = async () => recordsIn(await readAll(feed));
  const counted = async (reason: string): Promise<number> => (await home.brokerCounts())[reason] ?? 0;

  /** A door that opens and closes once more, from the house to the recipient. */
  const stillWorks = async (): Promise<void> => {
    const live = await openLive(feed);
    for (const open of [true, false]) {
      await publish(account, door('haru-no-heya', open));
      expect((await live.next()).line).toMatchObject({ category: 'contact.doorWindow', value: open ? 1 : 0 });
    }
    await live.close();
  };

  beforeAll(async () => {
    between = await startMosquitto();
    home = await makeHome();
    attacker = await connectAsync(between.url, { clientId: 'attacker', reconnectPeriod: 0 });
    attacker.on('message', (topic, payload) => captured.push({ topic, payload }));
    await attacker.subscribeAsync('#', { qos: 1 });
    program = await home.start('start', ['--no-sim'], {
      ENGAWA_UPLINK_URL: between.url,
      ENGAWA_INGRESS_URL: between.url,
    });
    const made = (await home.hub('device', 'add', 'zigbee')) as { name: string; password: string };
    account = { port: home.ports.mqtt, user: made.name, password: made.password };
    await publish(
      account,
      deviceList([
        { name: 'haru-no-heya', ieee: '0x00158d0001b149eb', kind: 'door' },
        { name: 'kagi-no-kimi', ieee: '0x00158d0001b149ee', kind: 'lock' },
      ]),
    );
    await home.hub('device', 'approve', '--all', '--room', 'haru-no-heya');
    for (const said of [door('haru-no-heya', false), lock('kagi-no-kimi', true, '84260917')])
      await publish(account, said);
    feed = await home.feed('watch-service');
    await home.hub('grant', 'watch-service');
  });
  afterAll(async () => {
    await attacker?.endAsync(true);
    await program?.stop();
    await between?.stop();
    home?.remove();
  });

  test('it sees frames of one size each way, and not a word of the home in them', async () => {
    const live = await openLive(feed);
    for (let n = 0; n < EVENTS; n += 1) {
      await publish(
        account,
        n % 3 === 2 ? lock('kagi-no-kimi', n % 2 === 1, '84260917') : door('haru-no-heya', n % 3 === 0),
      );
      await live.next();
    }
    await live.close();
    await eventually(home.hubStatus, ({ uplink }) => uplink.waiting === 0);
    genuine = [...captured];
    expect(ups().length).toBeGreaterThanOrEqual(EVENTS);
    expect(downs().length).toBeGreaterThanOrEqual(EVENTS);
    expect(new Set(ups().map(({ payload }) => payload.length))).toEqual(new Set([UP_BYTES]));
    expect(new Set(downs().map(({ payload }) => payload.length))).toEqual(new Set([DOWN_BYTES]));
    expect(captured.filter(({ topic }) => !/^engawa\/1\/[0-9a-f]{32}\/(up|down)$/.test(topic))).toEqual([]);
    const records = await inFeed();
    const words = [
      ...SECRETS,
      ...new Set(records.map(({ pseudonym }) => pseudonym)),
      'contact',
      'watch-service',
      'closed',
    ];
    for (const { payload } of captured) {
      for (const word of words) expect(payload.includes(word)).toBe(false);
      for (const { pseudonym } of records) expect(payload.includes(Buffer.from(pseudonym, 'hex'))).toBe(false);
    }
  });

  test('replayed and reordered, nothing is stored twice, and the hub forgets nothing', async () => {
    const [records, up, down] = [await inFeed(), ups(), downs()];
    const duplicates = await counted('duplicates');
    for (const frame of [...up].reverse()) await send(frame);
    for (const frame of [...down].reverse()) await send(frame);
    for (const frame of up) await send(frame);
    await eventually(
      () => counted('duplicates'),
      (count) => count >= duplicates + 2 * EVENTS,
    );
    expect(await inFeed()).toEqual(records);
    await stillWorks();
    expect(await inFeed()).toHaveLength(records.length + 2);
  });

  test('changed, forged, cut or under another hub’s name, nothing is accepted, and the operator can count it', async () => {
    const before = await home.brokerCounts();
    const records = await inFeed();
    const [up, down] = [ups()[EVENTS] as Frame, downs()[EVENTS] as Frame];
    const flipped = (frame: Frame): Frame => {
      const payload = Buffer.from(frame.payload);
      const at = randomInt(payload.length);
      payload[at] = (payload[at] ?? 0) ^ (1 << randomInt(8));
      return { ...frame, payload };
    };
    const many = (make: () => Frame): Frame[] => Array.from({ length: 20 }, make);
    const header = up.payload.subarray(0, 17);
    const attacks = {
      flipped: many(() => flipped(up)),
      forged: many(() => ({ ...up, payload: Buffer.concat([header, randomBytes(UP_BYTES - header.length)]) })),
      noise: many(() => ({ ...up, payload: randomBytes(UP_BYTES) })),
      cut: many(() => ({ ...up, payload: up.payload.subarray(0, randomInt(UP_BYTES)) })),
      long: many(() => ({ ...up, payload: Buffer.alloc(UP_BYTES * 3) })),
      stranger: many(() => ({ topic: `engawa/1/${randomBytes(16).toString('hex')}/up`, payload: up.payload })),
    };
    for (const frame of Object.values(attacks).flat()) await send(frame);
    const answers = [
      flipped(down),
      { ...down, payload: randomBytes(DOWN_BYTES) },
      { ...down, payload: Buffer.alloc(7) },
    ];
    for (const frame of answers) await send(frame);

    const added = async (): Promise<Record<string, number>> => {
      const now = await home.brokerCounts();
      return Object.fromEntries(
        ['notOpened', 'wrongSize', 'notEnrolled'].map((r) => [r, (now[r] ?? 0) - (before[r] ?? 0)]),
      );
    };
    const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
    const counts = await eventually(added, (all) => sum(all) >= 120);
    expect(counts).toMatchObject({ wrongSize: 40, notEnrolled: 20 });
    expect(sum(counts)).toBe(120);
    const { uplink } = (await home.hubStatus()) as unknown as { uplink: { counts: Record<string, number> } };
    expect(uplink.counts).toMatchObject({ 'unopened:seal': 2, 'unopened:size': 1 });
    expect(await inFeed()).toEqual(records);
    await stillWorks();
  });

  test('what was captured before a withdrawal brings nothing back after it', async () => {
    await home.hub('withdraw', 'watch-service');
    await eventually(
      () => home.hub('offer', 'list') as Promise<{ offer: string; withdrawal: { state: string } | null }[]>,
      (offers) => offers.some(({ offer, withdrawal }) => offer === 'watch-service' && withdrawal?.state === 'erased'),
    );
    expect(await inFeed()).toEqual([]);
    const cells = await counted('cells');
    for (const frame of ups()) await send(frame);
    await eventually(
      () => counted('cells'),
      (count) => count >= cells + ups().length,
    );
    expect(await inFeed()).toEqual([]);
  });
});
