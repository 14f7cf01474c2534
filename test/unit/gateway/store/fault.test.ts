import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Log } from '../../../../gateway/store/log/log.ts';
import type { LogDevice } from '../../../../gateway/store/log/log-device.ts';
import { LOG_PAGE_BYTES, recordAt } from '../../../../gateway/store/log/record.ts';
import { Ring } from '../../../../gateway/store/log/ring.ts';
import type { FromWriter, ToWriter } from '../../../../gateway/store/sqlite/messages.ts';
import { Reader } from '../../../../gateway/store/sqlite/reader.ts';
import { SqliteStore } from '../../../../gateway/store/sqlite/sqlite-store.ts';
import { Thread } from '../../../../gateway/store/sqlite/thread.ts';
import { StoreError } from '../../../../gateway/store/store-error.ts';
import { device, put } from './home-on-disk.ts';

/** A small log in memory, whose disk fails when a test says so. */
class MemoryDevice implements LogDevice {
  readonly bytes = Buffer.alloc(16 * LOG_PAGE_BYTES);
  writes = 0;
  syncs = 0;
  failing: 'write' | 'sync' | undefined;

  write(bytes: Buffer, at: number, done: (error: Error | null) => void): void {
    this.writes += 1;
    if (this.failing !== 'write') bytes.copy(this.bytes, at);
    setImmediate(done, this.failing === 'write' ? diskError() : null);
  }

  sync(done: (error: Error | null) => void): void {
    this.syncs += 1;
    setImmediate(done, this.failing === 'sync' ? diskError() : null);
  }

  read(into: Buffer, at: number, done: (error: Error | null) => void): void {
    this.bytes.copy(into, 0, at);
    setImmediate(done, null);
  }

  close(done: (error: Error | null) => void): void {
    setImmediate(done, null);
  }
}

const diskError = () => Object.assign(new Error('/home/somebody/hub.log'), { code: 'EIO' });

let folder: string;
let disk: MemoryDevice;
let store: SqliteStore;
const faults: StoreError[] = [];
const refused: number[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-fault-'));
  disk = new MemoryDevice();
  faults.length = 0;
  refused.length = 0;
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A store whose writer thread is the given script, after its first word, instead of the real one. */
function openWith(script: string): void {
  const path = join(folder, 'writer.mjs');
  const first = `import { parentPort } from 'node:worker_threads';\nparentPort.postMessage({ opened: true });\n`;
  writeFileSync(path, `${first}${script}`);
  const file = join(folder, 'hub.db');
  store = new SqliteStore({
    file,
    log: new Log(disk, new Ring(16, { page: 0, sequence: 1 }), 1),
    reader: new Reader(new Database(':memory:')),
    startWriter: () =>
      new Thread<ToWriter, FromWriter>(pathToFileURL(path), {}, (detail) => new StoreError('fault', file, detail)),
    copyTo: () => Promise.resolve(true),
    gatherMs: 0,
    settleMs: 3_600_000,
    onFault: (error) => faults.push(error),
    onRefused: (count) => refused.push(count),
    onClosed: () => Promise.resolve(),
  });
}

/** A writer that answers settlings with what `outcome` says, an expression over how many there were before. */
const writerThat = (outcome: string) => `
  let count = 0;
  parentPort.on('message', (message) => {
    if ('close' in message) return parentPort.close();
    if (!('settle' in message)) return parentPort.postMessage({ done: true });
    const settled = ${outcome};
    count += 1;
    const outcomes = message.settle.batches.map(() => settled);
    parentPort.postMessage({ settled, outcomes, refused: 0, operations: 1 });
  });`;
const FULL = `{ code: 'full', detail: 'SQLITE_FULL' }`;

async function expectAllToFail(): Promise<void> {
  const pending = [store.commit([device(1)]), store.commit([put('a')]), store.settle()];
  for (const result of await Promise.allSettled(pending)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'fault', nothingWasStored: false } });
  }
  await expect(store.commit([put('a')])).rejects.toMatchObject({ code: 'fault' });
  await expect(store.settle()).rejects.toMatchObject({ code: 'fault' });
  await store.scrub();
  expect(faults).toHaveLength(1);
}

test('when the writer dies, every pending commit rejects and the fault is told once', async () => {
  openWith(`parentPort.on('message', () => { throw new Error('no more'); });`);
  await expectAllToFail();
});

test('when the writer ends silently, it is the same', async () => {
  openWith(`parentPort.on('message', () => process.exit(0));`);
  await expectAllToFail();
});

test('when the disk of the tables fails, nothing is written any more', async () => {
  openWith(`parentPort.on('message', () => {
    parentPort.postMessage({ fault: { code: 'fault', detail: 'SQLITE_IOERR_FSYNC' } });
    parentPort.close();
  });`);
  await expectAllToFail();
  expect(disk.writes).toBe(0);
});

test.each(['write', 'sync'] as const)('when a %s of the log fails, nothing is written any more', async (what) => {
  openWith(writerThat('true'));
  await store.commit([put('a')]);
  disk.failing = what;
  const pending = [store.commit([put('b')]), store.commit([device(1)]), store.commit([put('c')])];
  for (const result of await Promise.allSettled(pending))
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'fault', nothingWasStored: false } });
  disk.failing = undefined;
  const { writes } = disk;
  await expect(store.commit([put('d')])).rejects.toMatchObject({ code: 'fault' });
  expect(disk.writes).toBe(writes);
  expect(faults.map(({ message }) => message)).toEqual([expect.stringContaining('EIO')]);
  expect(faults[0]?.message).not.toContain('somebody');
});

test('no commit resolves before the sync of its record', async () => {
  openWith(writerThat('true'));
  for (let round = 1; round <= 5; round += 1) {
    await store.commit([put('a', `round ${round}`)]);
    expect(disk.syncs).toBe(round);
    expect(recordAt(disk.bytes, round - 1)?.payload.includes(`round ${round}`)).toBe(true);
  }
});

test('a full disk refuses commits only once the log has no room, and they work again by themselves', async () => {
  openWith(writerThat(`count < 10 ? ${FULL} : true`));
  const outcomes: string[] = [];
  for (let round = 0; round < 60; round += 1) {
    outcomes.push(
      await store.commit([put('a', String(round))]).then(
        () => 'stored',
        (error: StoreError) => error.code,
      ),
    );
  }
  expect(outcomes.slice(0, 16)).toEqual(Array(16).fill('stored'));
  expect(outcomes.slice(16)).toContain('full');
  expect(outcomes.slice(-16)).toEqual(Array(16).fill('stored'));
  expect(faults).toEqual([]);
});

test('nothing that is unsettled is written over while the tables take nothing', async () => {
  openWith(writerThat(FULL));
  for (let index = 0; index < 16; index += 1) await storeAlone(index);
  const before = Buffer.from(disk.bytes);
  await expect(store.commit([put('a', 'one more')])).rejects.toMatchObject({ code: 'full', nothingWasStored: true });
  await expect(store.settle()).rejects.toMatchObject({ code: 'full' });
  await store.scrub();
  expect(disk.bytes.equals(before)).toBe(true);
});

test('what leans on a commit that found no room is refused too', async () => {
  openWith(writerThat(FULL));
  for (let index = 0; index < 16; index += 1) await storeAlone(index);
  await expect(store.commit([put('a')], 1)).rejects.toMatchObject({ code: 'full' });
  await expect(store.commit([put('b')], 1)).rejects.toMatchObject({ code: 'refused' });
});

test('what could not be settled is settled with the next try, before what came later', async () => {
  openWith(`
    const seen = [];
    parentPort.on('message', (message) => {
      if ('close' in message) return parentPort.close();
      if (!('settle' in message)) return parentPort.postMessage({ done: true });
      const text = message.settle.logged.map((bytes) => Buffer.from(bytes).toString('latin1')).join('');
      seen.push(text.replace(/[^0-9]/g, ''));
      const settled = seen.length === 1 ? ${FULL} : seen.join(' ') === '1 12' || { code: 'refused', detail: seen.join(' ') };
      parentPort.postMessage({ settled, outcomes: [], refused: 0, operations: 1 });
    });`);
  const told: number[] = [];
  store.onSettled((position) => told.push(position));
  await store.commit([put('a', '1')]);
  await expect(store.settle()).rejects.toMatchObject({ code: 'full' });
  expect(told).toEqual([]);
  const position = await store.commit([put('b', '2')]);
  await store.settle();
  expect(told).toEqual([position]);
});

/** One commit in a record of its own. */
function storeAlone(index: number): Promise<number> {
  return store.commit([put(`k${index}`, 'x'.repeat(3_000))]);
}
