import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LeftToday } from '../../../../gateway/household/left-today.ts';
import { firstSince } from '../../../../gateway/journal/first-since.ts';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import { type Home, openHome, release } from '../outbox/home.ts';

let home: Home;
let outbox: Outbox;

beforeEach(async () => {
  home = await openHome();
  home.agreement(1, 1);
  outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
});
afterEach(() => home.close());

async function enter(...times: number[]): Promise<void> {
  for (const atMs of times) await outbox.commit(outbox.enqueue(release({ agreement: 1 }), atMs));
  await home.store.settle();
}

const first = (atMs: number) => firstSince(home.store, atMs);
/** The id of the entry with which everything since an instant begins; undefined when there is none. */
const found = (atMs: number) => home.store.get<{ id: number }>('journal.from', first(atMs))?.id;

// Guards the bisection that replaced an index over years of entries, at each place it can end.
test('the first entry since an instant is found, also between, before and behind all entries', async () => {
  expect(found(0)).toBeUndefined();
  await enter(100, 200, 200, 300);
  expect([0, 100, 101, 200, 201, 300].map(found)).toEqual([2, 2, 3, 3, 5, 5]);
  expect(first(301)).toBe(6);
});

test('it is found where ids are missing: other items, ended runs, entries that were trimmed', async () => {
  await enter(100, 200);
  for (let more = 0; more < 5; more += 1) outbox.enqueue(release({ agreement: 1 }), 0);
  await outbox.commit(outbox.enqueueWithdrawal({ eraseKey: '5a'.repeat(32), categories: ['lock.state'] }, 1));
  await enter(300);
  await outbox.commit(outbox.purge(1));
  await home.store.commit([['journal.trim', 8]]);
  await home.store.settle();
  const ids = home.store.all<{ id: number }>('journal.page', 1_000, 100).map(({ id }) => id);
  expect(ids).toEqual([10, 3]);
  // Whatever id stands for it, what counts from it on is right.
  const since = (atMs: number) =>
    home.store.all<{ count: number }>('journal.since', first(atMs)).reduce((sum, { count }) => sum + count, 0);
  expect([0, 200, 201, 300, 301].map(since)).toEqual([2, 2, 1, 1, 0]);
});

test('what left since midnight is read at the start, counted along, and begins anew at midnight', async () => {
  await enter(100, 200, 300);
  let midnight = 200;
  const left = new LeftToday(home.store, () => midnight);
  expect([left.of('offer'), left.of('other')]).toEqual([2, 0]);
  left.add('offer');
  left.add('other');
  expect([left.of('offer'), left.of('other')]).toEqual([3, 1]);
  midnight = 1_000;
  expect([left.of('offer'), left.of('other')]).toEqual([0, 0]);
  left.add('offer');
  expect(left.of('offer')).toBe(1);
});

// Guards the first record after midnight: it must not be counted to the day before and then be forgotten with it.
test('the first record of a day counts to that day though nobody asked since midnight', async () => {
  let midnight = 0;
  const left = new LeftToday(home.store, () => midnight);
  left.add('offer');
  midnight = 1_000;
  left.add('offer');
  expect(left.of('offer')).toBe(1);
});
