import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accept } from '../../proto/broker-link.ts';
import { BrokerInMemory } from '../kit/broker-in-memory.ts';
import { InnerHome } from '../kit/inner-home.ts';
import { Line } from '../kit/line.ts';
import { seeded } from '../kit/seeded.ts';
import { anOffer, testOperator } from '../kit/test-operator.ts';

type Step = 'publish' | 'deliver' | 'reconnect' | 'replay' | 'restart' | 'tick';

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<Step>('publish') },
    { weight: 4, arbitrary: fc.constant<Step>('deliver') },
    fc.constantFrom<Step>('reconnect', 'replay', 'restart', 'tick'),
  ),
  { minLength: 5, maxLength: 40 },
);

/** Sends power samples of 1, 2, 3 … W through a network that loses, repeats, reorders and replays, and says what arrived. */
async function run(judge: typeof accept, schedule: readonly Step[], seed: number) {
  const operator = await testOperator();
  const broker = new BrokerInMemory(operator, judge);
  let home = await InnerHome.open();
  try {
    await home.enrol(operator, [anOffer()]);
    await home.approve('plug', { power: 0 });
    await home.way.consent.give('every-sample', {});
    const random = seeded(seed);
    const chance = (share: number) => () => random() < share;
    let line = new Line(home, broker);
    line.connect();
    let sent = 0;
    let past: Buffer[] = [];
    for (const step of schedule) {
      past = [...past, ...line.wire].slice(-20);
      if (step === 'publish') {
        for (let more = Math.ceil(random() * 4); more > 0; more -= 1) {
          sent += 1;
          expect(await home.publish('plug', { power: sent })).toBe('committed');
        }
        line.connect();
      } else if (step === 'deliver') {
        line.wire.sort(() => random() - 0.5);
        await line.deliver({ lose: chance(0.3), loseAnswer: chance(0.3), twice: chance(0.3) });
      } else if (step === 'reconnect') line.connect();
      else if (step === 'tick') line.tick();
      else if (step === 'replay') line.wire.push(...past.filter(chance(0.5)));
      else {
        home = await home.reopen();
        line = new Line(home, broker);
        line.connect();
      }
    }
    await line.drain();
    return { sent, got: broker.records.map(({ value }) => value).sort((a, b) => a - b) };
  } finally {
    await home.remove();
  }
}

function property(judge: typeof accept) {
  return fc.asyncProperty(steps, fc.nat(), async (schedule, seed) => {
    const { sent, got } = await run(judge, schedule, seed);
    expect(got).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
  });
}

describe('guarantee 7, exactly once', () => {
  test('what the hub acknowledged is recorded once: loss, repetition, reordering, replay, restarts', async () => {
    await fc.assert(property(accept), { numRuns: 18 });
  });

  test('the property bites: a broker that forgets what it received is caught', async () => {
    const forgetful: typeof accept = (body, held, names) => accept(body, { ...held, received: new Map() }, names);
    const checked = await fc.check(property(forgetful), { numRuns: 60, endOnFailure: true });
    expect(checked.failed).toBe(true);
  });
});
