import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Names } from '../../../../gateway/outbox/names.ts';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import { Runs } from '../../../../gateway/outbox/runs.ts';
import { type Home, openHome, pending, release } from './home.ts';

const KEY = 'aa'.repeat(16);
const NEW_KEY = 'bb'.repeat(16);
const offer = 'cc'.repeat(16);

let home: Home;
beforeEach(async () => {
  home = await openHome();
  for (const id of [1, 2]) home.agreement(id, 1);
});
afterEach(() => home.close());

describe('names', () => {
  test('are numbered once, in each agreement for itself, and made durable until one of them is', async () => {
    const names = new Names(home.store, 1);
    const id = names.number({ agreement: 1, writeKey: KEY, offer });
    expect(names.number({ agreement: 1, writeKey: KEY, offer })).toBe(id);
    const other = names.number({ agreement: 2, writeKey: KEY, offer });
    expect([other === id, names.under(1), names.under(2), names.under(3)]).toEqual([false, [id], [other], []]);
    // Guards a name that was given in a commit that failed: the next release must bring it again.
    expect([names.adding(id).length, names.adding(id).length, names.adding(99)]).toEqual([1, 1, []]);
    names.stored(id);
    expect([names.adding(id), names.adding(other).length]).toEqual([[], 1]);
  });

  // Guards that numbers are never given twice, also where another operator has names.
  test('are read back with their numbers, those of another operator only as used numbers', async () => {
    home.agreement(7, 2);
    const names = new Names(home.store, 1);
    const mine = names.number({ agreement: 1, writeKey: KEY, offer });
    const foreign = names.number({ agreement: 7, writeKey: NEW_KEY, offer });
    await home.store.commit([...names.adding(mine), ...names.adding(foreign)]);
    await home.store.settle();
    const again = new Names(home.store, 1);
    expect([again.get(mine), again.get(foreign)]).toEqual([{ agreement: 1, writeKey: KEY, offer }, undefined]);
    expect(again.adding(mine)).toEqual([]);
    expect(again.number({ agreement: 2, writeKey: KEY, offer })).toBe(foreign + 1);
  });

  test('keep their number when their key changes, in memory and on disk; an unknown key changes nothing', async () => {
    const names = new Names(home.store, 1);
    const id = names.number({ agreement: 1, writeKey: KEY, offer });
    await home.store.commit(names.adding(id));
    const changes = [
      { from: KEY, to: NEW_KEY },
      { from: 'dd'.repeat(16), to: 'ee'.repeat(16) },
    ];
    await home.store.commit(names.rekey(1, changes));
    await home.store.settle();
    for (const each of [names, new Names(home.store, 1)]) {
      expect([each.get(id)?.writeKey, each.under(1)]).toEqual([NEW_KEY, [id]]);
      expect(each.number({ agreement: 1, writeKey: NEW_KEY, offer })).toBe(id);
    }
  });
});

describe('runs', () => {
  const bytes = (byte: string) => Buffer.from(byte.repeat(8), 'hex');
  const [one, two] = ['11'.repeat(8), '22'.repeat(8)];

  test('give each id its run and sequence, and none to the id between two runs', async () => {
    const first = await Outbox.open({ store: home.store, operator: 1, randomBytes: () => bytes('11') });
    const three = () => Array.from({ length: 3 }, () => first.enqueue(release({ agreement: 1 }), 0)).flat();
    await first.commit(three());
    await home.store.settle();
    const runs = new Runs(home.store, 1, bytes('22'));
    expect([runs.place(2), runs.place(4), runs.place(6)]).toEqual([
      { run: one, seq: 1 },
      { run: one, seq: 3 },
      { run: two, seq: 1 },
    ]);
    expect(() => runs.place(1)).toThrow(RangeError);
    expect([runs.id(one, 3), runs.id(two, 1), runs.id('33'.repeat(8), 1)]).toEqual([4, 6, undefined]);
    expect([runs.knows(one), runs.knows(two), runs.knows('33'.repeat(8))]).toEqual([true, true, false]);
  });

  // Guards `idsIn`: sequences that an ended run drew and never stored have no ids, because those belong to the next run.
  test('end where the next begins', async () => {
    const first = await Outbox.open({ store: home.store, operator: 1, randomBytes: () => bytes('11') });
    await first.commit(first.enqueue(release({ agreement: 1 }), 0));
    await home.store.settle();
    const runs = new Runs(home.store, 1, bytes('22'));
    expect(runs.base).toBe(3);
    expect(runs.idsIn(one, { first: 1, last: 9 })).toEqual({ first: 2, last: 2 });
    expect(runs.idsIn(one, { first: 2, last: 9 })).toBeUndefined();
    expect(runs.idsIn(two, { first: 1, last: 9 })).toEqual({ first: 4, last: 12 });
    expect(runs.idsIn('33'.repeat(8), { first: 1, last: 9 })).toBeUndefined();
  });

  test('are made durable with every item until one is stored', () => {
    const runs = new Runs(home.store, 1, bytes('22'));
    expect([runs.opening().length, runs.opening().length]).toEqual([1, 1]);
    runs.stored();
    expect(runs.opening()).toEqual([]);
  });
});

// Guards what `TableRows` remembers of the tables: a row that a later look may find must not be passed over.
describe('rows in the tables', () => {
  test('are found again after what held them was left out, and after others were taken', async () => {
    const outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
    for (const agreement of [1, 1, 2, 1])
      await outbox.commit(outbox.enqueue(release({ agreement, value: agreement }), 0));
    await home.store.settle();
    const held = [{ agreement: 1, category: 'power.appliance' as const }];
    const read = (except = held) => pending(outbox, 'shaped', 10, except).map(({ seq }) => seq);
    expect([read(), read(), read([]), read()]).toEqual([[3], [3], [1, 2, 3, 4], [3]]);
    outbox.exit.acknowledge({ run: outbox.run, intervals: [{ first: 1, last: 3 }] });
    expect([read(), read([])]).toEqual([[], [4]]);
    await home.store.settle();
    await outbox.commit(outbox.enqueue(release({ agreement: 2 }), 0));
    expect([read(), read([])]).toEqual([[5], [4, 5]]);
    await home.store.settle();
    expect([read(), read([])]).toEqual([[5], [4, 5]]);
  });

  test('of another operator are none of this outbox', async () => {
    home.agreement(9, 2);
    const other = await Outbox.open({ store: home.store, operator: 2, randomBytes });
    await other.commit(other.enqueue(release({ agreement: 9 }), 0));
    await home.store.settle();
    const outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
    await outbox.commit(outbox.enqueue(release({ agreement: 1 }), 0));
    await home.store.settle();
    expect(pending(outbox, 'shaped').map(({ agreement }) => agreement)).toEqual([1]);
  });
});
