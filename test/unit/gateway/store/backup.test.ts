import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Operation, Store } from '../../../../gateway/store/store.ts';
import { device, HomeOnDisk, put, valueAt } from './home-on-disk.ts';

let home: HomeOnDisk;
let store: Store;

beforeEach(async () => {
  home = new HomeOnDisk();
  store = await home.open();
});
afterEach(() => home.remove());

test('a copy made while commits go on is whole, holds everything committed before, and opens as a home', async () => {
  await store.commit([device(1), put('before')]);
  await store.commit([put('logged before')]);
  const toFile = join(home.folder, 'copy.db');
  let isCopied = false;
  const copying = store.backup(toFile).then(() => {
    isCopied = true;
  });
  for (let round = 0; !isCopied; round += 1)
    await store.commit([put(`k${round}`), ['history.add', 1, 'a', round, 1, 'x']]);
  await copying;
  const copied = new HomeOnDisk();
  writeFileSync(copied.file, readFileSync(toFile));
  const opened = await copied.open();
  expect([valueAt(opened, 'before'), valueAt(opened, 'logged before')]).toEqual(['x', 'x']);
  expect([copied.salvaged, opened.all('device.all').length]).toEqual([[], 1]);
  await copied.remove();
  const database = new Database(toFile, { readonly: true });
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
});

test('a copy is for this user only, and nothing of a log lies beside it', async () => {
  await store.commit([put('a')]);
  const toFile = join(home.folder, 'copy.db');
  await store.backup(toFile);
  expect(statSync(toFile).mode & 0o077).toBe(0);
  expect(['-wal', '-journal'].filter((end) => existsSync(toFile + end))).toEqual([]);
});

test('a place that cannot be written, or is taken, is refused and changes nothing', async () => {
  const taken = join(home.folder, 'taken');
  writeFileSync(taken, 'something else');
  for (const toFile of [taken, join(home.folder, 'no', 'folder.db')])
    await expect(store.backup(toFile)).rejects.toMatchObject({
      code: 'unwritable',
      message: expect.stringContaining(toFile),
    });
  expect(readFileSync(taken, 'utf8')).toBe('something else');
  await store.commit([put('a')]);
  expect(home.faults).toEqual([]);
});

test('space is given back after a backlog is gone, a step at a time, and commits go on', async () => {
  const rows = Array.from(
    { length: 60_000 },
    (_, index): Operation => ['history.add', 1, 'x'.repeat(400), index, 1, 'y'],
  );
  for (let at = 0; at < rows.length; at += 500) await store.commit(rows.slice(at, at + 500));
  await store.settle();
  await store.scrub();
  const full = statSync(home.file).size;
  await store.commit([['history.trim', 0]]);
  for (let round = 0; statSync(home.file).size > full / 2; round += 1) {
    await store.commit([put(`k${round % 50}`)]);
    // Enough to make the writer tidy; what follows it does by itself.
    if (round < 3) await store.commit(rows.slice(0, 2_000).map((_, index) => put(`k${index % 50}`, String(index))));
    await store.settle();
  }
  expect(full).toBeGreaterThan(20 * 1024 * 1024);
  const database = new Database(home.file, { readonly: true });
  expect(database.pragma('quick_check', { simple: true })).toBe('ok');
  database.close();
});
