import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askHub } from '../../../bin/hub-client.ts';
import { diskEnvironment } from '../../kit/disk/build-shim.ts';
import { SMALL_LIMITS } from '../../kit/disk/recording.ts';
import { eventually } from '../../kit/eventually.ts';
import { type Home, makeHome } from '../../kit/home.ts';
import { InsistentClient } from '../../kit/insistent-client.ts';
import { everySample, publishOffer } from '../../kit/offers.ts';
import { mindPrograms, type Program } from '../../kit/programs.ts';
import { type Feed, readAll, recordsIn } from '../../kit/recipient.ts';
import { seeded } from '../../kit/seeded.ts';
import { deviceList, plug } from '../../kit/zigbee.ts';

const ROUNDS = Number(process.env.ENGAWA_FAULT_ROUNDS ?? 2);
const FIRST_SEED = Number(process.env.ENGAWA_FAULT_SEED ?? 1);
const WINDOW = 24;
/** More than the small log holds, however many share a record. */
const TO_FILL_THE_LOG = 1_500;
/** Without an acknowledgement for so long, there will be none until something changes. */
const STILL_MS = 400;
const STACK = /\n\s+at /;

mindPrograms();

describe('the disk of a hub', () => {
  let home: Home;
  let broker: Program;
  let hub: Program;
  let client: InsistentClient;
  let feed: Feed;
  let failFile: string;
  let said = 0;

  const ask = async (path: string, body: object): Promise<unknown> => {
    const reply = await askHub(join(home.folder, 'home'), 'POST', path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value;
  };
  /** The environment of a hub of which the files below this one of its folder, or this one file, can be made to fail. */
  const disk = (which = '.') => ({
    ...SMALL_LIMITS,
    ...diskEnvironment({ folder: join(home.folder, 'home', which), failFile }),
  });
  const startHub = async (which?: string): Promise<void> => {
    hub = await home.start('hub', [], disk(which));
  };
  const fail = (how: string): void => writeFileSync(failFile, how);
  const heal = (): void => rmSync(failFile, { force: true });
  /** Says so many new values, in order; what is returned resolves when all of them are acknowledged. */
  function say(count: number): { readonly acknowledged: Promise<unknown> } {
    const first = said + 1;
    said += count;
    const stream = async (): Promise<void> => {
      const acknowledged: Promise<void>[] = [];
      for (let value = first; value < first + count; value += 1)
        acknowledged.push((await client.publish(plug('kettle', value), 1)).acknowledged);
      await Promise.all(acknowledged);
    };
    return { acknowledged: stream() };
  }
  const valuesAt = async (): Promise<number[]> => recordsIn(await readAll(feed)).map(({ value }) => value);
  /** A hub that has just got its disk back may still say that it cannot tell. */
  const drained = (): Promise<boolean> =>
    home.hubStatus().then(
      ({ uplink }) => uplink.connected && uplink.waiting === 0,
      () => false,
    );
  async function allArrived(): Promise<void> {
    await eventually(drained, (is) => is, 60_000);
    const values = (await valuesAt()).sort((one, other) => one - other);
    expect(values).toEqual(Array.from({ length: said }, (_, n) => n + 1));
  }

  beforeAll(async () => {
    home = await makeHome();
    mkdirSync(join(home.folder, 'home'), { mode: 0o700 });
    failFile = join(realpathSync(home.folder), 'fail');
    broker = await home.start('broker');
    await publishOffer(home, everySample());
    await startHub();
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await ask('/api/enrolment', { url, code });
    const made = await ask('/api/credentials', { name: 'zigbee', dialect: 'zigbee2mqtt' });
    const { name: user, password } = made as { name: string; password: string };
    client = new InsistentClient({ user, password, port: home.ports.mqtt, clientId: 'bridge', window: WINDOW });
    await client.publish(deviceList([{ name: 'kettle', ieee: '0x00158d0000000001', kind: 'plug' }]), 1);
    await client.publish(plug('kettle', 0), 1);
    await client.idle();
    await ask('/api/devices/approve', { all: true });
    await ask('/api/grants', { offer: 'every-sample' });
    feed = await home.feed('every-sample');
    await say(WINDOW).acknowledged;
    await allArrived();
  });
  afterAll(async () => {
    await client?.end();
    if (failFile !== undefined) heal();
    await hub?.stop();
    await broker?.stop();
    home?.remove();
  });

  // Each begins with a disk that works and a hub that runs, whatever became of the one before.
  beforeEach(async () => {
    heal();
    const isRunning = await Promise.race([hub.ended.then(() => false), true]);
    if (!isRunning) await startHub();
  });

  /** The number of acknowledged packets, once it has not grown for so long. */
  async function stopsAcknowledging(): Promise<number> {
    let seen = { count: -1, sinceMs: 0 };
    const now = await eventually(
      () => {
        const { acknowledged } = client.counts;
        if (acknowledged !== seen.count) seen = { count: acknowledged, sinceMs: performance.now() };
        return seen;
      },
      ({ sinceMs }) => performance.now() - sinceMs > STILL_MS,
    );
    return now.count;
  }

  /** The hub ends, with one sentence that names the remedy and nothing like a stack. */
  async function endsWith(sentence: RegExp): Promise<void> {
    const { code } = await hub.ended;
    expect(code).toBe(1);
    expect(hub.said()).toMatch(sentence);
    expect(hub.said()).not.toMatch(STACK);
  }

  test('has no room for the tables: the log takes what it can, then nothing is acknowledged, and it goes on by itself', async () => {
    // Killed: its write-ahead log stays, and can be named as the one file that cannot be written.
    await hub.kill();
    await startHub('hub.db-wal');
    fail('ENOSPC');
    const { acknowledged } = say(TO_FILL_THE_LOG);
    const held = await stopsAcknowledging();
    expect(held).toBeLessThan(said);
    heal();
    await acknowledged;
    await allArrived();
    console.log(`full: ${said - held} of ${TO_FILL_THE_LOG} packets waited until there was room`);
    await hub.kill();
    await startHub();
    await allArrived();
  });

  test.each([
    ['ENOSPC', /has no room left on its disk|stopped working \(ENOSPC\)/],
    ['EROFS', /cannot be written|stopped working \(EROFS\)/],
    ['EIO write', /stopped working/],
    ['EIO sync', /stopped working/],
  ])('refuses every file with %s: the hub says it, and after a start nothing is lost', async (how, sentence) => {
    const { acknowledged: first } = say(WINDOW);
    await first;
    fail(how);
    const { acknowledged } = say(WINDOW);
    await endsWith(sentence);
    const before = client.counts.acknowledged;
    // Started while it is still so: what a service manager does.
    hub = home.begin('hub', [], disk());
    await endsWith(/hub\.(db|log)|disk I\/O error/);
    expect(client.counts.acknowledged).toBe(before);
    heal();
    await startHub();
    await acknowledged;
    await allArrived();
  });

  test(`fails a sync at some moment, ${ROUNDS} times: what was acknowledged is there, once`, async () => {
    const random = seeded(FIRST_SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      const { acknowledged } = say(WINDOW * 2);
      const after = client.counts.acknowledged + Math.floor(random() * WINDOW * 2);
      await eventually(
        () => client.counts.acknowledged,
        (count) => count >= after,
      );
      fail(round % 2 === 0 ? 'EIO sync' : 'EIO write');
      const more = say(1);
      await endsWith(/stopped working/);
      heal();
      await startHub();
      await Promise.all([acknowledged, more.acknowledged]);
    }
    await allArrived();
  });
});
