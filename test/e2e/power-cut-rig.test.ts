import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runOnDisk } from '../kit/disk/child.ts';
import { chooseCuts } from '../kit/disk/cuts.ts';
import { DiskImage, writeFiles } from '../kit/disk/disk-image.ts';
import { portsOf, readTrace, type TraceRecord } from '../kit/disk/trace.ts';
import { seeded } from '../kit/seeded.ts';

const CUTS = 120;
const DAY_MS = 86_400_000;

let place: string;
beforeEach(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'engawa-rig-')));
  mkdirSync(join(place, 'data'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

describe('a program that says what it has stored', () => {
  test('loses nothing when it waits for the disk', async () => {
    expect(await lostBy('careful')).toBe(0);
  });

  test('is caught when it never syncs', async () => {
    expect(await lostBy('unsynced')).toBeGreaterThan(0);
  });

  test('is caught when it speaks too early', async () => {
    expect(await lostBy('early')).toBeGreaterThan(0);
  });

  /** How many numbers that were said before a cut are not there after it, over all cuts. */
  async function lostBy(how: string): Promise<number> {
    const traceFile = join(place, 'trace');
    const root = join(place, 'data');
    const port = await listening(async (open) => {
      await runOnDisk('careless-child', [root, String(open), how], { folder: root, traceFile });
      return open;
    });
    const records = readTrace(readFileSync(traceFile));
    const cuts = chooseCuts(records, [{ name: 'all', end: records.length }], CUTS, seeded);
    const image = new DiskImage(root);
    let said = 0;
    let lost = 0;
    let taken = 0;
    for (const { seed, at } of cuts) {
      for (const record of records.slice(taken, at)) {
        image.take(record);
        said = Math.max(said, numberIn(record, port));
      }
      taken = at;
      const stored = storedIn(image.image(seeded(seed)), join(place, `cut-${seed}`));
      lost += Array.from({ length: said }, (_, n) => n + 1).filter((number) => !stored.has(number)).length;
    }
    return lost;
  }
});

describe('the disk of a program', () => {
  test('is as slow as it was told', async () => {
    expect((await probe({ syncMs: 30 }))[0]?.syncMs).toBeGreaterThanOrEqual(30);
  });

  test.each([
    ['ENOSPC', 'ENOSPC, ENOSPC, ENOSPC'],
    ['EROFS', 'EROFS, EROFS, EROFS'],
    ['EIO sync', 'done, done, EIO'],
    ['EIO write', 'done, EIO, done'],
  ])('fails with %s, and works again afterwards', async (failing, expected) => {
    const failFile = join(place, 'fail');
    const told = (await probe({ failFile }, [failFile, failing])).map(
      ({ opened, wrote, synced }) => `${opened}, ${wrote}, ${synced}`,
    );
    expect(told).toEqual([expected, 'done, done, done']);
  });

  test('and its clock: the time of day is where it was put, and time passes as ever', async () => {
    const clockFile = join(place, 'clock');
    for (const movedMs of [-Date.now(), 3 * 365 * DAY_MS]) {
      writeFileSync(clockFile, String(movedMs));
      const begun = Date.now();
      const [told] = await probe({ clockFile });
      expect(Math.abs((told?.nowMs ?? 0) - (begun + movedMs))).toBeLessThan(DAY_MS);
      expect(told?.ranMs).toBeLessThan(DAY_MS);
    }
  });

  async function probe(disk: { syncMs?: number; failFile?: string; clockFile?: string }, words: string[] = []) {
    const folder = join(place, 'data');
    writeFileSync(join(folder, 'there'), 'something');
    const told = await runOnDisk('probe-child', [folder, ...words], { folder, ...disk });
    return told
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Probed);
  }
});

/** What the probe tells of its disk and clock. */
interface Probed {
  readonly opened: string;
  readonly wrote: string;
  readonly synced: string;
  readonly syncMs: number;
  readonly nowMs: number;
  readonly ranMs: number;
}

/** A server that listens to whatever is said, for as long as the work lasts. */
async function listening<Result>(work: (port: number) => Promise<Result>): Promise<Result> {
  const server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await work((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

/** The number that a record says to this port; 0 where it says nothing there. */
function numberIn(record: TraceRecord, port: number): number {
  if (record.kind !== 'sent' || portsOf(record).peer !== port) return 0;
  return record.data.readUInt32BE(record.data.length - 4);
}

function storedIn(files: ReadonlyMap<string, Buffer>, folder: string): Set<unknown> {
  mkdirSync(folder);
  writeFiles(files, folder);
  const database = new Database(join(folder, 'numbers.db'));
  try {
    const isThere = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'number'").get() !== undefined;
    return new Set(isThere ? database.prepare('SELECT value FROM number').pluck().all() : []);
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
