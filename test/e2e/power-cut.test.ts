import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHub } from '../../bin/hub-client.ts';
import { type BrokerHolds, readBroker, readHub, whatIsThere } from '../kit/disk/after-cut.ts';
import { brokenByBroker, brokenByHub } from '../kit/disk/broken-promises.ts';
import { chooseCuts } from '../kit/disk/cuts.ts';
import { DiskImage, writeFiles } from '../kit/disk/disk-image.ts';
import { WITHDRAWN } from '../kit/disk/ledger.ts';
import { type Recording, record, SMALL_LIMITS } from '../kit/disk/recording.ts';
import { eventually } from '../kit/eventually.ts';
import type { HubStatus } from '../kit/home.ts';
import { mindPrograms } from '../kit/programs.ts';
import { seeded } from '../kit/seeded.ts';

const CUTS = Number(process.env.ENGAWA_POWER_CUTS ?? 60);
/** Where the seeds of the cuts begin: a long run may go on where another ended. */
const FIRST_SEED = Number(process.env.ENGAWA_POWER_CUT_SEED ?? 1);
/** Every so many cuts the real programs are started on what is left. */
const PROGRAMS_EVERY = 20;
/** Messages of the recorded life: more cuts want a longer one. */
const MESSAGES = CUTS > 200 ? 2400 : 480;
const SMALL = { limits: 'small limits', settings: SMALL_LIMITS };
/** A long run takes half of its cuts from a hub with its own limits. */
const LIVES = CUTS > 200 ? [SMALL, { limits: 'its own limits', settings: {} }] : [SMALL];
const CUTS_PER_LIFE = Math.ceil(CUTS / LIVES.length);

mindPrograms();

describe.each(LIVES)('the power is cut, with $limits', ({ settings }) => {
  let life: Recording;
  /** Keys of what was withdrawn, as the data broker held them just before. */
  let erasedKeys: readonly Buffer[] = [];

  let compiled: string;

  beforeAll(async () => {
    // Every opening starts the store's threads: what they compile is kept, as the programs keep theirs.
    compiled = mkdtempSync(join(tmpdir(), 'engawa-compiled-'));
    process.env.NODE_COMPILE_CACHE = compiled;
    life = await record(MESSAGES, settings);
  }, 240_000);
  afterAll(() => {
    life?.remove();
    delete process.env.NODE_COMPILE_CACHE;
    rmSync(compiled, { recursive: true, force: true });
  });

  test('the recorder saw every byte that the programs wrote', () => {
    const image = new DiskImage(life.root);
    for (const one of life.records) image.take(one);
    const files = image.files();
    for (const [path, content] of files) {
      expect(content.equals(readFileSync(join(life.root, path))), path).toBe(true);
    }
    expect([...files.keys()]).toEqual(expect.arrayContaining(['home/hub.db', 'home/broker/broker.db']));
  });

  test(
    `${CUTS_PER_LIFE} cuts: what was promised before holds after`,
    async () => {
      const cuts = chooseCuts(life.records, life.ledger.phases, CUTS_PER_LIFE, seeded, FIRST_SEED);
      const image = new DiskImage(life.root);
      const broken: string[] = [];
      let taken = 0;
      const upTo = (index: number): void => {
        for (; taken < index; taken += 1) image.take(life.records[taken] as (typeof life.records)[number]);
      };
      const begun = performance.now();
      for (const [n, { seed, at }] of cuts.entries()) {
        if (erasedKeys.length === 0 && at >= life.ledger.withdrawal.asked) {
          upTo(life.ledger.withdrawal.asked);
          erasedKeys = await keysIn(image);
        }
        upTo(at);
        const files = image.image(seeded(seed));
        const found = await inFolder(files, (folder) => checked(folder, at, n % PROGRAMS_EVERY === PROGRAMS_EVERY - 1));
        broken.push(...found.map((one) => `seed ${seed}, cut at record ${at}: ${one}`));
      }
      console.log(
        `${CUTS_PER_LIFE} power cuts in ${((performance.now() - begun) / 1000).toFixed(1)} s over ${life.records.length} records ` +
          `(${life.records.filter(({ kind }) => kind === 'wrote').length} writes, ` +
          `${life.records.filter(({ kind }) => kind === 'syncEnded').length} syncs, ` +
          `${life.ledger.acknowledged.size} messages).`,
      );
      expect(broken).toEqual([]);
    },
    CUTS_PER_LIFE * 3_000 + 120_000,
  );

  /** Opens what is left, and says which promises it breaks. */
  async function checked(folder: string, at: number, withPrograms: boolean): Promise<string[]> {
    const there = whatIsThere(folder);
    const broken: string[] = [];
    const fault = (who: string) => (thrown: unknown) => {
      broken.push(`${who} does not open: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
      return undefined;
    };
    if (at >= life.ledger.withdrawal.receipted && erasedKeys.some((key) => isOnDisk(folder, key))) {
      broken.push('a key that was erased is still on the disk');
    }
    if (withPrograms && at >= life.ledger.granted) {
      return [
        ...broken,
        ...(await programs(folder, at).catch((thrown: Error) => [`the programs do not go on: ${thrown.message}`])),
      ];
    }
    const hub = there.hub ? await readHub(join(folder, 'home')).catch(fault('the hub')) : undefined;
    const broker = there.broker ? await readBroker(join(folder, 'home/broker')).catch(fault('the broker')) : undefined;
    if (broken.length > 0) return broken;
    return [...brokenByHub(hub, life.ledger, at), ...brokenByBroker(broker, life.ledger, at)];
  }

  /** Starts the real programs on what is left, lets everything drain, and looks at what has arrived. */
  async function programs(folder: string, at: number): Promise<string[]> {
    const { home, ledger } = life;
    const there = { ENGAWA_DATA: folder, ...settings };
    const running = [home.begin('broker', [], there), home.begin('hub', [], there)];
    const status = async () => {
      const reply = await askHub(join(folder, 'home'), 'GET', '/api/status');
      return reply.ok ? (reply.value as HubStatus) : undefined;
    };
    try {
      await eventually(status, (now) => now?.uplink.connected === true && now.uplink.waiting === 0);
      await Promise.all(running.map((program) => program.stop()));
    } catch (fault) {
      const said = running.map((program) => program.said()).join('\n');
      throw new Error(`${fault instanceof Error ? fault.message : ''} ${said}`);
    } finally {
      await Promise.all(running.map((program) => program.kill()));
    }
    const [hubHolds, brokerHolds] = [
      await readHub(join(folder, 'home')),
      await readBroker(join(folder, 'home/broker')),
    ];
    // Everything that was acknowledged has arrived by now, whatever had been on its way.
    return [...brokenByHub(hubHolds, ledger, at), ...brokenByBroker(brokerHolds, ledger, at, ledger.acknowledged)];
  }

  async function keysIn(image: DiskImage): Promise<readonly Buffer[]> {
    return inFolder(image.files(), async (folder) => {
      const holds: BrokerHolds = await readBroker(join(folder, 'home/broker'));
      return holds.keysOf.get(WITHDRAWN) ?? [];
    });
  }
});

async function inFolder<Result>(files: ReadonlyMap<string, Buffer>, use: (folder: string) => Promise<Result>) {
  const folder = mkdtempSync(join(tmpdir(), 'engawa-power-cut-'));
  try {
    mkdirSync(join(folder, 'home'), { recursive: true });
    writeFiles(files, folder);
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isOnDisk(folder: string, key: Buffer): boolean {
  return ['keys.db', 'keys.db-wal', 'keys.db-journal'].some((name) => {
    try {
      return readFileSync(join(folder, 'home/broker', name)).includes(key);
    } catch {
      return false;
    }
  });
}
