import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InnerHome } from '../../../kit/inner-home.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

const HOUR_MS = 3_600_000;
const CATEGORY = { category: 'power.appliance', retentionDays: 30, legalClass: 'personal' } as const;
const QUARTERS = anOffer({ offer: 'quarters', categories: [{ ...CATEGORY, level: 'L4', windowMinutes: 15 }] });
const BANDS = anOffer({ offer: 'bands', categories: [{ ...CATEGORY, level: 'L3' }] });

let home: InnerHome;

beforeEach(async () => {
  home = await InnerHome.open();
  await home.enrol(await testOperator(), [anOffer(), QUARTERS, BANDS]);
});
afterEach(() => home.remove());

async function watch(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    home.machine.pass(60_000);
    await home.core.tick();
  }
}
async function refusals() {
  await home.core.writeLazily();
  return home.query<{ device: number; reason: string; count: number }>(
    "SELECT device, reason, count FROM refusal WHERE reason IN ('noProfile', 'suppressed')",
  );
}
const left = () => home.query('SELECT property, quantity, value, observed FROM journal ORDER BY id');

describe('a counter', () => {
  test('of a meter that says nothing else leaves as what it rose', async () => {
    await home.approve('meter', { energy: 5000 });
    await home.way.consent.give('quarters', {});
    await home.publish('meter', { energy: 5000.1 });
    await watch(5);
    await home.publish('meter', { energy: 5000.3 });
    await watch(10);
    expect(await left()).toEqual([{ property: 5, quantity: 4, value: 200, observed: 333 }]);
  });

  test('of a plug that says its power stays home: its power leaves', async () => {
    const plug = await home.approve('plug', { power: 0, energy: 5 });
    await home.way.consent.give('quarters', {});
    await home.publish('plug', { power: 120, energy: 5 });
    await home.publish('plug', { energy: 5.1 });
    await watch(15);
    expect(await left()).toMatchObject([{ property: 3, quantity: 3, value: 120 }]);
    expect(await refusals()).toEqual([{ device: plug, reason: 'noProfile', count: 2 }]);
  });

  test('of a plug that announced its power stays home before it said any', async () => {
    const meter = await home.approve('meter', { energy: 5 });
    const device = home.core.state.devices.get(meter);
    if (!device) throw new Error('no meter');
    home.core.state.devices.put({ ...device, claim: { ...device.claim, kinds: ['power.active', 'energy.import'] } });
    await home.way.consent.give('quarters', {});
    await home.publish('meter', { energy: 5.1 });
    expect(await refusals()).toEqual([{ device: meter, reason: 'noProfile', count: 1 }]);
  });
});

describe('a window of which too little was observed', () => {
  test.each([
    ['the clock', () => watch(4 * 60)],
    [
      'the next reading',
      async () => {
        home.machine.pass(5 * HOUR_MS);
        await home.publish('plug', { power: 100 });
      },
    ],
  ])('says nothing when %s closes it, and is counted as kept inside', async (_, close) => {
    await home.approve('plug', { power: 0 });
    await home.way.consent.give('bands', {});
    await home.publish('plug', { power: 100 });
    await close();
    expect(await left()).toEqual([]);
    expect(await refusals()).toEqual([{ device: 0, reason: 'suppressed', count: 1 }]);
  });
});
