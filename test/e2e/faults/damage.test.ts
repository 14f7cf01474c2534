import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHub } from '../../../bin/hub-client.ts';
import { type FoundRecord, LOG_PAGE_BYTES, recordAt } from '../../../gateway/store/log/record.ts';
import { eventually } from '../../kit/eventually.ts';
import { type Home, makeHome } from '../../kit/home.ts';
import { InsistentClient } from '../../kit/insistent-client.ts';
import { publish } from '../../kit/mosquitto-clients.ts';
import { everySample, publishOffer } from '../../kit/offers.ts';
import { mindPrograms, type Program } from '../../kit/programs.ts';
import { type Feed, readAll, recordsIn } from '../../kit/recipient.ts';
import { seeded } from '../../kit/seeded.ts';
import { deviceList, plug } from '../../kit/zigbee.ts';

const ROUNDS = Number(process.env.ENGAWA_FAULT_ROUNDS ?? 2);
const FIRST_SEED = Number(process.env.ENGAWA_FAULT_SEED ?? 1);
const KEPT = 'every-sample';
const WITHDRAWN = 'second-sample';
/** Values said before any yes, while both stand, and after one was taken back. */
const NEVER = 90_001;
const BOTH = 24;
const ONE = 24;
const DATABASE_PAGE_BYTES = 4_096;
/** A hub whose book is not whole may keep what waits for ever. */
const QUIET_MS = 8_000;
const STACK = /\n\s+at /;

mindPrograms();

describe('files of a hub that are damaged', () => {
  let home: Home;
  let broker: Program | undefined;
  let hub: Program | undefined;
  let account: { user: string; password: string };
  let copy: string;
  let said = 0;

  const folder = (name = ''): string => join(home.folder, 'home', name);
  const ask = async (path: string, body: object): Promise<unknown> => {
    const reply = await askHub(folder(), 'POST', path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value;
  };
  const dial = (clientId: string): InsistentClient =>
    new InsistentClient({ ...account, port: home.ports.mqtt, clientId, window: 1 });
  /** Says so many new values, one at a time: each in a record of its own. */
  async function say(with_: InsistentClient, count: number): Promise<void> {
    for (const last = said + count; said < last; ) {
      said += 1;
      await (await with_.publish(plug('kettle', said), 1)).acknowledged;
    }
  }
  const feedOf = async (offer: string): Promise<Feed> => {
    const recipient = offer === KEPT ? 'test-laboratory' : 'second-laboratory';
    const { token } = (await home.broker('recipient', 'add', recipient, '--renew')) as { token: string };
    return { url: `http://127.0.0.1:${home.ports.broker}`, offer, purpose: 'energyAdvice', token };
  };
  const valuesAt = async (feed: Feed): Promise<number[]> =>
    recordsIn(await readAll(feed))
      .map(({ value }) => value)
      .sort((one, other) => one - other);

  beforeAll(async () => {
    home = await makeHome();
    copy = mkdtempSync(join(tmpdir(), 'engawa-damage-'));
    broker = await home.start('broker');
    const document = everySample();
    await publishOffer(home, document);
    await publishOffer(home, {
      ...document,
      offer: WITHDRAWN,
      recipient: { ...(document.recipient as object), id: 'second-laboratory' },
    });
    hub = await home.start('hub');
    const { url, code } = (await home.broker('hub', 'invite')) as { url: string; code: string };
    await ask('/api/enrolment', { url, code });
    const made = (await ask('/api/credentials', { name: 'zigbee', dialect: 'zigbee2mqtt' })) as Record<string, string>;
    account = { user: made.name ?? '', password: made.password ?? '' };
    const bridge = dial('bridge');
    await bridge.publish(deviceList([{ name: 'kettle', ieee: '0x00158d0000000001', kind: 'plug' }]), 1);
    await bridge.publish(plug('kettle', 0), 1);
    await bridge.idle();
    await ask('/api/devices/approve', { all: true });
    await bridge.publish(plug('kettle', NEVER), 1);
    await bridge.idle();
    await ask('/api/grants', { offer: KEPT });
    await ask('/api/grants', { offer: WITHDRAWN });
    await say(bridge, BOTH);
    await eventually(home.hubStatus, ({ uplink }) => uplink.connected && uplink.waiting === 0);
    await ask('/api/withdrawals', { offer: WITHDRAWN });
    await eventually(home.hubStatus, ({ uplink }) => uplink.waiting === 0);
    await broker.kill();
    // Acknowledged, only in the log, and not yet at the data broker.
    await say(bridge, ONE);
    await hub.kill();
    await bridge.end();
    cpSync(folder(), copy, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  });
  afterAll(async () => {
    await Promise.all([hub?.kill(), broker?.kill()]);
    home?.remove();
    rmSync(copy, { recursive: true, force: true });
  });

  /**
   * Puts the home back, damages it, and lives on with it. A hub that ends says why in a sentence; it is started again, as a
   * service manager does, until it runs or says the same again.
   */
  async function liveOn(
    damage: () => void,
  ): Promise<{ said: string; runs: boolean; kept: number[]; withdrawn: number[] }> {
    await Promise.all([hub?.kill(), broker?.kill()]);
    rmSync(folder(), { recursive: true });
    cpSync(copy, folder(), { recursive: true });
    said = BOTH + ONE;
    damage();
    broker = await home.start('broker');
    const told: string[] = [];
    let runs = false;
    for (let start = 0; start < 3 && !runs; start += 1) runs = await started(told);
    const [keptFeed, withdrawnFeed] = [await feedOf(KEPT), await feedOf(WITHDRAWN)];
    const [kept, withdrawn] = [await valuesAt(keptFeed), await valuesAt(withdrawnFeed)];
    const sentences = told.join('\n');
    expect(sentences).not.toMatch(STACK);
    return { said: sentences, runs, kept, withdrawn };
  }

  /** One start of the hub, in which it is used; false when it ended by itself. */
  async function started(told: string[]): Promise<boolean> {
    const running = home.begin('hub');
    hub = running;
    const isOver = running.ended.then(() => false);
    const ready = running.until(/The household's page/).then(
      () => true,
      () => false,
    );
    const runs = (await Promise.race([isOver, ready])) && (await Promise.race([isOver, use()]));
    if (!runs) await running.ended;
    told.push(running.said());
    return runs;
  }

  /** Says some new values, as far as the hub still takes them, and waits until nothing more is on its way, if that comes. */
  async function use(): Promise<true> {
    for (let n = 0; n < 3; n += 1) {
      said += 1;
      await publish({ ...account, port: home.ports.mqtt }, plug('kettle', said));
    }
    const isQuiet = () =>
      home.hubStatus().then(
        ({ uplink }) => !uplink.enrolled || (uplink.connected && uplink.waiting === 0),
        () => false,
      );
    await eventually(isQuiet, (is) => is, QUIET_MS).catch(() => undefined);
    return true;
  }

  /** Nothing twice, nothing that was never permitted; the withdrawn offer gets nothing at all. */
  function expectPermitted({ kept, withdrawn }: { kept: number[]; withdrawn: number[] }): void {
    expect(withdrawn).toEqual([]);
    expect(kept).toEqual([...new Set(kept)]);
    expect(kept.filter((value) => value > said || value < 1)).toEqual([]);
  }

  /** The first page of a table, counted from 0; what its write-ahead log holds is moved into the file. */
  function rootOf(table: string): number {
    const database = new Database(folder('hub.db'));
    const root = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(table);
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    return Number(root) - 1;
  }
  /** The records of the log, oldest first. */
  const records = (bytes: Buffer): FoundRecord[] =>
    Array.from({ length: bytes.length / LOG_PAGE_BYTES }, (_, page) => recordAt(bytes, page))
      .filter((record) => record !== undefined)
      .sort((one, other) => one.sequence - other.sequence);
  const all = (): number[] => Array.from({ length: said }, (_, n) => n + 1);

  test('a log with a torn end: it was never acknowledged, and nobody needs to know', async () => {
    const { kept, withdrawn, ...life } = await liveOn(() => {
      const log = readFileSync(folder('hub.log'));
      const last = records(log).at(-1) as FoundRecord;
      // The next record, as far as it came: its first half says it is the one after the last.
      const torn = Buffer.from(log.subarray(last.page * LOG_PAGE_BYTES, (last.page + last.pages) * LOG_PAGE_BYTES));
      torn.writeUIntLE(last.sequence + 1, 16, 6);
      torn.copy(log, (last.page + last.pages) * LOG_PAGE_BYTES, 0, torn.length / 2);
      writeFileSync(folder('hub.log'), log);
    });
    expect(life.runs).toBe(true);
    expect(life.said).not.toMatch(/damaged|lost/);
    expectPermitted({ kept, withdrawn });
    expect(kept).toEqual(all());
  });

  test('a damaged record in the middle of the log: said, and the others are there', async () => {
    const { kept, withdrawn, ...life } = await liveOn(() => {
      const log = readFileSync(folder('hub.log'));
      const middle = records(log).at(-Math.floor(ONE / 2)) as FoundRecord;
      const at = middle.page * LOG_PAGE_BYTES + 40;
      log.writeUInt8(log.readUInt8(at) ^ 1, at);
      writeFileSync(folder('hub.log'), log);
    });
    expect(life.runs).toBe(true);
    expect(life.said).toMatch(/1 damaged records of the log are lost/);
    expectPermitted({ kept, withdrawn });
    expect(all().length - kept.length).toBe(1);
  });

  test.each([
    ['gone', () => rmSync(folder('hub.log'))],
    ['cut off', () => truncateSync(folder('hub.log'), LOG_PAGE_BYTES * 3 + 100)],
  ])('a log that is %s: said, and what the tables hold still leaves', async (_, damage) => {
    const life = await liveOn(damage);
    expect(life.runs).toBe(true);
    expect(life.said).toMatch(/the log was missing: what was stored last may be lost/);
    expectPermitted(life);
    expect(life.kept).toEqual(expect.arrayContaining([1, BOTH, said]));
  });

  test('a damaged table that the log settles into at the start: saved with a sentence, and the log is not lost', async () => {
    const life = await liveOn(() => damagePages(folder('hub.db'), seeded(FIRST_SEED), 0, rootOf('journal')));
    expect(life.said).toMatch(/was damaged and was saved into a new file/);
    expect(life.runs).toBe(true);
    expectPermitted(life);
    expect(life.kept).toEqual(all());
  });

  test(
    `${ROUNDS} databases with damaged pages: saved with a sentence, or nothing leaves`,
    async () => {
      for (let seed = FIRST_SEED; seed < FIRST_SEED + ROUNDS; seed += 1) {
        const life = await liveOn(() => damagePages(folder('hub.db'), seeded(seed), 1 + (seed % 3)));
        const sentence = /hub\.db[^\n]*(damaged|lost|not a database|begins anew|belongs)[^\n]*/.exec(life.said)?.[0];
        console.log(`seed ${seed}: ${life.runs ? 'runs' : 'stopped'}, ${life.kept.length} of ${said}; ${sentence}`);
        expectPermitted(life);
        if (!life.runs || life.kept.length < said) expect(sentence, life.said).toBeDefined();
      }
    },
    ROUNDS * 20_000 + 60_000,
  );
});

/** Fills so many pages of a database and of its write-ahead log with noise; and one page that is named. */
function damagePages(file: string, random: () => number, count: number, named?: number): void {
  for (const path of [file, `${file}-wal`]) {
    const bytes = readFileSync(path, { flag: 'a+' });
    const pages = Math.floor(bytes.length / DATABASE_PAGE_BYTES);
    const chosen = Array.from({ length: pages > 0 ? count : 0 }, () => Math.floor(random() * pages));
    if (named !== undefined && named < pages) chosen.push(named);
    for (const page of chosen) {
      const noise = Buffer.from(Array.from({ length: DATABASE_PAGE_BYTES }, () => Math.floor(random() * 256)));
      noise.copy(bytes, page * DATABASE_PAGE_BYTES);
    }
    writeFileSync(path, bytes);
  }
}
