import { afterEach, expect, test } from 'vitest';
import type { Operation } from '../../../../gateway/store/store.ts';
import { cardLife, cardSentence, lifeText } from '../../../../gateway/upkeep/card-life.ts';
import { Upkeep } from '../../../../gateway/upkeep/upkeep.ts';
import { Written } from '../../../../gateway/upkeep/written.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

const HOUR_MS = 3_600_000;
const MB = 1_000_000;

/** A store that writes what a test says, and remembers what it was given to keep. */
class FakeStore {
  writtenBytes = 0;
  kept: Buffer | undefined;
  settled: () => void = () => undefined;

  figures() {
    return { writtenBytes: this.writtenBytes };
  }

  later(operations: readonly Operation[]): void {
    for (const [, key, value] of operations) if (key === 'written') this.kept = value as Buffer;
  }

  get<Row>(): Row | undefined {
    return this.kept && ({ value: this.kept } as Row);
  }

  onSettled(listener: () => void): void {
    this.settled = listener;
  }
}

function counting(store: FakeStore, start = { nowMs: 0, day: 1 }) {
  const at = { ...start };
  const parts = { store, dayNow: () => at.day, monotonicMs: () => at.nowMs };
  return { at, written: new Written(parts) };
}

test('there is no figure before two settlings, then a projection, and after a day of running a figure', () => {
  const store = new FakeStore();
  const { at, written } = counting(store);
  store.writtenBytes = MB;
  at.nowMs = HOUR_MS / 4;
  expect(written.aDay()).toBeNull();
  at.nowMs = HOUR_MS;
  expect(written.aDay()).toEqual({ bytes: 24 * MB, isProjected: true, totalBytes: MB });
  at.nowMs = 24 * HOUR_MS;
  store.writtenBytes = 40 * MB;
  expect(written.aDay()).toEqual({ bytes: 40 * MB, isProjected: false, totalBytes: 40 * MB });
});

test('the count goes on after a restart, over the last days only, and the total for ever', () => {
  const store = new FakeStore();
  let totalBytes = 0;
  for (let day = 1; day <= 12; day += 1) {
    store.writtenBytes = 0;
    const { at, written } = counting(store, { nowMs: 0, day });
    expect(written.aDay()?.totalBytes ?? 0).toBe(day === 1 ? 0 : totalBytes);
    store.writtenBytes = day <= 4 ? 1000 * MB : 10 * MB;
    totalBytes += store.writtenBytes;
    at.nowMs = 24 * HOUR_MS;
    store.settled();
  }
  const { written } = counting(store, { nowMs: 0, day: 13 });
  // The day that just began takes the place of the oldest: none of the first four is left.
  store.writtenBytes = 0;
  expect(written.aDay()).toEqual({ bytes: 10 * MB, isProjected: false, totalBytes });
  expect(store.kept?.length).toBeLessThan(600);
});

test('what was kept and cannot be read is counted anew', () => {
  const store = new FakeStore();
  for (const text of ['', '{}', '{"totalBytes":-1,"days":[]}', '{"totalBytes":1,"days":[{"day":"x"}]}']) {
    store.kept = Buffer.from(text);
    expect(counting(store).written.aDay()).toBeNull();
  }
});

test('the life of a card is a range, and above the years of any card only "more than"', () => {
  const { leastYears, mostYears } = cardLife(1000 * MB);
  expect(mostYears / leastYears).toBeCloseTo(10);
  expect(lifeText(cardLife(10 * MB)).en).toBe('more than 20 years');
  expect(lifeText({ leastYears: 8.4, mostYears: 84 })).toEqual({
    ja: 'およそ8年から20年以上',
    en: 'about 8 to more than 20 years',
  });
  expect(lifeText({ leastYears: 0.5, mostYears: 5 }).en).toBe('about 0.5 to 5 years');
  expect(cardSentence({ bytes: 38.4 * MB, isProjected: true, totalBytes: 1 }).en).toContain('38 MB a day');
  expect(cardSentence({ bytes: 38.4 * MB, isProjected: true, totalBytes: 1 }).en).toContain('projected');
  expect(cardSentence(null).en).toContain('still being measured');
});

let home: InnerHome | undefined;
afterEach(async () => {
  await home?.remove();
  home = undefined;
});

test('a real store counts the pages of its log and the frames of its tables, and is quiet when nothing happens', async () => {
  home = await InnerHome.open();
  const before = home.store.figures().writtenBytes;
  await home.store.commit([['meta.put', 'anything', Buffer.alloc(5000)]]);
  const logged = home.store.figures();
  expect(logged.writtenBytes - before).toBe(8192);
  expect(logged).toMatchObject({ logPages: 2048, logPagesUsed: 2, settledMsAgo: null });
  await home.store.settle();
  const settled = home.store.figures();
  expect(settled.writtenBytes).toBeGreaterThan(logged.writtenBytes);
  expect(settled.unsettledBytes).toBe(0);
  await home.store.settle();
  expect(home.store.figures().writtenBytes).toBe(settled.writtenBytes);
  expect(settled).toMatchObject({ logPagesUsed: 0, queuedOperations: 0, refusedOperations: 0 });
});

test('the upkeep of a home knows what waits, since when, and when a backup was begun', async () => {
  home = await InnerHome.open();
  await home.enrol(await testOperator(), [anOffer()]);
  await home.approve('plug', { power: 1 });
  const upkeep = new Upkeep(home.core, () => 1);
  upkeep.backedUp();
  await home.store.settle();
  const condition = upkeep.condition();
  expect(condition.queue).toMatchObject({ waiting: 0, isFull: false, thinned: 0 });
  expect(condition.backupMs).toBe(condition.nowMs);
  expect(condition.uplink).toMatchObject({ connected: false, oldestMs: null });
  expect(condition.devices).toMatchObject([{ name: 'plug', isApproved: true, isOffline: false }]);
});

test('how long a device may be silent is what it announced, else what it measures', async () => {
  home = await InnerHome.open();
  for (const [thing, first] of [
    ['door', { contact: true }],
    ['plug', { power: 1 }],
    ['announced', { power: 1 }],
  ] as const) {
    await home.approve(thing, first);
    await home.publish(thing, first);
  }
  const announced = home.core.state.devices.all().at(-1);
  if (!announced) throw new Error('no device');
  const routes = [{ topic: 't', by: 'c', kind: 'power.active', expireAfterMs: 60_000 }] as const;
  home.core.state.devices.put({ ...announced, claim: { ...announced.claim, traits: { routes } } });
  const may = new Upkeep(home.core, () => 1)
    .condition()
    .devices.map(({ name, mayBeSilentMs }) => [name, mayBeSilentMs]);
  expect(may).toEqual([
    ['door', 36 * 3_600_000],
    ['plug', 6 * 3_600_000],
    ['announced', 60_000],
  ]);
});
