import { afterEach, expect, test } from 'vitest';
import { InnerHome } from '../../../kit/inner-home.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';

const MINUTE_MS = 60_000;
const YEARS_MS = 20 * 365 * 24 * 60 * MINUTE_MS;

let home: InnerHome;

afterEach(() => home.remove());

test('a yes said in a time that had not come holds when home time came back, and for as long as was agreed', async () => {
  home = await InnerHome.open();
  const { machine } = home;
  const hours = async (count: number) => {
    for (let minute = 0; minute < count * 60; minute += 1) {
      machine.pass(MINUTE_MS);
      home.core.hearClock('service');
      await home.core.tick();
    }
  };
  home.core.hearClock('service');
  await home.enrol(await testOperator(), [anOffer({ validityMonths: 6 })]);
  await home.approve('plug', { power: 0 });
  machine.set(machine.wallMs() + YEARS_MS);
  await hours(2);
  const saidMs = machine.wallMs() - YEARS_MS;
  const given = await home.way.consent.give('every-sample', {});
  const event = given.ok ? given.value[0]?.event : undefined;
  machine.set(machine.wallMs() - YEARS_MS);
  await hours(2);
  await home.settled();
  const [standing] = home.way.consent.given('every-sample');
  expect(standing?.event.atMs).toBe(saidMs);
  expect(standing?.event.expiresMs).toBe((event?.expiresMs ?? 0) - YEARS_MS);
  await home.publish('plug', { power: 3 });
  expect((await home.journal()).map(({ value }) => value)).toEqual([3]);

  home = await home.reopen();
  home.core.hearClock('service');
  expect(home.way.consent.fault).toBeUndefined();
  expect(home.way.consent.given('every-sample')[0]?.event.atMs).toBe(saidMs);
  expect(home.core.parts.clock.told.length).toBeGreaterThan(0);
});
