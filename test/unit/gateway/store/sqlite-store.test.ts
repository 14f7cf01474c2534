import { readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '../../../../gateway/limits.ts';
import type { Operation, Store } from '../../../../gateway/store/store.ts';
import { device, HomeOnDisk, poison, put, valueAt } from './home-on-disk.ts';

let home: HomeOnDisk;
let store: Store;

beforeEach(async () => {
  home = new HomeOnDisk();
  store = await home.open();
});
afterEach(() => home.remove());

/** Keys that the tables hold once everything is settled. */
async function stored(...keys: string[]): Promise<string[]> {
  await store.settle();
  return keys.filter((key) => valueAt(store, key) !== undefined);
}

test('batches committed in one turn all resolve, in order, at one position', async () => {
  const order: number[] = [];
  const positions = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      const position = await store.commit([put(`k${index}`)]);
      order.push(index);
      return position;
    }),
  );
  expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
  expect(new Set(positions).size).toBe(1);
  expect(await stored('k0', 'k49')).toEqual(['k0', 'k49']);
});

test('positions grow, whichever way a batch goes', async () => {
  const positions = [
    await store.commit([put('a')]),
    await store.commit([device(1)]),
    await store.commit([put('b')]),
    await store.commit([put('c')]),
  ];
  expect(positions).toEqual([...positions].sort((one, other) => one - other));
  expect(new Set(positions).size).toBe(4);
});

test('what is logged is seen by reads from the turn on in which the listeners are called', async () => {
  const seen: [number, string | undefined][] = [];
  store.onSettled((position) => seen.push([position, valueAt(store, 'a')]));
  const position = await store.commit([put('a', '1')]);
  expect(valueAt(store, 'a')).toBeUndefined();
  await store.settle();
  expect(seen).toEqual([[position, '1']]);
  expect(valueAt(store, 'a')).toBe('1');
});

test('a batch that goes to the tables takes everything logged before with it, and listeners hear before it resolves', async () => {
  const told: (number | string)[] = [];
  store.onSettled((position) => told.push(position));
  await store.commit([put('a')]);
  const position = await store.commit([device(1), put('b')]);
  told.push('resolved');
  expect(told).toEqual([position, 'resolved']);
  expect(['a', 'b'].filter((key) => valueAt(store, key))).toEqual(['a', 'b']);
});

test('batches are stored in the order of the calls, whichever way they go', async () => {
  await Promise.all([
    store.commit([put('a', '1')]),
    store.commit([put('a', '2'), device(1)]),
    store.commit([put('a', '3')]),
    store.commit([put('b', '1'), device(2)]),
    store.commit([put('b', '2')]),
  ]);
  await store.settle();
  expect([valueAt(store, 'a'), valueAt(store, 'b')]).toEqual(['3', '2']);
});

test('while settling goes on, reads stay where they were', async () => {
  await store.commit([put('a', '1')]);
  await store.settle();
  await store.commit([put('a', '2')]);
  const settling = store.settle();
  const seen = new Set<string | undefined>();
  let isDone = false;
  store.onSettled(() => {
    isDone = true;
  });
  while (!isDone) {
    seen.add(valueAt(store, 'a'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await settling;
  expect([...seen]).toEqual(['1']);
  expect(valueAt(store, 'a')).toBe('2');
});

test('operations for later cost nothing and come with the next settling', async () => {
  store.later([put('a')]);
  expect(valueAt(store, 'a')).toBeUndefined();
  expect(await stored('a')).toEqual(['a']);
  expect(() => store.later([device(1)])).toThrow(TypeError);
});

test('settling with nothing to settle does nothing', async () => {
  const told: number[] = [];
  store.onSettled((position) => told.push(position));
  await store.settle();
  expect(told).toEqual([]);
});

test('what is only in the log settles by itself after a while', async () => {
  await store.close();
  store = await home.open({ settleMs: 1 });
  const settled = new Promise<number>((resolve) => store.onSettled(resolve));
  const position = await store.commit([put('a')]);
  expect(await settled).toBe(position);
  expect(valueAt(store, 'a')).toBe('x');
});

test('one poisoned batch fails alone, with a name for it and none of its values', async () => {
  const good = [store.commit([put('a'), device(1)]), store.commit([put('c'), device(2)])];
  const bad = store.commit([put('b', 'secret name'), poison]);
  await expect(bad).rejects.toMatchObject({ code: 'refused', nothingWasStored: true });
  await expect(bad).rejects.not.toThrow(/secret/);
  await Promise.all(good);
  expect(await stored('a', 'b', 'c')).toEqual(['a', 'c']);
});

test('what has no encoding is refused, and nothing of its batch is stored', async () => {
  const bad = store.commit([put('a'), ['meta.put', 'b', undefined] as unknown as Operation]);
  await expect(bad).rejects.toMatchObject({ code: 'refused', nothingWasStored: true });
  await store.commit([put('c')]);
  expect(await stored('a', 'b', 'c')).toEqual(['c']);
});

test('a commit made the moment the one before it resolves is never left waiting', async () => {
  for (let round = 0; round < 50; round++) await store.commit([put(`k${round}`)]);
  await (async () => store.commit([put('a')]))();
  await store.commit([put('b')]);
  expect(await stored('k49', 'a', 'b')).toEqual(['k49', 'a', 'b']);
});

test('what leans on a refused batch is refused with it, in the same group and in later ones', async () => {
  const sameGroup = [
    store.commit([put('a')], 1),
    store.commit([put('b'), poison], 1),
    store.commit([put('c'), device(1)], 1),
    store.commit([put('g')], 1),
    store.commit([put('d')]),
  ];
  const outcomes = await Promise.allSettled(sameGroup);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected', 'fulfilled']);
  await expect(store.commit([put('e')], 1)).rejects.toMatchObject({ code: 'refused', nothingWasStored: true });
  await store.commit([put('f')], 2);
  expect(await stored('a', 'b', 'c', 'd', 'e', 'f', 'g')).toEqual(['a', 'd', 'f']);
});

test('what is queued behind a refused batch is taken out of a record that others share', async () => {
  const bad = store.commit([poison], 1);
  const leaning = store.commit([put('a')], 1);
  const other = store.commit([put('b', 'x'.repeat(5_000))], 2);
  const leaningToo = store.commit([put('c')], 1);
  const outcomes = await Promise.allSettled([bad, leaning, other, leaningToo]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'rejected']);
  expect(await stored('a', 'b', 'c')).toEqual(['b']);
});

test('an overloaded lineage is refused only after what it had queued, and stays refused', async () => {
  const order: string[] = [];
  const note = (name: string, promise: Promise<number>) =>
    promise.then(
      () => order.push(`${name} stored`),
      () => order.push(`${name} refused`),
    );
  const many = Array.from({ length: LIMITS.queuedOperations + 1 }, () => put('x'));
  await Promise.all([
    note('first', store.commit([put('a')], 7)),
    note('large', store.commit(many, 7)),
    note('later', store.commit([put('b')], 7)),
    note('other', store.commit([put('c')], 8)),
  ]);
  expect(order.indexOf('first stored')).toBeLessThan(order.indexOf('large refused'));
  expect(await stored('a', 'b', 'c')).toEqual(['a', 'c']);
});

test('an empty batch costs nothing', async () => {
  const position = await store.commit([put('a')]);
  await expect(store.commit([])).resolves.toBe(position);
});

test('numbered arguments may be used twice', async () => {
  await store.commit([['outbox.voidUnused', 1, Buffer.alloc(8, 7), 3, 2, 100]]);
  expect(store.all('outbox.voids', 1)).toEqual([{ run: Buffer.alloc(8, 7), first: 3, count: 2 }]);
});

test('more operations than may wait are refused at once', async () => {
  const many = Array.from({ length: LIMITS.queuedOperations + 1 }, () => put('x'));
  await expect(store.commit(many)).rejects.toMatchObject({ code: 'overload' });
});

test('many commits at once fill records and all arrive', async () => {
  const text = 'x'.repeat(400);
  await Promise.all(Array.from({ length: 5_000 }, (_, index) => store.commit([put(`k${index}`, `${index} ${text}`)])));
  await store.settle();
  expect(valueAt(store, 'k0')).toBe(`0 ${text}`);
  expect(valueAt(store, 'k4999')).toBe(`4999 ${text}`);
});

test('a batch larger than a record goes to the tables', async () => {
  const large = Buffer.alloc(LIMITS.logRecordBytes, 7);
  await store.commit([['meta.put', 'a', large]]);
  expect(store.get('meta.get', 'a')).toEqual({ value: large });
});

test('a gathering time lets commits that come later share a record', async () => {
  await store.close();
  store = await home.open({ gatherMs: 50 });
  const first = store.commit([put('a')]);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const second = store.commit([put('b')]);
  expect(await first).toBe(await second);
});

test('closing commits what is queued and refuses what comes later', async () => {
  const last = store.commit([put('last')]);
  store.later([put('lazy')]);
  const closing = store.close();
  await expect(store.commit([put('late')])).rejects.toMatchObject({ code: 'closed' });
  await expect(store.settle()).rejects.toMatchObject({ code: 'closed' });
  await Promise.all([last, closing]);
  store = await home.open();
  expect(['last', 'lazy', 'late'].filter((key) => valueAt(store, key))).toEqual(['last', 'lazy']);
});

test('the write-ahead log stays bounded over many settlings', async () => {
  const row = 'x'.repeat(500);
  for (let round = 0; round < 60; round++) {
    await store.commit(Array.from({ length: 500 }, (_, index) => put(`k${index}`, `${round}${row}`)));
    await store.settle();
  }
  expect(statSync(`${home.file}-wal`).size).toBeLessThan(16 * 1024 * 1024);
});

test('a lock held by another program refuses what goes to the tables after a while, and stops no other commit', async () => {
  await store.commit([device(1)]);
  const other = new Database(home.file);
  other.exec('BEGIN IMMEDIATE');
  await store.commit([put('b')]);
  await expect(store.commit([put('a'), device(2)])).rejects.toMatchObject({ code: 'refused' });
  other.exec('ROLLBACK');
  other.close();
  await store.commit([put('c')]);
  expect(await stored('a', 'b', 'c')).toEqual(['b', 'c']);
  expect(home.faults).toEqual([]);
});

test('scrub leaves nothing in the write-ahead log and nothing that is settled in the log', async () => {
  await store.commit([put('a', 'canary-in-the-log')]);
  await store.scrub();
  expect(statSync(`${home.file}-wal`).size).toBe(0);
  expect(readFileSync(home.log).every((byte) => byte === 0)).toBe(true);
  await store.commit([put('b', 'after the scrub')]);
  expect(readFileSync(home.log).includes('after the scrub')).toBe(true);
});

test('settling that is asked for while another is under way resolves only once reads see that too', async () => {
  for (let round = 0; round < 20; round += 1) {
    await store.commit([put('a', String(round))]);
    const first = store.settle();
    await new Promise((resolve) => setImmediate(resolve));
    await store.settle();
    expect(valueAt(store, 'a')).toBe(String(round));
    await first;
  }
});
