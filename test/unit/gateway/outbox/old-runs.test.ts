import { afterEach, beforeEach, expect, test } from 'vitest';
import { BrokerInMemory } from '../../../kit/broker-in-memory.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { Line } from '../../../kit/line.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

// Guards that the ids of a run end where those of the next begin (`Runs.idsIn`): a run may have drawn more sequences than it stored.

let home: InnerHome;
let broker: BrokerInMemory;
let acknowledged: number[];

beforeEach(async () => {
  const operator = await testOperator();
  broker = new BrokerInMemory(operator);
  home = await InnerHome.open();
  acknowledged = [];
  await home.enrol(operator, [anOffer()]);
  await home.approve('plug', { power: 0 });
  await home.way.consent.give('every-sample', {});
});
afterEach(() => home.remove());

async function publish(from: number, to: number): Promise<void> {
  for (let power = from; power <= to; power += 1)
    if ((await home.publish('plug', { power })) === 'committed') acknowledged.push(power);
}

const arrived = () => broker.records.map(({ value }) => value).sort((one, other) => one - other);

async function expectNothingLost(): Promise<void> {
  expect(arrived()).toEqual(acknowledged);
  const journal = await home.journal();
  expect(journal.filter(({ outcome, isWaiting }) => outcome !== 'provided' || isWaiting)).toEqual([]);
}

test('an answer about the void ranges of an ended run takes no row of the run after it', async () => {
  const line = new Line(home, broker);
  line.connect();
  await line.deliver();
  await publish(1, 3);
  home.store.shouldFail = (batch) => batch.some(([statement]) => statement === 'journal.add');
  await publish(101, 106);
  home.store.shouldFail = () => false;
  await home.way.outbox.settle();
  await home.store.settle();
  line.connect();
  line.tick();
  line.tick();
  // Rows and void ranges arrive, and only the run after this one learns of it.
  await line.deliver({ loseAnswer: () => true });
  home = await home.reopen();
  await publish(11, 16);
  await new Line(home, broker).drain();
  expect(acknowledged).toEqual([1, 2, 3, 11, 12, 13, 14, 15, 16]);
  await expectNothingLost();
});

test('a memory that was set back takes nothing of its new run for what the lost life had sent', async () => {
  const line = new Line(home, broker);
  line.connect();
  await line.deliver();
  await publish(1, 3);
  const image = home.powerCut();
  await publish(4, 9);
  await line.drain();
  const { secret, machine } = home;
  await home.remove();
  home = await InnerHome.open({ folder: image, secret, machine });
  await publish(11, 16);
  await new Line(home, broker).drain();
  await expectNothingLost();
});
