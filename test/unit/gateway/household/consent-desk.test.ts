import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Category } from '../../../../proto/lists.ts';
import { BrokerInMemory } from '../../../kit/broker-in-memory.ts';
import { InnerHome, NOON_MS } from '../../../kit/inner-home.ts';
import { Line } from '../../../kit/line.ts';
import { anOffer, type TestOperator, testOperator } from '../../../kit/test-operator.ts';

const BOTH = anOffer({
  categories: [
    { category: 'power.appliance', level: 'L4', windowMinutes: 15, retentionDays: 30, legalClass: 'personal' },
    { category: 'contact.doorWindow', level: 'L5', retentionDays: 30, legalClass: 'personal' },
  ],
});

let home: InnerHome;
let operator: TestOperator;
let broker: BrokerInMemory;

beforeEach(async () => {
  operator = await testOperator();
  broker = new BrokerInMemory(operator);
  home = await InnerHome.open();
  await home.enrol(operator, [BOTH]);
  await home.approve('plug', { power: 0 });
  await home.approve('door', { contact: true });
  await home.publish('door', { contact: true });
});
afterEach(() => home.remove());

const desk = () => home.way.consent;
const levels = () =>
  Object.fromEntries(
    desk()
      .given('every-sample')
      .map(({ process, granularity }) => [process.piiType, granularity.level]),
  );
const waiting = async () =>
  (await home.journal()).filter(({ isWaiting }) => isWaiting).map(({ agreement }) => ({ agreement }));
const withdrawals = async () => (await home.query('SELECT id FROM erasure')).length;

async function refusal(answer: ReturnType<ReturnType<typeof desk>['give']>): Promise<string> {
  const given = await answer;
  return given.ok ? 'yes' : given.problem.error.en;
}

describe('a yes', () => {
  test('opens one agreement with a record for each category, which the book enforces and a restart finds again', async () => {
    const given = await desk().give('every-sample', {});
    expect(given.ok && given.value.length).toBe(2);
    expect(levels()).toEqual({ 'power.appliance': 'L4', 'contact.doorWindow': 'L5' });
    home = await home.reopen();
    expect(levels()).toEqual({ 'power.appliance': 'L4', 'contact.doorWindow': 'L5' });
    expect(home.way.index.of(1, 'power.appliance')).toMatchObject({ windowMinutes: 15, fromMs: NOON_MS });
  });

  test('may choose a category, and a coarser level', async () => {
    await desk().give('every-sample', { categories: ['power.appliance'], level: 'L2' });
    expect(levels()).toEqual({ 'power.appliance': 'L2' });
    expect(desk().given('every-sample')[0]?.granularity.windowMinutes).toBeUndefined();
  });

  test.each<[string, string, Parameters<ReturnType<typeof desk>['give']>]>([
    ['an offer that never came', 'No offer named', ['nothing', {}]],
    ['a category nobody asks for', 'does not ask for', ['every-sample', { categories: ['lock.state'] }]],
    ['a finer level', 'is finer', ['every-sample', { categories: ['power.appliance'], level: 'L5' }]],
    ['a level at which nothing can leave', 'cannot leave at L1', ['every-sample', { level: 'L1' }]],
    ['level 0', 'cannot leave at L0', ['every-sample', { level: 'L0' }]],
  ])('to %s is refused and changes nothing', async (_, words, args) => {
    expect(await refusal(desk().give(...args))).toContain(words);
    expect(await home.query('SELECT * FROM agreement')).toEqual([]);
    expect(await home.query('SELECT * FROM consent_record')).toEqual([]);
  });

  test('again replaces the agreement under a new ordinal and takes its backlog and windows with it', async () => {
    await desk().give('every-sample', {});
    await home.publish('door', { contact: false });
    await home.publish('plug', { power: 5 });
    expect(await waiting()).toEqual([{ agreement: 1 }]);
    await desk().give('every-sample', {});
    expect(await waiting()).toEqual([]);
    expect(await home.query('SELECT * FROM window')).toEqual([]);
    expect(home.way.index.all().map(({ agreement }) => agreement)).toEqual([2, 2]);
    expect(
      desk()
        .agreements.under('every-sample')
        .map(({ ordinal, closedAtMs }) => [ordinal, closedAtMs]),
    ).toEqual([
      [1, NOON_MS],
      [2, undefined],
    ]);
    home = await home.reopen();
    expect(home.way.index.all().map(({ agreement }) => agreement)).toEqual([2, 2]);
  });

  test('to one more category keeps the others as they were given', async () => {
    await desk().give('every-sample', { categories: ['power.appliance'], level: 'L2' });
    await desk().give('every-sample', { categories: ['contact.doorWindow'] });
    expect(levels()).toEqual({ 'power.appliance': 'L2', 'contact.doorWindow': 'L5' });
    expect(new Set(home.way.index.all().map(({ agreement }) => agreement))).toEqual(new Set([2]));
  });

  test('that the disk refuses is no yes, and can be said again', async () => {
    home.store.shouldFail = () => true;
    await expect(desk().give('every-sample', {})).rejects.toThrow();
    expect(levels()).toEqual({});
    home.store.shouldFail = () => false;
    expect(await refusal(desk().give('every-sample', {}))).toBe('yes');
    expect(desk().agreements.highest()).toBe(1);
  });
});

describe('a withdrawal', () => {
  test('of what was never given says so', async () => {
    const answer = await desk().withdraw('every-sample');
    expect(answer.ok || answer.problem.error.en).toContain('Nothing was ever granted');
  });

  test('of one category stops that one, keeps the ordinal, and leaves the other', async () => {
    await desk().give('every-sample', {});
    await home.publish('door', { contact: false });
    const answer = await desk().withdraw('every-sample', ['contact.doorWindow']);
    expect(answer.ok && answer.value.withdrawn).toEqual(['contact.doorWindow']);
    expect(await waiting()).toEqual([]);
    expect(levels()).toEqual({ 'power.appliance': 'L4' });
    expect(desk().agreements.open('every-sample')?.ordinal).toBe(1);
    home = await home.reopen();
    expect(levels()).toEqual({ 'power.appliance': 'L4' });
  });

  test('of something that never left is erased at once; of something that did, when the receipt is in hand', async () => {
    await desk().give('every-sample', {});
    await desk().withdraw('every-sample');
    expect(desk().withdrawals.latest('every-sample')).toMatchObject({ state: 'nothingHeld' });
    const line = new Line(home, broker);
    line.connect();
    await line.deliver();
    await desk().give('every-sample', {});
    await home.publish('door', { contact: false });
    await line.drain();
    expect(broker.records).toHaveLength(1);
    await desk().withdraw('every-sample');
    expect(desk().withdrawals.latest('every-sample')).toMatchObject({ state: 'sent', erasedAtMs: undefined });
    home = await home.reopen();
    expect(desk().withdrawals.latest('every-sample')).toMatchObject({ state: 'sent' });
    await new Line(home, broker).drain();
    expect(broker.records).toEqual([]);
    expect(desk().withdrawals.latest('every-sample')).toMatchObject({ state: 'erased', erasedAtMs: NOON_MS });
    home = await home.reopen();
    expect(desk().withdrawals.latest('every-sample')).toMatchObject({ state: 'erased', erasedAtMs: NOON_MS });
  });

  test('names every key epoch and subject of every agreement, closed ones too', async () => {
    const line = new Line(home, broker);
    line.connect();
    await line.deliver();
    for (let round = 0; round < 3; round += 1) {
      await desk().give('every-sample', {});
      await home.publish('door', { contact: round % 2 === 1 });
      home.machine.pass(31 * 86_400_000);
      await home.publish('door', { contact: round % 2 === 0 });
    }
    await line.drain();
    const names = new Set(broker.ever.map(({ pseudonym }) => pseudonym));
    await desk().withdraw('every-sample');
    expect(await withdrawals()).toBe((await home.query('SELECT * FROM used_subject')).length);
    await line.drain();
    expect(broker.records).toEqual([]);
    const erased = new Set(broker.receipts.map(({ pseudonym }) => pseudonym));
    expect([...names].filter((name) => !erased.has(name))).toEqual([]);
  });

  test('flips the decision in the turn that asks, whatever is still queued', async () => {
    await desk().give('every-sample', {});
    const giving = desk().give('every-sample', {});
    const taking = desk().withdraw('every-sample');
    expect(home.way.index.all()).toEqual([]);
    await giving;
    await taking;
    expect(home.way.index.all()).toEqual([]);
    home = await home.reopen();
    expect(home.way.index.all()).toEqual([]);
  });

  test('that the disk refuses stops everything in memory all the same, and can be said again', async () => {
    await desk().give('every-sample', {});
    home.store.shouldFail = () => true;
    await expect(desk().withdraw('every-sample')).rejects.toThrow();
    expect(levels()).toEqual({});
    home.store.shouldFail = () => false;
    await desk().withdraw('every-sample');
    home = await home.reopen();
    expect(levels()).toEqual({});
  });

  test('that the disk refused is not undone by a new yes and a restart', async () => {
    await desk().give('every-sample', {});
    home.store.shouldFail = () => true;
    await expect(desk().withdraw('every-sample')).rejects.toThrow();
    home.store.shouldFail = () => false;
    await desk().give('every-sample', { categories: ['power.appliance'] });
    home = await home.reopen();
    expect(home.way.index.all().map(({ agreement, category }) => [agreement, category])).toEqual([
      [2, 'power.appliance'],
    ]);
  });
});

describe('ordinals', () => {
  const ordinals = () =>
    desk()
      .agreements.under('every-sample')
      .map(({ ordinal, confirmed }) => [ordinal, confirmed]);

  /** The first answer of the run comes exactly while a yes is on its way to the disk. */
  const answerDuringGive = (kept: number) => {
    home.store.rewrite = (batch) => {
      if (batch.some(([statement]) => statement === 'agreement.open')) desk().confirmOrdinals(kept);
      return batch;
    };
  };

  test('wait for the first answer of a run, and are renumbered, their backlog with them, when the broker keeps a higher one', async () => {
    broker.highestOrdinal = 7;
    await desk().give('every-sample', {});
    await home.publish('door', { contact: false });
    expect(ordinals()).toEqual([[1, false]]);
    await new Line(home, broker).drain();
    // Above the kept one, with a gap at random: this hub's memory is older than what the data broker has seen.
    const drawn = Number(ordinals()[0]?.[0]);
    expect(drawn).toBeGreaterThan(7);
    expect(ordinals()).toEqual([[drawn, true]]);
    expect(broker.records).toHaveLength(1);
    const keys = broker.bodies.flatMap(({ records }) => records.map(({ writeKey }) => writeKey));
    const used = (await home.query<{ epoch: number }>('SELECT epoch FROM used_subject'))[0]?.epoch ?? -1;
    expect(new Set(keys)).toEqual(new Set([home.way.keys.writeKey(drawn, used, 0)]));
    await desk().withdraw('every-sample');
    await new Line(home, broker).drain();
    expect(broker.records).toEqual([]);
  });

  test('of a yes that is being written while the first answer comes are judged before they are used', async () => {
    answerDuringGive(5);
    await desk().give('every-sample', {});
    const drawn = Number(ordinals()[0]?.[0]);
    expect(drawn).toBeGreaterThan(5);
    expect(ordinals()).toEqual([[drawn, true]]);
    expect(await home.query('SELECT ordinal, confirmed FROM agreement')).toEqual([{ ordinal: drawn, confirmed: 1 }]);
    await home.publish('door', { contact: false });
    await desk().withdraw('every-sample');
    const asked = desk().withdrawals.latest('every-sample')?.erasures.length ?? 0;
    // Its own name, and every one that may have been used under the five ordinals this hub does not remember.
    expect(asked).toBeGreaterThan(5);
    expect(await withdrawals()).toBe(asked);
  });

  test('that could not be confirmed on disk are not used in this run', async () => {
    answerDuringGive(0);
    home.store.shouldFail = (batch) => batch.some(([statement]) => statement === 'agreement.confirm');
    await desk().give('every-sample', {});
    expect(ordinals()).toEqual([[1, false]]);
    // What the data broker is shown instead is the mark of this start, which no agreement has.
    expect(desk().agreements.highestConfirmed()).toBeGreaterThan(1);
    await home.publish('door', { contact: false });
    const line = new Line(home, broker);
    line.connect();
    await line.deliver();
    expect(broker.records).toEqual([]);
  });

  test('of a later yes in the run are confirmed in the commit that opens it', async () => {
    await home.store.commit(desk().confirmOrdinals(2));
    await desk().give('every-sample', {});
    expect(ordinals()).toEqual([[expect.toSatisfy((ordinal: number) => ordinal > 2), true]]);
  });

  test('of an agreement that is not known are a bug', () => {
    expect(() => desk().agreements.get(99)).toThrow(RangeError);
  });
});

describe('receipts', () => {
  test('of another name are filed nowhere; the same twice is filed once', async () => {
    const line = new Line(home, broker);
    line.connect();
    await line.deliver();
    await desk().give('every-sample', {});
    await home.publish('door', { contact: false });
    await line.drain();
    await desk().withdraw('every-sample');
    const erasure = desk().withdrawals.latest('every-sample')?.erasures[0];
    const receipt = {
      pseudonym: erasure?.pseudonym ?? '',
      categories: [...(erasure?.categories ?? [])] as Category[],
      erasedAtS: 1,
      signature: 'aa'.repeat(64),
    };
    expect(desk().receipt({ ...receipt, pseudonym: '00'.repeat(16) })).toEqual([]);
    expect(desk().receipt({ ...receipt, categories: ['lock.state'] })).toEqual([]);
    expect(desk().receipt(receipt)).toHaveLength(1);
    expect(desk().receipt(receipt)).toEqual([]);
    expect(desk().withdrawals.latest('every-sample')?.state).toBe('erased');
  });
});
