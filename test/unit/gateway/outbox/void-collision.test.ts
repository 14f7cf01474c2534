import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import type { Operation } from '../../../../gateway/store/store.ts';
import { type Home, openHome, pending, release } from './home.ts';

// Guards that of two void ranges that begin at the same sequence the longer one is kept, whichever statement declares it.

let home: Home;
let outbox: Outbox;
let ids: number[];

beforeEach(async () => {
  home = await openHome();
  home.agreement(1, 1);
  outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  for (let value = 1; value <= 3; value += 1) await outbox.commit(outbox.enqueue(release({ agreement: 1, value }), 0));
  await home.store.settle();
  ids = pending(outbox, 'shaped').map(({ id }) => id);
});
afterEach(() => home.close());

const declared = () => outbox.exit.voids(10).map(({ first, count }) => [first, count]);

test('rows dropped twice at once, first one of them, then all: every sequence is declared void', async () => {
  await Promise.all([
    outbox.commit(outbox.exit.dropped(ids.slice(0, 1), 'quarantined')),
    outbox.commit(outbox.exit.dropped(ids, 'withheld')),
  ]);
  expect([outbox.waiting(), declared()]).toEqual([0, [[1, 3]]]);
});

test('a shorter void range that begins where a longer one does takes nothing from it', async () => {
  await Promise.all([
    outbox.commit(outbox.exit.dropped(ids, 'withheld')),
    outbox.commit(outbox.exit.dropped(ids.slice(0, 1), 'quarantined')),
  ]);
  expect(declared()).toEqual([[1, 3]]);
});

test('a purge behind a void range of its first sequence declares the rest too', async () => {
  const shorter: Operation = ['outbox.void', 1, Buffer.from(outbox.run, 'hex'), 1, 1];
  await outbox.commit([shorter]);
  await outbox.commit(outbox.purge(1));
  expect(declared()).toEqual([[1, 3]]);
});

test('unused sequences behind a void range of the first of them are declared too', async () => {
  const run = Buffer.from(outbox.run, 'hex');
  await outbox.commit([['outbox.void', 1, run, 7, 1]]);
  await outbox.commit([['outbox.voidUnused', 1, run, 7, 4, null]]);
  expect(declared()).toEqual([[7, 4]]);
});
