import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHub } from '../../../bin/hub-client.ts';
import { MIGRATIONS } from '../../../gateway/store/schema.ts';
import { SMALL_LIMITS } from '../../kit/disk/recording.ts';
import { eventually } from '../../kit/eventually.ts';
import { type Home, makeHome } from '../../kit/home.ts';
import { InsistentClient } from '../../kit/insistent-client.ts';
import { everySample, publishOffer } from '../../kit/offers.ts';
import { mindPrograms, type Program, runProgram } from '../../kit/programs.ts';
import { readAll, recordsIn } from '../../kit/recipient.ts';
import { seeded } from '../../kit/seeded.ts';
import { deviceList, plug } from '../../kit/zigbee.ts';

const ROUNDS = Number(process.env.ENGAWA_FAULT_ROUNDS ?? 2);
const FIRST_SEED = Number(process.env.ENGAWA_FAULT_SEED ?? 1);
const HALF = Math.ceil(ROUNDS / 2);
const RELEASED = fileURLToPath(new URL('../../unit/gateway/store/released/hub-1.db', import.meta.url));
const OFFER = 'every-sample';
/** Longest time from the beginning of something to the kill. */
const MOMENT_MS = { withdrawal: 40, settling: 1_800, backup: 600, start: 700 };
const STACK = /\n\s+at /;

mindPrograms();

describe('a hub that is killed while it does what it seldom does', () => {
  let home: Home;
  let broker: Program;
  let hub: Program;
  let client: InsistentClient;
  let said = 0;
  const random = seeded(FIRST_SEED);
  const moment = (mostMs: number): Promise<void> => wait(random() * mostMs);

  const post = (path: string, body: object) => askHub(join(home.folder, 'home'), 'POST', path, body);
  const ask = async (path: string, body: object): Promise<unknown> => {
    const reply = await post(path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value;
  };
  const startHub = async (): Promise<void> => {
    hub = await home.start('hub', [], SMALL_LIMITS);
  };
  async function say(count: number): Promise<void> {
    for (const last = said + count; said < last; ) {
      said += 1;
      await client.publish(plug('kettle', said), 1);
    }
    await client.idle();
  }
  const offerNow = async () => {
    const offers = (await home.hub('offer', 'list')) as { granted: unknown; withdrawal: { state: string } | null }[];
    return offers[0];
  };
  const isDrained = () => eventually(home.hubStatus, ({ uplink }) => uplink.connected && uplink.waiting === 0, 60_000);
  const valuesAt = async (): Promise<number[]> =>
    recordsIn(await readAll(await home.feed(OFFER)))
      .map(({ value }) => value)
      .sort((one, other) => one - other);
  const from = (first: number): number[] => Array.from({ length: said - first + 1 }, (_, n) => first + n);

  beforeAll(async () => {
    home = await makeHome();
    writeFileSync(join(home.folder, 'passphrase'), 'seven rivers under one old roof\n');
    broker = await home.start('broker');
    await publishOffer(home, everySample());
    await startHub();
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await ask('/api/enrolment', { url, code });
    const made = await ask('/api/credentials', { name: 'zigbee', dialect: 'zigbee2mqtt' });
    const { name: user, password } = made as { name: string; password: string };
    client = new InsistentClient({ user, password, port: home.ports.mqtt, clientId: 'bridge', window: 24 });
    await client.publish(deviceList([{ name: 'kettle', ieee: '0x00158d0000000001', kind: 'plug' }]), 1);
    await client.publish(plug('kettle', 0), 1);
    await client.idle();
    await ask('/api/devices/approve', { all: true });
  });
  afterAll(async () => {
    await client?.end();
    await hub?.stop();
    await broker?.stop();
    home?.remove();
  });

  test(
    `while a withdrawal is written, ${ROUNDS} times: one that was answered holds, none is half`,
    async () => {
      let answered = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        await ask('/api/grants', { offer: OFFER });
        await say(8);
        const withdrawing = post('/api/withdrawals', { offer: OFFER });
        await Promise.race([withdrawing, moment(MOMENT_MS.withdrawal)]);
        await hub.kill();
        const { ok } = await withdrawing;
        if (ok) answered += 1;
        await startHub();
        const now = await offerNow();
        if (ok) expect(now?.granted).toBeNull();
        if (now?.granted) await ask('/api/withdrawals', { offer: OFFER });
        await eventually(offerNow, (offer) => offer?.withdrawal?.state === 'erased', 60_000);
        await say(4);
        await isDrained();
        expect(await valuesAt()).toEqual([]);
      }
      console.log(`${answered} of ${ROUNDS} withdrawals had been answered before the kill`);
    },
    ROUNDS * 10_000 + 60_000,
  );

  test(
    `while it settles, ${ROUNDS} times: all of it and once`,
    async () => {
      await ask('/api/grants', { offer: OFFER });
      const first = said + 1;
      for (let round = 0; round < ROUNDS; round += 1) {
        let streaming = true;
        const stream = (async () => {
          while (streaming) await say(24);
        })();
        await moment(MOMENT_MS.settling);
        await hub.kill();
        streaming = false;
        await startHub();
        await stream;
      }
      await isDrained();
      expect(await valuesAt()).toEqual(from(first));
    },
    ROUNDS * 10_000 + 60_000,
  );

  test(
    `the hub, while it is backed up, and a restore, ${HALF} times each`,
    async () => {
      const file = join(home.folder, 'home.backup');
      const first = (await valuesAt())[0] ?? said + 1;
      const settings = { ...home.settings, ENGAWA_PASSPHRASE_FILE: join(home.folder, 'passphrase') };
      for (let round = 0; round < HALF; round += 1) {
        const running = runProgram('hub', ['backup', file, '--json'], settings);
        await Promise.all([say(24), moment(MOMENT_MS.backup)]);
        await hub.kill();
        const { code, out, err } = await running;
        expect(code === 0 ? '' : out + err).not.toMatch(STACK);
        await startHub();
        await say(4);
      }
      expect((await runProgram('hub', ['backup', file], settings)).code).toBe(0);
      await isDrained();
      expect(await valuesAt()).toEqual(from(first));
      const other = await makeHome();
      const there = { ...other.settings, ENGAWA_PASSPHRASE_FILE: join(home.folder, 'passphrase') };
      try {
        for (let round = 0; round < HALF; round += 1) {
          const restoring = other.begin('hub', ['restore', file], there);
          await Promise.race([restoring.ended, moment(MOMENT_MS.backup)]);
          await restoring.kill();
          if (existsSync(join(other.folder, 'home'))) rmSync(join(other.folder, 'home'), { recursive: true });
        }
        const restored = await runProgram('hub', ['restore', file], there);
        expect(restored.code, restored.out + restored.err).toBe(0);
      } finally {
        other.remove();
      }
    },
    ROUNDS * 10_000 + 60_000,
  );

  test(
    `while it brings an old database up to date, ${ROUNDS} times: it is the new one, with every row`,
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const old = await makeHome();
        const folder = join(old.folder, 'home');
        mkdirSync(folder, { mode: 0o700 });
        copyFileSync(RELEASED, join(folder, 'hub.db'));
        const starting = old.begin('hub');
        await Promise.race([starting.ended, moment(MOMENT_MS.start)]);
        await starting.kill();
        // Its rows are no real home's, so that the hub may not go on after it; the tables are what is looked at.
        const again = old.begin('hub');
        await again.until(/The household's page/).catch(() => again.ended);
        await again.kill();
        const database = new Database(join(folder, 'hub.db'), { readonly: true });
        expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
        expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
        expect(database.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(6);
        database.close();
        old.remove();
      }
    },
    ROUNDS * 8_000 + 60_000,
  );
});
