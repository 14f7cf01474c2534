import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHub } from '../../../bin/hub-client.ts';
import { eventually } from '../../kit/eventually.ts';
import { type Home, makeHome } from '../../kit/home.ts';
import { InsistentClient } from '../../kit/insistent-client.ts';
import { type Link, openLink } from '../../kit/links.ts';
import { everySample, publishOffer } from '../../kit/offers.ts';
import { mindPrograms, type Program } from '../../kit/programs.ts';
import { type Feed, readAll, recordsIn } from '../../kit/recipient.ts';
import { seeded } from '../../kit/seeded.ts';
import { deviceList, plug } from '../../kit/zigbee.ts';

const ROUNDS = Number(process.env.ENGAWA_FAULT_ROUNDS ?? 2);
const FIRST_SEED = Number(process.env.ENGAWA_FAULT_SEED ?? 1);
const WINDOW = 24;
/** More than two cells and what an MQTT packet has around it: a cut falls anywhere in a cell. */
const CUT_BYTES = 9_000;
/** What a household with a poor line has. */
const SLOW_BYTES_PER_SECOND = 2_000;
const SLOW_VALUES = ROUNDS > 20 ? 100 : 10;
/** Said while the data broker is away. */
const AWAY = ROUNDS > 20 ? 20_000 : 2_000;
const LIMITS_FILE = new URL('../../../gateway/limits.ts', import.meta.url).href;
/** What takes minutes in a home takes a second here. */
const QUICK = { keepaliveSeconds: 1, connectMs: 1_000, resendMs: 1_500, reconnectMaxMs: 1_000, backlogAfterMs: 200 };

mindPrograms();

describe('a link that fails', () => {
  let home: Home;
  let broker: Program;
  let hub: Program;
  let uplink: Link;
  let wire: Link;
  let client: InsistentClient;
  let feed: Feed;
  let quick: Record<string, string>;
  /** Values are whole watts from 1, each said once. */
  let said = 0;

  const ask = async (path: string, body: object): Promise<unknown> => {
    const reply = await askHub(join(home.folder, 'home'), 'POST', path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value;
  };
  const startHub = async (more: Record<string, string>): Promise<void> => {
    hub = await home.start('hub', [], { ENGAWA_UPLINK_URL: `mqtt://127.0.0.1:${uplink.port}`, ...more });
  };
  /** Says so many new values; resolves when all of them are acknowledged. */
  async function say(count: number): Promise<void> {
    for (const last = said + count; said < last; ) {
      said += 1;
      await client.publish(plug('kettle', said), said % 3 === 0 ? 2 : 1);
    }
    await client.idle();
  }
  const isDrained = (withinMs = 60_000) =>
    eventually(home.hubStatus, (now) => now.uplink.connected && now.uplink.waiting === 0, withinMs);
  const valuesAt = async (): Promise<number[]> => recordsIn(await readAll(feed)).map(({ value }) => value);
  /** Everything that was ever acknowledged is in the feed once, and nothing else. */
  async function allArrived(): Promise<void> {
    await isDrained();
    const values = (await valuesAt()).sort((one, other) => one - other);
    expect(values).toEqual(Array.from({ length: said }, (_, n) => n + 1));
  }

  beforeAll(async () => {
    home = await makeHome();
    const preload = join(home.folder, 'quick.mjs');
    mkdirSync(home.folder, { recursive: true });
    writeFileSync(
      preload,
      `import { LIMITS } from '${LIMITS_FILE}';\nObject.assign(LIMITS, ${JSON.stringify(QUICK)});\n`,
    );
    quick = { NODE_OPTIONS: `--import=${preload}` };
    uplink = await openLink(home.ports.ingress);
    wire = await openLink(home.ports.mqtt);
    broker = await home.start('broker');
    await publishOffer(home, everySample());
    await startHub(quick);
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await ask('/api/enrolment', { url, code });
    const made = await ask('/api/credentials', { name: 'zigbee', dialect: 'zigbee2mqtt' });
    const { name: user, password } = made as { name: string; password: string };
    client = new InsistentClient({ user, password, port: wire.port, clientId: 'bridge', window: WINDOW });
    await client.publish(deviceList([{ name: 'kettle', ieee: '0x00158d0000000001', kind: 'plug' }]), 1);
    await client.publish(plug('kettle', 0), 1);
    await client.idle();
    await ask('/api/devices/approve', { all: true });
    await ask('/api/grants', { offer: 'every-sample' });
    feed = await home.feed('every-sample');
    await say(5);
    await allArrived();
  });
  afterAll(async () => {
    await client?.end();
    await hub?.stop();
    await broker?.stop();
    await Promise.all([uplink?.close(), wire?.close()]);
    home?.remove();
  });

  test('half-open to the data broker: the hub notices by itself, keeps what is said, and sends it once', async () => {
    uplink.goHalfOpen();
    await say(40);
    await eventually(home.hubStatus, (now) => !now.uplink.connected);
    expect((await home.hubStatus()).uplink.waiting).toBe(40);
    // The server does not answer at all now: to connect is no way out either.
    const { connections } = uplink;
    await eventually(
      () => uplink.connections,
      (count) => count > connections,
    );
    await say(10);
    uplink.heal();
    await allArrived();
  });

  test('half-open to a device, which gives up: what it says again is heard once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { connections } = client.counts;
      wire.goHalfOpen();
      const saying = say(WINDOW);
      wire.heal();
      wire.cut();
      await client.connectedAfter(connections);
      await saying;
    }
    await allArrived();
  });

  test(`cut ${ROUNDS} times in the middle of cells, flapping: nothing is lost or doubled`, async () => {
    const random = seeded(FIRST_SEED);
    let flapping = true;
    const stream = (async () => {
      while (flapping) await say(WINDOW);
    })();
    try {
      for (let round = 0; round < ROUNDS; round += 1) await uplink.cutAfter(1 + Math.floor(random() * CUT_BYTES));
    } finally {
      flapping = false;
      await stream;
    }
    await allArrived();
  });

  test('the line between a device and the hub is cut anywhere: acknowledged once, heard once', async () => {
    const random = seeded(FIRST_SEED + 1);
    let flapping = true;
    const stream = (async () => {
      while (flapping) await say(WINDOW);
    })();
    try {
      for (let round = 0; round < ROUNDS; round += 1) await wire.cutAfter(1 + Math.floor(random() * CUT_BYTES));
    } finally {
      flapping = false;
      await stream;
    }
    await allArrived();
  });

  test('the data broker is away for long, the hub is killed meanwhile: backlog and live, all of it and once', async () => {
    await broker.kill();
    await say(AWAY / 2);
    await hub.kill();
    await startHub(quick);
    await say(AWAY / 2);
    // From now on what is new and what waited come together.
    const [started] = await Promise.all([home.start('broker'), say(WINDOW * 4)]);
    broker = started;
    await allArrived();
  }, 240_000);

  test(`at ${SLOW_BYTES_PER_SECOND} bytes a second, with the hub's own limits: slow, and whole`, async () => {
    await hub.stop();
    await startHub({});
    await isDrained();
    const { connections } = uplink;
    uplink.pace({ bytesPerSecond: SLOW_BYTES_PER_SECOND, delayMs: 20 });
    const beganMs = performance.now();
    for (let n = 0; n < SLOW_VALUES; n += 1) await say(1);
    await isDrained(120_000);
    console.log(`${SLOW_VALUES} values over the slow line in ${((performance.now() - beganMs) / 1_000).toFixed(1)} s`);
    uplink.pace({});
    await allArrived();
    expect(uplink.connections).toBe(connections);
  });
});
