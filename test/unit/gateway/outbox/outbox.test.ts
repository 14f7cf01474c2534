import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import type { Release } from '../../../../gateway/pseudonymize/release.ts';
import type { Operation } from '../../../../gateway/store/store.ts';
import { pseudonym, writeKey } from '../../../../proto/keys.ts';
import { type Home, openHome, pending, release } from './home.ts';

let home: Home;
let outbox: Outbox;

beforeEach(async () => {
  home = await openHome();
  home.agreement(1, 1);
  home.agreement(2, 1);
  outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
});
afterEach(() => home.close());

const poison: Operation = ['erasure.add', 'x', 3, null];
const ERASE = '5a'.repeat(32);

async function enqueue(count: number, wanted = { agreement: 1 }): Promise<void> {
  await outbox.commit(Array.from({ length: count }, () => outbox.enqueue(release(wanted), 0)).flat());
}

/** The id of a sequence of an outbox that began on an empty store. */
const idOf = (sequence: number) => sequence + 1;

const idsOf = (limit: number) => pending(outbox, 'shaped', limit).map(({ id }) => id);

const sequences = () => pending(outbox, 'shaped', 100).map(({ seq }) => seq);

test('what is enqueued comes back as the record it was, with its agreement and ordinal', async () => {
  await outbox.commit(outbox.enqueue(release({ agreement: 2, lane: 'prompt', value: -40 }), 0));
  const [row] = pending(outbox, 'prompt', 10);
  expect(row).toEqual({
    id: 2,
    run: outbox.run,
    seq: 1,
    agreement: 2,
    ordinal: 2,
    lane: 'prompt',
    record: {
      writeKey: 'cd'.repeat(16),
      offer: 'ab'.repeat(16),
      category: 'power.appliance',
      property: 'power.active',
      quantity: 'mean_power_w',
      timeS: 1_790_000_100,
      windowS: 900,
      value: -40,
      observedPermille: 987,
      estimatedTime: false,
    },
  });
});

test('a look-alike of a release throws', () => {
  const copy = { fields: () => release({ agreement: 1 }).fields() } as unknown as Release;
  expect(() => outbox.enqueue(copy, 0)).toThrow(TypeError);
  expect(() => outbox.enqueue(Object.create(release({ agreement: 1 })), 0)).toThrow(TypeError);
});

test('each outbox draws its own run, and sequences count in it from 1', async () => {
  await enqueue(2);
  const next = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  await next.commit(next.enqueue(release({ agreement: 1 }), 0));
  expect(next.run).not.toBe(outbox.run);
  await home.store.settle();
  expect(pending(next, 'shaped', 9).map(({ run, seq }) => [run, seq])).toEqual([
    [outbox.run, 1],
    [outbox.run, 2],
    [next.run, 1],
  ]);
});

test('the sequences of a failed commit become void, and later ones are not disturbed', async () => {
  await enqueue(1);
  const failing = outbox.commit([...outbox.enqueue(release({ agreement: 1 }), 0), poison]);
  const good = outbox.commit(outbox.enqueue(release({ agreement: 1 }), 0));
  await expect(failing).rejects.toMatchObject({ code: 'refused' });
  await good;
  await outbox.settle();
  expect(sequences()).toEqual([1, 3]);
  expect(outbox.exit.voids(10)).toEqual([{ run: outbox.run, first: 2, count: 1, void: true }]);
});

test('a sequence that is durable after all is never declared void', async () => {
  const operations = outbox.enqueue(release({ agreement: 1 }), 0);
  await outbox.commit(operations);
  outbox.failed(operations);
  await outbox.settle();
  expect(outbox.exit.voids(10)).toEqual([]);
});

test('void ranges that could not be committed are committed later', async () => {
  const { store } = home;
  let full = true;
  const moody = await Outbox.open({
    store: { ...proxy(store), commit: (batch) => (full ? Promise.reject(new Error('full')) : store.commit(batch)) },
    operator: 1,
    randomBytes,
  });
  await expect(moody.commit(moody.enqueue(release({ agreement: 1 }), 0))).rejects.toThrow('full');
  await moody.settle();
  full = false;
  await moody.settle();
  expect(moody.exit.voids(10)).toEqual([{ run: moody.run, first: 1, count: 1, void: true }]);
});

function proxy(store: Home['store']): Home['store'] {
  return {
    commit: (batch) => store.commit(batch),
    later: (operations) => store.later(operations),
    settle: () => store.settle(),
    backup: (toFile) => store.backup(toFile),
    onSettled: (listener) => store.onSettled(listener),
    all: (statement, ...args) => store.all(statement, ...args),
    get: (statement, ...args) => store.get(statement, ...args),
    scrub: () => store.scrub(),
    figures: () => store.figures(),
    close: () => store.close(),
  };
}

test('a purge takes only its agreement and categories, leaves withdrawals, and collapses neighbours', async () => {
  await enqueue(3);
  await enqueue(1, { agreement: 2 });
  const lock = { agreement: 1, category: 'lock.state' as const };
  await outbox.commit([...outbox.enqueue(release(lock), 0), ...outbox.enqueue(release(lock), 0)]);
  await outbox.commit(outbox.enqueueWithdrawal({ eraseKey: ERASE, categories: ['power.appliance'] }, 1));
  await outbox.commit(outbox.purge(1, ['power.appliance']));
  expect(sequences()).toEqual([4, 5, 6]);
  expect(outbox.exit.voids(10)).toEqual([{ run: outbox.run, first: 1, count: 3, void: true }]);
  await outbox.commit(outbox.purge(1));
  expect(sequences()).toEqual([4]);
  expect(outbox.exit.erasures()).toHaveLength(1);
});

test('an acknowledgement deletes records and covered void ranges of its run, and no withdrawal', async () => {
  await enqueue(4);
  await outbox.commit(outbox.enqueueWithdrawal({ eraseKey: ERASE, categories: ['power.appliance'] }, 1));
  await outbox.commit(outbox.exit.dropped([idOf(2)], 'withheld'));
  const acknowledged = {
    run: outbox.run,
    intervals: [
      { first: 1, last: 3 },
      { first: 5, last: 5 },
    ],
  };
  expect(outbox.exit.acknowledge(acknowledged)).toBe(2);
  expect([outbox.exit.acknowledge(acknowledged), outbox.waiting()]).toEqual([0, 2]);
  expect(sequences()).toEqual([4]);
  expect(outbox.exit.voids(10)).toEqual([]);
  expect(outbox.exit.erasures()).toHaveLength(1);
});

test('only the receipt for the same pseudonym and categories ends a withdrawal', async () => {
  await outbox.commit(outbox.enqueueWithdrawal({ eraseKey: ERASE, categories: ['lock.state', 'power.total'] }, 1));
  const name = pseudonym(writeKey(Buffer.from(ERASE, 'hex'))).toString('hex');
  const receipt = { pseudonym: name, erasedAtS: 1, signature: '' };
  expect(outbox.exit.receipted({ ...receipt, categories: ['lock.state'] })).toEqual([]);
  expect(
    outbox.exit.receipted({ ...receipt, pseudonym: '00'.repeat(16), categories: ['lock.state', 'power.total'] }),
  ).toEqual([]);
  await outbox.commit(outbox.exit.receipted({ ...receipt, categories: ['power.total', 'lock.state'] }));
  expect(outbox.exit.erasures()).toEqual([]);
});

test('the journal follows: provided, withdrawn, withheld, quarantined', async () => {
  await enqueue(5);
  outbox.exit.acknowledge({ run: outbox.run, intervals: [{ first: 1, last: 1 }] });
  await outbox.commit(outbox.exit.dropped([idOf(2)], 'withheld'));
  await outbox.commit(outbox.exit.dropped([idOf(3)], 'quarantined'));
  await outbox.commit(outbox.purge(1));
  expect(await home.outcomes()).toEqual(['provided', 'withheld', 'quarantined', 'withdrawn', 'withdrawn']);
});

test('a replaced agreement has a word of its own in the journal', async () => {
  await enqueue(1);
  await outbox.commit(outbox.purge(1, undefined, 'replaced'));
  expect(await home.outcomes()).toEqual(['replaced']);
});

test('what was sent is never journaled as withdrawn, replaced or withheld, though it can be as quarantined', async () => {
  await enqueue(4);
  const [first, second, third] = pending(outbox, 'shaped', 3);
  if (!first || !second || !third) throw new Error('three rows wait');
  outbox.exit.handOut([first.id, second.id, third.id], []);
  await outbox.commit(outbox.exit.dropped([second.id], 'withheld'));
  await outbox.commit(outbox.exit.dropped([third.id], 'quarantined'));
  await outbox.commit(outbox.purge(1));
  expect(await home.outcomes()).toEqual(['sent', 'sent', 'quarantined', 'withdrawn']);
});

test('an acknowledgement finds what was sent and purged, unless it can be that of the void range', async () => {
  await enqueue(2);
  outbox.exit.handOut(idsOf(2), []);
  await outbox.commit(outbox.purge(1));
  outbox.exit.handOut([], [{ run: outbox.run, first: 2, count: 1, void: true }]);
  outbox.exit.acknowledge({ run: outbox.run, intervals: [{ first: 1, last: 2 }] });
  expect(await home.outcomes()).toEqual(['provided', 'sent']);
});

test('what was sent and has no answer yet is journaled so by the next settle, for the runs after this one', async () => {
  await enqueue(2);
  outbox.exit.handOut(idsOf(1), []);
  await outbox.settle();
  expect(await home.outcomes()).toEqual(['sent', 'waiting']);
  const later = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  await later.commit(later.purge(1));
  expect(await home.outcomes()).toEqual(['sent', 'withdrawn']);
});

test('what another outbox drew, before an enrolment, is none of this one', async () => {
  const operations = outbox.enqueue(release({ agreement: 1 }), 0);
  const later = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  later.failed([
    ...operations,
    ...later.enqueue(release({ agreement: 1 }), 0),
    ...later.enqueue(release({ agreement: 1 }), 0),
  ]);
  await later.settle();
  expect(later.exit.voids(10)).toEqual([{ run: later.run, first: 1, count: 2, void: true }]);
});

test('only a run with an item or a void range is known, and the run of this process', async () => {
  const runs = ['aa', 'bb', 'dd'].map((byte) => byte.repeat(8));
  const [rows, voids] = runs.map((run) => Buffer.from(run, 'hex'));
  if (!rows || !voids) throw new Error('three runs');
  const one = await Outbox.open({ store: home.store, operator: 1, randomBytes: () => rows });
  await one.commit(one.enqueue(release({ agreement: 1 }), 0));
  await one.commit([['outbox.voidUnused', 1, voids, 1, 1, null]]);
  const later = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  expect([...runs, later.run].map((run) => later.exit.knows(run))).toEqual([true, true, false, true]);
});

test('the rows of what is left out and of unconfirmed agreements are not among those that wait to be sent', async () => {
  home.agreement(3, 1, 3, false);
  await enqueue(1);
  await enqueue(1, { agreement: 2 });
  await enqueue(1, { agreement: 3 });
  const lock = { agreement: 1, category: 'lock.state' as const };
  await outbox.commit(outbox.enqueue(release(lock), 0));
  await outbox.commit(outbox.enqueueWithdrawal({ eraseKey: ERASE, categories: ['lock.state'] }, 2));
  expect(sequences()).toEqual([1, 2, 4]);
  expect(pending(outbox, 'shaped', 9, [lock]).map(({ seq }) => seq)).toEqual([1, 2]);
  expect(outbox.exit.erasures()).toHaveLength(1);
});

test('rekeying changes only the named keys of its agreement', async () => {
  await outbox.commit([
    ...outbox.enqueue(release({ agreement: 1, writeKey: '11'.repeat(16) }), 0),
    ...outbox.enqueue(release({ agreement: 1, writeKey: '22'.repeat(16) }), 0),
    ...outbox.enqueue(release({ agreement: 2, writeKey: '11'.repeat(16) }), 0),
  ]);
  await outbox.commit(outbox.rekey(1, [{ from: '11'.repeat(16), to: '33'.repeat(16) }]));
  const keys = pending(outbox, 'shaped').map((row) => row.record.writeKey.slice(0, 2));
  expect(keys).toEqual(['33', '22', '11']);
});

test('a hole of an older run becomes void where nothing is held; one of this run is left alone', async () => {
  await enqueue(5);
  await outbox.commit(outbox.exit.dropped([idOf(2)], 'withheld'));
  const later = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  await later.commit(later.exit.voidMissing(outbox.run, { first: 1, last: 9 }));
  expect(later.exit.voids(10).map(({ first, count }) => [first, count])).toEqual([
    [2, 1],
    [6, 4],
  ]);
  expect(later.exit.voidMissing(later.run, { first: 1, last: 9 })).toEqual([]);
});
