import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { assert, asyncProperty, integer } from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOG_PAGE_BYTES } from '../../../../gateway/store/log/record.ts';
import type { Store } from '../../../../gateway/store/store.ts';
import { device, HomeOnDisk, put, valueAt } from './home-on-disk.ts';

const homes: HomeOnDisk[] = [];
let home: HomeOnDisk;
let store: Store;

beforeEach(async () => {
  home = new HomeOnDisk();
  homes.push(home);
  store = await home.open();
});
afterEach(async () => {
  for (const one of homes.splice(0)) await one.remove();
});

function cut(from = home): HomeOnDisk {
  const image = from.afterPowerCut();
  homes.push(image);
  return image;
}

const held = (opened: Store, keys: readonly string[]) => keys.filter((key) => valueAt(opened, key) !== undefined);
const keysTo = (count: number) => Array.from({ length: count }, (_, index) => `k${index}`);

test('what was committed and never settled is there after a cut of power', async () => {
  for (const key of keysTo(5)) await store.commit([put(key)]);
  store.later([put('later')]);
  const image = cut();
  const after = await image.open();
  expect(held(after, [...keysTo(5), 'later'])).toEqual(keysTo(5));
  expect(image.salvaged).toEqual([]);
});

test('operations for later are durable with the next commit', async () => {
  store.later([put('later')]);
  await store.commit([put('a')]);
  expect(held(await cut().open(), ['later', 'a'])).toEqual(['later', 'a']);
});

test('nothing is taken twice: what was settled and what was not add up', async () => {
  const count = (opened: Store) => opened.all<{ count: number }>('refusal.since', 0).map((row) => row.count);
  for (let round = 0; round < 3; round += 1) {
    await store.commit([['refusal.add', 1, 1, 'noGrant', 5]]);
    await store.settle();
    await store.commit([['refusal.add', 1, 1, 'noGrant', 2]]);
  }
  expect(count(await cut().open())).toEqual([21]);
  expect(count(await cut(cut()).open())).toEqual([21]);
  await store.close();
  expect(count(await home.open())).toEqual([21]);
});

test('a home lives through many cuts, each right after a commit, and its log goes round many times', async () => {
  let current = home;
  let opened = store;
  await opened.close();
  opened = await current.open({ logBytes: 16 * LOG_PAGE_BYTES });
  const promised: string[] = [];
  for (let life = 0; life < 12; life += 1) {
    for (let round = 0; round < 9; round += 1) {
      const key = `${life}/${round}`;
      await opened.commit([put(key, 'x'.repeat(700 * (round % 5)))]);
      promised.push(key);
      if (round === life % 4) await opened.settle();
    }
    if (life % 3 === 2) await opened.commit([device(life)]);
    current = cut(current);
    opened = await current.open({ logBytes: 16 * LOG_PAGE_BYTES });
    expect(held(opened, promised)).toEqual(promised);
    expect(current.salvaged).toEqual([]);
  }
});

test('a torn last record is ignored, and everything before it is there, wherever it is torn', async () => {
  for (const key of keysTo(4)) await store.commit([put(key, key.repeat(3_000))]);
  const size = 2 * LOG_PAGE_BYTES;
  const begin = readFileSync(home.log).lastIndexOf('EngL');
  await assert(
    asyncProperty(integer({ min: 0, max: 6_000 }), async (kept) => {
      const image = home.afterPowerCut();
      const log = readFileSync(image.log);
      log.fill(0, begin + kept, begin + size);
      writeFileSync(image.log, log);
      const after = await image.open();
      expect(held(after, keysTo(4))).toEqual(keysTo(3));
      expect(image.salvaged).toEqual([]);
      await after.commit([put('after')]);
      await after.settle();
      expect(held(after, ['after'])).toEqual(['after']);
      await image.remove();
    }),
    { numRuns: 15 },
  );
});

test('a damaged record with later ones behind it is said, and what is whole is kept', async () => {
  for (const key of keysTo(4)) await store.commit([put(key)]);
  const image = cut();
  const log = readFileSync(image.log);
  log[LOG_PAGE_BYTES + 30] = (log[LOG_PAGE_BYTES + 30] ?? 0) ^ 1;
  writeFileSync(image.log, log);
  const after = await image.open();
  expect(held(after, keysTo(4))).toEqual(['k0', 'k2', 'k3']);
  expect(image.salvaged).toEqual([expect.stringContaining('1 damaged record')]);
  await after.commit([put('after')]);
  const again = cut(image);
  expect(held(await again.open(), ['k3', 'after'])).toEqual(['k3', 'after']);
  expect(again.salvaged).toEqual([]);
});

test('a log that is missing after an unclean end is said; after an orderly one it is just made', async () => {
  await store.commit([put('a')]);
  await store.settle();
  const image = cut();
  rmSync(image.log);
  expect(held(await image.open(), ['a'])).toEqual(['a']);
  expect(image.salvaged).toEqual([expect.stringContaining('log was missing')]);
  await store.close();
  rmSync(home.log);
  const after = await home.open();
  await after.commit([put('b')]);
  expect(home.salvaged).toEqual([]);
});

test('a log that was cut short gives what is whole', async () => {
  for (const key of keysTo(6)) await store.commit([put(key)]);
  const image = cut();
  truncateSync(image.log, 3 * LOG_PAGE_BYTES);
  const after = await image.open();
  expect(held(after, keysTo(6))).toEqual(keysTo(3));
  await after.commit([put('after')]);
});

test('a log of another home, or an older life of this one, is not taken', async () => {
  await store.commit([put('a')]);
  const image = cut();
  await store.close();
  const other = new HomeOnDisk();
  homes.push(other);
  const otherStore = await other.open();
  await otherStore.commit([put('b')]);
  await otherStore.close();
  writeFileSync(other.log, readFileSync(image.log));
  expect(held(await other.open(), ['a', 'b'])).toEqual(['b']);
});

test('an older database beside a newer log takes from it what it can', async () => {
  await store.commit([put('a')]);
  const old = cut();
  await store.commit([put('b')]);
  writeFileSync(old.log, readFileSync(home.log));
  expect(held(await old.open(), ['a', 'b'])).toEqual(['a', 'b']);
});

test('an operation the tables refuse is skipped and counted, and everything else is kept', async () => {
  await store.commit([['journal.add', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]]);
  await store.settle();
  const doubled = store.commit([['journal.add', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], put('a')]);
  await doubled;
  await store.commit([put('b')]);
  const image = cut();
  await store.settle();
  expect([home.refused, held(store, ['a', 'b'])]).toEqual([1, ['a', 'b']]);
  await store.settle();
  expect(home.refused).toBe(1);
  const after = await image.open();
  expect([image.refused, held(after, ['a', 'b'])]).toEqual([1, ['a', 'b']]);
});

test('a batch for the tables goes through although something logged before it is refused', async () => {
  const row = ['journal.add', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] as const;
  await store.commit([row]);
  await store.commit([row, put('a')]);
  await store.commit([device(1)]);
  expect([home.refused, held(store, ['a']), store.all('device.all').length]).toEqual([1, ['a'], 1]);
});

test('an orderly end leaves nothing to recover and no write-ahead log', async () => {
  await store.commit([put('a')]);
  await store.close();
  const database = new Database(home.file, { readonly: true });
  expect(JSON.parse(String(database.prepare("SELECT value FROM meta WHERE key = 'log'").pluck().get()))).toMatchObject({
    isOpen: false,
    sequence: 2,
  });
  database.close();
});
