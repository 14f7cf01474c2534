import { expect, onTestFinished, test } from 'vitest';
import { BrokerInMemory } from '../../kit/broker-in-memory.ts';
import { InnerHome } from '../../kit/inner-home.ts';
import { Line } from '../../kit/line.ts';
import { anOffer, testOperator } from '../../kit/test-operator.ts';

// Guards that nothing is taken in while the way out is opened anew: the old outbox would draw ids that the new one draws too.
test('messages that arrive during an enrolment are each provided once', async () => {
  const operator = await testOperator();
  const broker = new BrokerInMemory(operator);
  const home = await InnerHome.open();
  onTestFinished(() => home.remove());
  await home.enrol(operator, [anOffer()]);
  await home.approve('plug', { power: 0 });
  await home.way.consent.give('every-sample', {});
  await new Line(home, broker).drain();

  const acknowledged: number[] = [];
  const underWay: Promise<void>[] = [];
  let power = 0;
  const send = () => {
    power += 1;
    const value = power;
    const publishing = home.publish('plug', { power: value });
    underWay.push(publishing.then((fate) => void (fate === 'committed' && acknowledged.push(value))));
  };
  let isOpen = false;
  const opening = home.core.openWayOut().then(() => {
    isOpen = true;
  });
  while (!isOpen) {
    send();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await opening;
  for (let more = 0; more < 20; more += 1) send();
  await Promise.all(underWay);

  await new Line(home, broker).drain();
  const arrived = broker.records.map(({ value }) => value).sort((one, other) => one - other);
  expect(acknowledged).toHaveLength(power);
  expect(arrived).toEqual([...acknowledged].sort((one, other) => one - other));
  expect(home.said).toEqual([]);
});
