import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHub } from '../../../bin/hub-client.ts';
import { diskEnvironment } from '../../kit/disk/build-shim.ts';
import { eventually } from '../../kit/eventually.ts';
import { type Home, makeHome } from '../../kit/home.ts';
import { InsistentClient } from '../../kit/insistent-client.ts';
import { everySample, publishOffer, shippedOffer } from '../../kit/offers.ts';
import { mindPrograms, type Program } from '../../kit/programs.ts';
import { type Feed, readAll, recordsIn } from '../../kit/recipient.ts';
import { deviceList, plug } from '../../kit/zigbee.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;
/** Beyond the year for which a yes was given, and not so far that no clock is believed any more. */
const OVER_MS = 380 * DAY_MS;
const QUARTER_MS = HOUR_MS / 4;
/** So long before the end of a window a hub is started in it. */
const BEFORE_END_MS = 6_000;

const LIMITS_FILE = new URL('../../../gateway/limits.ts', import.meta.url).href;
const QUICK = { contradictionMs: 400, askClockMs: 200, askClockFirstMs: 100 };

mindPrograms();

describe('a hub whose clock is wrong, and asked nobody', () => {
  let home: Home;
  let broker: Program;
  let hub: Program;
  let client: InsistentClient;
  let feed: Feed;
  let clockFile: string;
  let preload: string;
  let said = 0;

  const ask = async (path: string, body: object): Promise<unknown> => {
    const reply = await askHub(join(home.folder, 'home'), 'POST', path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value;
  };
  /** Moves the hub's time of day, and only the hub's, away from this machine's. */
  const move = (byMs: number): void => writeFileSync(clockFile, String(Math.round(byMs)));
  /** One that believes quickly takes a clock that keeps to it after a moment, and not after an hour. */
  const startHub = async (believesQuickly = false): Promise<void> => {
    const environment = diskEnvironment({ folder: join(home.folder, 'home'), clockFile });
    const more = believesQuickly ? { NODE_OPTIONS: `--import=${preload}` } : {};
    hub = await home.start('hub', [], { ...environment, ...more });
  };
  async function say(count: number): Promise<void> {
    for (const last = said + count; said < last; ) {
      said += 1;
      await (await client.publish(plug('kettle', said), 1)).acknowledged;
    }
  }
  const isDrained = () => eventually(home.hubStatus, ({ uplink }) => uplink.connected && uplink.waiting === 0, 60_000);
  const valuesAt = async (): Promise<number[]> =>
    recordsIn(await readAll(feed))
      .map(({ value }) => value)
      .sort((one, other) => one - other);
  async function allArrived(): Promise<void> {
    await isDrained();
    expect(await valuesAt()).toEqual(Array.from({ length: said }, (_, n) => n + 1));
  }
  const homeTimeMs = async (): Promise<number> =>
    Date.parse(((await home.hubStatus()) as unknown as { homeTime: string }).homeTime);
  /** Resolves when home time is as far from this machine's as the clock is. */
  const keeps = (byMs: number) =>
    eventually(homeTimeMs, (ms) => Math.abs(ms - Date.now() - byMs) < QUARTER_MS / 15, 20_000);
  const refusals = async (): Promise<string[]> => (await home.hubStatus()).refusals.map(({ reason }) => reason);

  beforeAll(async () => {
    home = await makeHome();
    mkdirSync(join(home.folder, 'home'), { mode: 0o700 });
    clockFile = join(realpathSync(home.folder), 'clock');
    move(0);
    broker = await home.start('broker');
    preload = join(home.folder, 'quick.mjs');
    writeFileSync(
      preload,
      `import { LIMITS } from '${LIMITS_FILE}';\nObject.assign(LIMITS, ${JSON.stringify(QUICK)});\n`,
    );
    await publishOffer(home, everySample());
    await publishOffer(home, { ...shippedOffer('energy-advice'), lane: 'prompt' });
    await startHub();
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await ask('/api/enrolment', { url, code });
    const made = await ask('/api/credentials', { name: 'zigbee', dialect: 'zigbee2mqtt' });
    const { name: user, password } = made as { name: string; password: string };
    client = new InsistentClient({ user, password, port: home.ports.mqtt, clientId: 'bridge', window: 8 });
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
    home?.remove();
  });

  test('wakes in 1970: its own time does not go back, and what is said arrives once', async () => {
    const beforeMs = await homeTimeMs();
    await hub.stop();
    move(-Date.now());
    await startHub();
    expect(await homeTimeMs()).toBeGreaterThanOrEqual(beforeMs - 1_000);
    await say(5);
    await allArrived();
    move(0);
    await say(5);
    await allArrived();
  });

  test('leaps twenty years ahead and back while it runs: no yes ends by it, nothing is lost or doubled', async () => {
    await hub.stop();
    await startHub();
    await say(3);
    for (const byMs of [20 * YEAR_MS, 0, 20 * YEAR_MS, -2 * HOUR_MS, 0]) {
      move(byMs);
      await say(3);
      expect(Math.abs((await homeTimeMs()) - Date.now())).toBeLessThan(HOUR_MS);
    }
    await hub.kill();
    await startHub();
    await say(3);
    await allArrived();
  });

  test('is set back two hours inside a window: the window is told once', async () => {
    await ask('/api/grants', { offer: 'energy-advice' });
    await hub.stop();
    const nowMs = Date.now();
    // In the quarter of an hour after the next, with so long to go.
    const byMs = 2 * QUARTER_MS - (nowMs % QUARTER_MS) - BEFORE_END_MS;
    move(byMs);
    await startHub(true);
    await keeps(byMs);
    await say(2);
    move(byMs - 2 * HOUR_MS);
    await say(2);
    move(byMs);
    const means = await home.feed('energy-advice');
    const windows = await eventually(
      async () => recordsIn(await readAll(means)),
      (all) => all.length > 0,
      BEFORE_END_MS + 30_000,
    );
    await say(2);
    await hub.kill();
    await startHub(true);
    await say(2);
    await allArrived();
    const told = recordsIn(await readAll(means)).map(
      ({ pseudonym, category, time }) => `${pseudonym} ${category} ${time}`,
    );
    expect(told).toEqual([...new Set(told)]);
    console.log(`windows told: ${windows.length}, after the clock went back`);
  });

  test('a year later the yes is over, whatever the clock says next: what waited is counted, nothing leaves', async () => {
    move(0);
    await broker.kill();
    await say(4);
    const arrived = said - 4;
    await hub.kill();
    move(OVER_MS);
    await startHub(true);
    await keeps(OVER_MS);
    await say(4);
    broker = await home.start('broker');
    const status = await isDrained();
    expect(status.refusals.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['grantExpired']));
    for (const byMs of [0, -Date.now()]) {
      await hub.kill();
      move(byMs);
      await startHub();
      await say(2);
      await isDrained();
    }
    expect(await valuesAt()).toEqual(Array.from({ length: arrived }, (_, n) => n + 1));
    const { entries } = (await home.hub('journal', '--limit', '100')) as { entries: { outcome: string }[] };
    console.log(`outcomes of what waited: ${entries.slice(0, 4).map(({ outcome }) => outcome)}; ${await refusals()}`);
  });
});
