import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { storeCell } from '../../../broker/ingest/store-cell.ts';
import { openBlock } from '../../../broker/store/seal.ts';
import type { BrokerStore, PublishedOffer } from '../../../broker/store/store.ts';
import { recordWithdrawal } from '../../../broker/withdrawals/withdrawals.ts';
import type { UpBody } from '../../../proto/wire.ts';
import { agreementKeys, record, upBody } from '../../unit/broker/kit.ts';

/** How the suite opens a store: each call of `open` is another worker on the same data. */
export interface Subject {
  open(): Promise<BrokerStore>;
  /** Destroys the data. */
  remove(): Promise<void>;
}

const HUB = '0123456789abcdef0123456789abcdef';
const RUN = '00112233445566aa';
const NOW = 1_790_000_000_000;
const surroundings = { now: () => NOW, random: randomBytes };
const home = { homeSecret: randomBytes(32), operator: randomBytes(32) };

const offer = (slug: string): PublishedOffer => ({
  key: randomBytes(16).toString('hex'),
  slug,
  version: 1,
  recipient: 'nagi-energy',
  purpose: 'energyAdvice',
  categories: ['power.total', 'power.appliance'],
  jws: `jws-of-${slug}`,
});

/** What every implementation of the broker's store must do. */
export function storeSuite(name: string, subject: () => Promise<Subject>): void {
  describe(`broker store: ${name}`, () => {
    let under: Subject;
    let one: BrokerStore;
    let two: BrokerStore;
    const energy = offer('energy-advice');
    const other = offer('family-care');
    const keys = agreementKeys(home, 1);
    const pair = { pseudonym: keys.pseudonym, category: 'power.appliance' as const };

    beforeEach(async () => {
      under = await subject();
      [one, two] = [await under.open(), await under.open()];
      await one.transact(async (transaction) => {
        const hub = { hub: HUB, publicKey: randomBytes(32), enrolmentKey: randomBytes(32) };
        await transaction.putHub({ ...hub, highestOrdinal: 0, enrolledHour: 1 });
        await transaction.putOffer(energy);
        await transaction.putOffer(other);
      });
    });
    afterEach(async () => {
      await one.close();
      await two.close();
      await under.remove();
    });

    const cell = (store: BrokerStore, body: UpBody) =>
      store.transact((transaction) => storeCell(transaction, HUB, body, surroundings));
    const withdrawal = async (store: BrokerStore) => {
      await store.transact((transaction) =>
        recordWithdrawal(transaction, { pseudonym: keys.pseudonym, categories: ['power.appliance'] }, NOW),
      );
      await store.eraseKeys([pair]);
    };
    const values = async (store: BrokerStore, slug = 'energy-advice'): Promise<number[]> =>
      (await store.entries(slug, 0, 1_000))
        .flatMap((entry) => (entry.kind === 'block' && entry.key ? (openBlock(entry.block, entry.key) ?? []) : []))
        .map((stored) => stored.value)
        .sort((a, b) => a - b);
    const tombstones = async (store: BrokerStore): Promise<number> =>
      (await store.entries('energy-advice', 0, 1_000)).filter((entry) => entry.kind === 'tombstone').length;
    const body = (first: number, ...list: number[]): UpBody =>
      upBody({ run: RUN, first, records: list.map((value) => record(keys.writeKey, energy.key, value)) });

    test('a replayed cell is stored once, whichever worker gets it', async () => {
      const sent = body(1, 10, 11);
      expect((await cell(one, sent)).acceptance.outcome).toBe('stored');
      expect((await cell(two, sent)).acceptance.outcome).toBe('duplicate');
      expect(await values(two)).toEqual([10, 11]);
    });

    test('two workers that take the same cell at the same moment store it once', async () => {
      const sent = body(1, 10, 11);
      const outcomes = await Promise.all([cell(one, sent), cell(two, sent), cell(one, sent)]);
      expect(outcomes.map((stored) => stored.acceptance.outcome).sort()).toEqual(['duplicate', 'duplicate', 'stored']);
      expect(await values(one)).toEqual([10, 11]);
    });

    test('reordered cells are all stored, and the intervals join', async () => {
      for (const [at, store] of [
        [5, one],
        [3, two],
        [1, one],
        [7, two],
      ] as const)
        await cell(store, body(at, at, at + 1));
      expect(await values(one)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      const intervals = await two.transact((transaction) => transaction.intervals(HUB, RUN));
      expect(intervals).toEqual([{ first: 1, last: 8 }]);
    });

    test('a cell that overlaps in part stores nothing and shows the intervals', async () => {
      await cell(one, body(1, 10, 11));
      const { acceptance } = await cell(two, body(2, 11, 12));
      expect(acceptance.refusal?.reason).toBe('partialOverlap');
      expect(acceptance.received.find((run) => run.run === RUN)?.intervals).toEqual([{ first: 1, last: 2 }]);
      expect(await values(one)).toEqual([10, 11]);
    });

    test('cell before withdrawal: stored, then gone', async () => {
      await cell(one, body(1, 10));
      await withdrawal(two);
      expect(await values(one)).toEqual([]);
      expect(await tombstones(one)).toBe(1);
    });

    test('withdrawal before cell: acknowledged, counted, never stored', async () => {
      await cell(two, body(1, 9));
      await withdrawal(one);
      const { acceptance } = await cell(two, body(2, 10));
      expect(acceptance.dropped.withdrawn).toBe(1);
      expect(acceptance.received.find((run) => run.run === RUN)?.intervals).toEqual([{ first: 1, last: 2 }]);
      expect(await values(one)).toEqual([]);
      expect(await one.counted()).toEqual({ droppedWithdrawn: 1 });
    });

    test('withdrawal of a pseudonym nobody has seen holds for what comes later', async () => {
      await withdrawal(one);
      await cell(two, body(1, 10));
      expect(await values(two)).toEqual([]);
    });

    test('cell and withdrawal at the same moment, in every start order', async () => {
      const work = [() => cell(one, body(1, 10)), () => withdrawal(two)];
      for (const order of [work, work.toReversed()]) await Promise.all(order.map((start) => start()));
      expect(await values(one)).toEqual([]);
      expect((await one.totals()).keys).toBe(0);
    });

    test('a withdrawal leaves the other category and is repeated without effect', async () => {
      await cell(one, body(1, 10));
      await cell(one, upBody({ run: RUN, first: 2, records: [record(keys.writeKey, energy.key, 20, 'power.total')] }));
      await withdrawal(one);
      await withdrawal(two);
      expect(await values(one)).toEqual([20]);
      expect(await tombstones(two)).toBe(1);
    });

    test('blocks of withdrawn pairs are removed bit by bit', async () => {
      for (let at = 1; at <= 5; at += 1) await cell(one, body(at, at));
      await withdrawal(one);
      while ((await two.reclaim(2)) > 0);
      expect((await one.totals()).blocks).toBe(0);
    });

    test('tidying leaves no key behind, even when the withdrawal was cut short before erasing', async () => {
      await cell(one, body(1, 10));
      await one.transact((transaction) =>
        recordWithdrawal(transaction, { pseudonym: keys.pseudonym, categories: ['power.appliance'] }, NOW),
      );
      expect(await one.reclaim(100)).toBe(0);
      expect(await one.totals()).toMatchObject({ keys: 0, blocks: 0, withdrawn: 1 });
    });

    test('a pseudonym that has written to one offer cannot write to another', async () => {
      await cell(one, body(1, 10));
      const foreign = upBody({ run: RUN, first: 2, records: [record(keys.writeKey, other.key, 11)] });
      const { acceptance } = await cell(two, foreign);
      expect(acceptance.refusal).toEqual({ reason: 'offer', count: 1 });
      expect(await values(one, 'family-care')).toEqual([]);
      expect(await one.counted()).toEqual({ droppedOffer: 1 });
    });

    test('records of an unknown offer are dropped, counted and acknowledged', async () => {
      const sent = upBody({ run: RUN, records: [record(keys.writeKey, 'ab'.repeat(16), 11)] });
      const { acceptance } = await cell(one, sent);
      expect(acceptance.refusal).toEqual({ reason: 'offer', count: 1 });
      expect(acceptance.received.find((run) => run.run === RUN)?.intervals).toEqual([{ first: 1, last: 1 }]);
    });

    test('a failing piece of work changes nothing and fails alone', async () => {
      const failing = one.transact(async (transaction) => {
        await storeCell(transaction, HUB, body(1, 10), surroundings);
        throw new Error('on purpose');
      });
      const [fell, stood] = await Promise.allSettled([failing, cell(one, body(3, 12))]);
      expect(fell.status).toBe('rejected');
      expect(stood.status).toBe('fulfilled');
      expect(await values(one)).toEqual([12]);
    });

    test('positions of a feed have no gaps left by failures and never go back', async () => {
      await cell(one, body(1, 1));
      await one.transact(() => Promise.reject(new Error('on purpose'))).catch(() => {});
      await cell(two, body(2, 2));
      const positions = (await one.entries('energy-advice', 0, 10)).map((entry) => entry.position);
      expect(positions).toEqual([1, 2]);
      expect(await one.end('energy-advice')).toBe(2);
      expect(await one.entries('energy-advice', 1, 10)).toHaveLength(1);
    });

    test('watchers of a feed are called after its commits, and of no other', async () => {
      const calls: string[] = [];
      const stop = one.watch('energy-advice', () => calls.push('energy'));
      one.watch('family-care', () => calls.push('care'));
      await cell(one, body(1, 10));
      stop();
      await cell(one, body(2, 10));
      expect(calls).toEqual(['energy']);
    });

    test('the highest ordinal is kept per hub and never goes back', async () => {
      await cell(one, { ...body(1, 10), highestOrdinal: 7 });
      await cell(two, { ...body(2, 11), highestOrdinal: 3 });
      expect((await one.hub(HUB))?.highestOrdinal).toBe(7);
    });

    test('void ranges count as received', async () => {
      const ranges = [
        { run: RUN, first: 1, count: 4, void: true },
        { run: RUN, first: 5, count: 1, void: false },
      ];
      await cell(one, { ...body(5, 10), ranges });
      const intervals = await two.transact((transaction) => transaction.intervals(HUB, RUN));
      expect(intervals).toEqual([{ first: 1, last: 5 }]);
    });

    test('everything is there after the store is opened again', async () => {
      await cell(one, body(1, 10));
      const three = await under.open();
      expect(await values(three)).toEqual([10]);
      await three.close();
    });
  });
}
