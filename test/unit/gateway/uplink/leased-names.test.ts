import { afterEach, beforeEach, expect, test } from 'vitest';
import { leasedNames } from '../../../../gateway/leased-names.ts';
import { BrokerInMemory } from '../../../kit/broker-in-memory.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { Line } from '../../../kit/line.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

const DAY_MS = 86_400_000;
const OFFER = anOffer({
  categories: [{ category: 'contact.doorWindow', level: 'L5', retentionDays: 30, legalClass: 'personal' }],
});

let home: InnerHome;
beforeEach(async () => {
  const operator = await testOperator();
  home = await InnerHome.open();
  await home.enrol(operator, [OFFER]);
  await home.approve('door', { contact: true });
  await home.publish('door', { contact: true });
  const line = new Line(home, new BrokerInMemory(operator));
  line.connect();
  await line.deliver();
});
afterEach(() => home.remove());

const leased = () =>
  leasedNames({
    index: () => home.way.index,
    moment: () => home.core.parts.clock.moment(),
    usedSubjects: () => home.core.state.usedSubjects,
    agreement: (id) => home.way.consent.agreements.get(id),
    keys: home.way.keys,
    leaseHours: () => 24,
  });

test('the names in use under what stands are leased, and no others', async () => {
  await home.way.consent.give('every-sample', {});
  expect(leased().names()).toEqual([]);
  await home.publish('door', { contact: false });
  const [name] = leased().names();
  expect(leased().names()).toHaveLength(1);
  expect(name).toMatchObject({ agreement: 1, hours: 24, writeKey: expect.stringMatching(/^[0-9a-f]{32}$/) });
  expect(leased().isLive(1)).toBe(true);
  await home.way.consent.withdraw('every-sample');
  expect(leased().names()).toEqual([]);
  expect(leased().isLive(1)).toBe(false);
});

test('a home that has paused lets its leases run out, and takes them up again when it resumes', async () => {
  await home.way.consent.give('every-sample', {});
  await home.publish('door', { contact: false });
  await home.core.people.hold('paused', undefined);
  expect(leased().names()).toEqual([]);
  expect(leased().isLive(1)).toBe(false);
  await home.core.people.release('paused');
  expect(leased().names()).toHaveLength(1);
});

test('the name of an epoch that is long over is leased no more', async () => {
  await home.way.consent.give('every-sample', {});
  await home.publish('door', { contact: false });
  home.machine.pass(120 * DAY_MS);
  expect(leased().isLive(1)).toBe(true);
  expect(leased().names()).toEqual([]);
});
