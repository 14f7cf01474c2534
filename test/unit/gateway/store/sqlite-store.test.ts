import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../../gateway/store/sqlite/open-store.ts';
import type { Operation, Store } from '../../../../gateway/store/store.ts';
import type { StoreError } from '../../../../gateway/store/store-error.ts';

let folder: string;
let file: string;
let store: Store;
let faults: StoreError[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-store-'));
  file = join(folder, 'hub.db');
  faults = [];
  store = await openStore({ file, home: 'home', onFault: (error) => faults.push(error) });
});

afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const put = (key: string, text = 'x'): Operation => ['meta.put', key, Buffer.from(text)];
const poison: Operation = ['outbox.addWithdrawal', null, Buffer.alloc(8), 1, 2, 1, Buffer.alloc(33)];
const has = (key: string) => store.get('meta.get', key) !== undefined;

test('batches committed in one turn all resolve, in order, and are readable at once', async () => {
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => store.commit([put(`k${index}`)]).then(() => order.push(index))),
  );
  expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(has('k0') && has('k49')).toBe(true);
});

test('one poisoned batch fails alone, with a name for it and none of its values', async () => {
  const good = [store.commit([put('a')]), store.commit([put('c')])];
  const bad = store.commit([put('b', 'secret name'), poison]);
  await expect(bad).rejects.toMatchObject({ code: 'refused', nothingWasStored: true });
  await expect(bad).rejects.not.toThrow(/secret/);
  await Promise.all(good);
  expect([has('a'), has('b'), has('c')]).toEqual([true, false, true]);
});

test('a commit made the moment the one before it resolves is never left waiting', async () => {
  for (let round = 0; round < 50; round++) await store.commit([put(`k${round}`)]);
  await (async () => store.commit([put('a')]))();
  await store.commit([put('b')]);
  expect([has('k49'), has('a'), has('b')]).toEqual([true, true, true]);
});

test('what leans on a refused batch is refused with it, in the same group and in later ones', async () => {
  const sameGroup = [
    store.commit([put('a')], 1),
    store.commit([put('b'), poison], 1),
    store.commit([put('c')], 1),
    store.commit([put('d')]),
  ];
  const outcomes = await Promise.allSettled(sameGroup);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
  await expect(store.commit([put('e')], 1)).rejects.toMatchObject({ code: 'refused', nothingWasStored: true });
  await store.commit([put('f')], 2);
  expect(['a', 'b', 'c', 'd', 'e', 'f'].filter(has)).toEqual(['a', 'd', 'f']);
});

test('an overloaded lineage is refused only after what it had queued, and stays refused', async () => {
  const order: string[] = [];
  const note = (name: string, promise: Promise<void>) =>
    promise.then(
      () => order.push(`${name} stored`),
      () => order.push(`${name} refused`),
    );
  const many = Array.from({ length: 100_001 }, () => put('x'));
  await Promise.all([
    note('first', store.commit([put('a')], 7)),
    note('large', store.commit(many, 7)),
    note('later', store.commit([put('b')], 7)),
    note('other', store.commit([put('c')], 8)),
  ]);
  expect(order.indexOf('first stored')).toBeLessThan(order.indexOf('large refused'));
  expect(['a', 'b', 'c'].filter(has)).toEqual(['a', 'c']);
});

test('what was queued behind a refused batch it leans on is refused, although it is in a later group', async () => {
  const first = store.commit([put('a'), poison], 1);
  await Promise.resolve();
  await Promise.resolve();
  const later = store.commit([put('b')], 1);
  const other = store.commit([put('c')], 2);
  const outcomes = await Promise.allSettled([first, later, other]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

test('an empty batch costs nothing', async () => {
  await expect(store.commit([])).resolves.toBeUndefined();
});

test('numbered arguments may be used twice', async () => {
  await store.commit([['outbox.voidUnused', 1, Buffer.alloc(8, 7), 3, 2]]);
  expect(store.all('outbox.voidsIn', 1, Buffer.alloc(8, 7), 4, 9)).toEqual([{ first: 3, count: 2 }]);
});

test('more operations than may wait are refused at once', async () => {
  const many = Array.from({ length: 100_001 }, () => put('x'));
  await expect(store.commit(many)).rejects.toMatchObject({ code: 'overload' });
});

test('closing commits what is queued and refuses what comes later', async () => {
  const last = store.commit([put('last')]);
  const closing = store.close();
  await expect(store.commit([put('late')])).rejects.toMatchObject({ code: 'closed' });
  await Promise.all([last, closing]);
  store = await openStore({ file, home: 'home', onFault: () => undefined });
  expect([has('last'), has('late')]).toEqual([true, false]);
});

test('scrub leaves nothing in the write-ahead log', async () => {
  await store.commit([put('a', 'canary-in-the-log')]);
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  await store.scrub();
  expect(statSync(`${file}-wal`).size).toBe(0);
});

test('the log stays bounded over many commits although the writer never checkpoints', async () => {
  const row = 'x'.repeat(500);
  for (let round = 0; round < 60; round++) {
    await store.commit(Array.from({ length: 500 }, (_, index) => put(`k${index}`, `${round}${row}`)));
  }
  expect(statSync(`${file}-wal`).size).toBeLessThan(30 * 1024 * 1024);
});

test('a lock held by another program refuses the batch after a while, and the store goes on', async () => {
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  await expect(store.commit([put('a')])).rejects.toMatchObject({ code: 'refused' });
  other.exec('ROLLBACK');
  other.close();
  await store.commit([put('b')]);
  expect([has('a'), has('b')]).toEqual([false, true]);
  expect(faults).toEqual([]);
});
