import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BrokerInMemory } from '../../../kit/broker-in-memory.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { Line } from '../../../kit/line.ts';
import { anOffer, type TestOperator, testOperator } from '../../../kit/test-operator.ts';

// The same limits, small: 40 rows, 20 more for what is not power, thinned by 10.
vi.mock('../../../../gateway/limits.ts', async (original) => {
  const { LIMITS } = await original<typeof import('../../../../gateway/limits.ts')>();
  return { LIMITS: { ...LIMITS, outboxRows: 40, outboxReserveRows: 20, thinRows: 10 } };
});

const personal = { level: 'L5', retentionDays: 30, legalClass: 'personal' } as const;
const OFFER = anOffer({
  categories: [
    { category: 'power.appliance', ...personal },
    { category: 'contact.doorWindow', ...personal },
  ],
});
let operator: TestOperator;
let home: InnerHome;

beforeEach(async () => {
  operator = await testOperator();
  home = await InnerHome.open();
  await home.enrol(operator, [OFFER]);
  await home.approve('plug', { power: 0 });
  await home.approve('door', { contact: true });
  // From here on every change is an event.
  isShut = true;
  await home.publish('door', { contact: isShut });
  await home.way.consent.give('every-sample', {});
});
afterEach(() => home.remove());

const waiting = () => home.way.outbox.waiting();
let isShut = true;
async function power(from: number, to: number): Promise<void> {
  for (let value = from; value <= to; value += 1)
    expect(await home.publish('plug', { power: value })).toBe('committed');
}
/** Doors opened and shut, with what became of each message. */
async function doors(count: number): Promise<string[]> {
  const fates: string[] = [];
  for (let more = 0; more < count; more += 1) {
    isShut = !isShut;
    fates.push(await home.publish('door', { contact: isShut }));
  }
  return fates;
}
/** A tick of the second, with what it thins on disk. */
async function tick(): Promise<void> {
  await home.store.settle();
  await home.core.tick();
  await home.settled();
  await home.store.settle();
}
const thinned = async () => (await home.journal()).filter(({ outcome }) => outcome === 'thinned');

// Guards the order in which a full outbox gives up data: old power first and counted, doors never, new power before doors.
test('a full outbox thins its oldest power, counted in the journal, and what is left arrives', async () => {
  await power(1, 39);
  await tick();
  expect([waiting(), await thinned()]).toEqual([39, []]);
  await power(40, 40);
  await tick();
  expect(waiting()).toBe(30);
  expect((await thinned()).map(({ value, isWaiting }) => [value, isWaiting])).toEqual(
    Array.from({ length: 10 }, (_, at) => [at + 1, false]),
  );
  expect(home.way.uplink.status().counts).toMatchObject({ thinned: 10 });
  const broker = new BrokerInMemory(operator);
  await new Line(home, broker).drain();
  expect(broker.records.map(({ value }) => value)).toEqual(Array.from({ length: 30 }, (_, at) => at + 11));
});

test('above the limit power is counted as refused and doors are still taken, until at the very end the intake answers failed', async () => {
  await power(1, 55);
  expect(waiting()).toBe(50);
  expect(home.core.refusals.drain().filter(([, , , reason]) => reason === 'outboxFull')).toMatchObject([
    ['refusal.add', expect.any(Number), expect.any(Number), 'outboxFull', 5],
  ]);
  expect(new Set(await doors(10))).toEqual(new Set(['committed']));
  expect([waiting(), home.way.outbox.room.isFull]).toEqual([60, true]);
  expect([await home.publish('plug', { power: 99 }), await home.publish('door', { contact: isShut })]).toEqual([
    'failed',
    'failed',
  ]);
  await tick();
  expect([waiting(), await doors(1), (await thinned()).length]).toEqual([50, ['committed'], 10]);
});

test('doors are never thinned: without power the outbox fills up to its end and stays so', async () => {
  expect(new Set(await doors(60))).toEqual(new Set(['committed']));
  await tick();
  expect([waiting(), await thinned(), await home.publish('door', { contact: isShut })]).toEqual([60, [], 'failed']);
  // What the data broker takes makes room again.
  await new Line(home, new BrokerInMemory(operator)).drain();
  expect([waiting(), await doors(1)]).toEqual([0, ['committed']]);
});

test('power that was sent and may have arrived is not thinned', async () => {
  await power(1, 40);
  await home.store.settle();
  const rows = home.way.outbox.exit.oldestPower(100).slice(0, 5);
  home.way.outbox.exit.handOut(
    rows.map(({ id }) => id),
    [],
  );
  await home.way.outbox.settle();
  await tick();
  expect((await thinned()).map(({ value }) => value)).toEqual(Array.from({ length: 10 }, (_, at) => at + 6));
});
