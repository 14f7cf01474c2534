import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsentIndex } from '../../gateway/consent/consent-index.ts';
import { decide, mayStillLeave } from '../../gateway/consent/decide.ts';
import { aMoment, anObservation, aPlace, someGrants } from '../kit/arbitraries.ts';
import { BrokerInMemory } from '../kit/broker-in-memory.ts';
import { InnerHome, NOON_MS } from '../kit/inner-home.ts';
import { Line } from '../kit/line.ts';
import { anOffer, type TestOperator, testOperator } from '../kit/test-operator.ts';

const DAY_MS = 86_400_000;
const EXPIRES_MS = NOON_MS + 31 * DAY_MS;
/** One month from 20 January. */
const SHORT = { validityMonths: 1 };

/** One sample a step: when it happens and how long it then waits on the hub, in hours around the grant's end. */
const samples = fc.array(
  fc.record({ atHours: fc.integer({ min: -30, max: 10 }), waitHours: fc.integer({ min: 0, max: 20 }) }),
  {
    minLength: 1,
    maxLength: 6,
  },
);

describe('guarantee 4, twice', () => {
  let operator: TestOperator;

  beforeAll(async () => {
    operator = await testOperator();
  });

  function property(lane: 'prompt' | 'shaped', check: typeof mayStillLeave) {
    return fc.asyncProperty(samples, async (list) => {
      const home = await InnerHome.open();
      try {
        const broker = new BrokerInMemory(operator);
        await home.enrol(operator, [anOffer({ ...SHORT, lane })]);
        await home.approve('plug', { power: 0 });
        await home.way.consent.give('every-sample', {});
        const line = new Line(home, broker, check);
        line.connect();
        await line.deliver();
        const expected: number[] = [];
        let elapsedMs = 0;
        for (const [index, { atHours, waitHours }] of [...list].sort((a, b) => a.atHours - b.atHours).entries()) {
          const atMs = Math.max(31 * DAY_MS + atHours * 3_600_000, elapsedMs);
          home.machine.pass(atMs - elapsedMs);
          await home.publish('plug', { power: index + 1 });
          home.machine.pass(waitHours * 3_600_000);
          elapsedMs = atMs + waitHours * 3_600_000;
          if (NOON_MS + elapsedMs < EXPIRES_MS) expected.push(index + 1);
          line.connect();
          for (let ticks = 0; ticks < 3; ticks += 1) {
            line.tick();
            await line.deliver();
          }
        }
        expect(broker.ever.map(({ value }) => value).sort()).toEqual(expected);
        await home.settled();
        expect((await home.journal()).filter(({ outcome }) => outcome === 'waiting')).toEqual([]);
      } finally {
        await home.remove();
      }
    });
  }

  test.each(['prompt', 'shaped'] as const)(
    'on the %s lane a sample reaches the recipient exactly when consent held both when it happened and when it left',
    async (lane) => {
      await fc.assert(property(lane, mayStillLeave), { numRuns: 7 });
    },
  );

  test('the property bites: a hub that asks only when it happens is caught', async () => {
    const checked = await fc.check(
      property('prompt', () => 'leave'),
      { numRuns: 40, endOnFailure: true },
    );
    expect(checked.failed).toBe(true);
  });

  test('what decide refuses at a moment for its life or hours may not leave at that moment either', () => {
    fc.assert(
      fc.property(someGrants, anObservation, aPlace, aMoment, (grants, seen, place, moment) => {
        const index = new ConsentIndex(grants);
        for (const { grant } of decide(seen, index, place, moment).permitted)
          expect(mayStillLeave(index, grant.agreement, grant.category, moment)).toBe('leave');
        const late = { ...moment, nowMs: Number.MAX_SAFE_INTEGER, trusted: true };
        for (const { agreement, category } of grants)
          expect(mayStillLeave(index, agreement, category, late)).toBe('ended');
        expect(mayStillLeave(index, 999, 'power.appliance', moment)).toBe('ended');
      }),
      { numRuns: 1000 },
    );
  });

  test('what waits while the clock cannot be trusted leaves when it can, and is not lost meanwhile', async () => {
    const home = await InnerHome.open();
    try {
      const broker = new BrokerInMemory(operator);
      // One month: by the later bound of an untrusted clock it may be over already.
      await home.enrol(operator, [anOffer(SHORT)]);
      await home.approve('plug', { power: 0 });
      await home.way.consent.give('every-sample', {});
      const line = new Line(home, broker);
      line.connect();
      await line.deliver();
      await home.publish('plug', { power: 3 });
      home.machine.set(NOON_MS - DAY_MS);
      for (let ticks = 0; ticks < 3; ticks += 1) {
        line.connect();
        line.tick();
        await line.deliver();
      }
      expect(broker.ever).toEqual([]);
      home.machine.set(NOON_MS + 1000);
      await line.drain();
      expect(broker.ever.map(({ value }) => value)).toEqual([3]);
    } finally {
      await home.remove();
    }
  });

  describe('a cell that is sealed ahead or in flight', () => {
    let home: InnerHome;
    let broker: BrokerInMemory;
    afterAll(() => home.remove());

    test('is taken back when consent ends, and what else was in it leaves in another', async () => {
      home = await InnerHome.open();
      broker = new BrokerInMemory(operator);
      const staying = anOffer({ offer: 'staying', lane: 'shaped' });
      await home.enrol(operator, [anOffer({ lane: 'shaped' }), staying]);
      await home.approve('plug', { power: 0 });
      await home.way.consent.give('every-sample', {});
      await home.way.consent.give('staying', {});
      const line = new Line(home, broker);
      line.connect();
      await line.deliver();
      await home.publish('plug', { power: 5 });
      line.tick();
      await home.way.consent.withdraw('every-sample');
      line.recheck();
      await line.drain();
      const stayed = home.way.offers.get('staying')?.hash.toString('hex', 0, 16);
      expect(broker.ever.map(({ offer }) => offer)).toEqual([stayed]);
    });
  });
});
