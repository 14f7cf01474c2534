import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DROP_REASONS, REFUSAL_REASONS } from '../../devices/dialects/dialect.ts';
import { type ConsentRecord, PERMITTING } from '../../gateway/consent/consent-record.ts';
import { REFUSALS } from '../../gateway/consent/refusal.ts';
import type { Operation } from '../../gateway/store/store.ts';
import { aMessage } from '../kit/arbitraries.ts';
import { BrokerInMemory } from '../kit/broker-in-memory.ts';
import { InnerHome } from '../kit/inner-home.ts';
import { Line } from '../kit/line.ts';
import { anOffer, testOperator } from '../kit/test-operator.ts';

const REASONS = new Set<string>([...REFUSALS, ...DROP_REASONS, ...REFUSAL_REASONS, 'tooManyDevices']);

const MIXED = anOffer({
  categories: [
    { category: 'power.appliance', level: 'L5', retentionDays: 30, legalClass: 'personal' },
    { category: 'lock.state', level: 'L5', retentionDays: 30, legalClass: 'personal' },
    { category: 'contact.doorWindow', level: 'L4', windowMinutes: 15, retentionDays: 30, legalClass: 'personal' },
  ],
});

type Step =
  | { readonly kind: 'publish'; readonly topic: string; readonly content: Buffer }
  | { readonly kind: 'give' | 'withdraw' | 'send' | 'pass' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('publish' as const),
        topic: fc.constantFrom('plug', 'door', 'lock', 'stranger'),
        content: aMessage,
      }),
    },
    fc.record({ kind: fc.constantFrom('give' as const, 'withdraw' as const, 'send' as const, 'pass' as const) }),
  ),
  { minLength: 4, maxLength: 40 },
);

async function take(home: InnerHome, line: Line, step: Step): Promise<void> {
  const { consent } = home.way;
  if (step.kind === 'publish') await home.publish(step.topic, step.content);
  else if (step.kind === 'give') await consent.give('every-sample', {});
  else if (step.kind === 'withdraw') await consent.withdraw('every-sample');
  else if (step.kind === 'send') {
    line.connect();
    await line.deliver();
  } else {
    home.machine.pass(20 * 60_000);
    await home.core.tick();
  }
}

/** Everything that left is in the journal once, under an agreement whose consent record said yes before. */
async function checkJournal(home: InnerHome, broker: BrokerInMemory): Promise<void> {
  const journal = await home.journal();
  const written = journal.map((row) => `${row.category} ${row.quantity} ${row.time_s} ${row.window_s} ${row.value}`);
  const left = broker.ever.map((one) => `${one.category} ${one.quantity} ${one.timeS} ${one.windowS} ${one.value}`);
  for (const one of left) {
    const at = written.indexOf(one);
    expect(at).toBeGreaterThanOrEqual(0);
    written.splice(at, 1);
  }
  expect(
    journal.filter(({ outcome }) => !['provided', 'withdrawn', 'withheld', 'replaced', 'sent'].includes(outcome)),
  ).toEqual([]);
  const pages = await home.query<{ content: string }>('SELECT content FROM consent_record ORDER BY id');
  const records = pages.map(({ content }) => JSON.parse(content) as ConsentRecord);
  for (const { agreement, category, at_ms } of journal) {
    const yes = records.find(
      (one) => one.agreement === agreement && one.process.piiType === category && PERMITTING.has(one.event.state),
    );
    expect(yes?.event.atMs).toBeLessThanOrEqual(at_ms);
  }
}

/** Every observation left, is held, or was refused for a reason of the closed lists. */
async function checkRefusals(home: InnerHome): Promise<void> {
  await home.core.writeLazily();
  const rows = await home.query<{ device: number; reason: string; count: number }>(
    'SELECT device, reason, count FROM refusal',
  );
  expect(rows.filter(({ reason }) => !REASONS.has(reason))).toEqual([]);
  expect(rows.filter(({ reason }) => reason === 'fault')).toEqual([]);
  const refused = rows.filter(({ device }) => device > 0).reduce((sum, { count }) => sum + count, 0);
  const { seen, held } = home.core.live.counts;
  const events = (await home.journal()).filter(({ window_s }) => window_s === 0).length;
  expect(refused + held + events).toBe(seen);
}

function property(rewrite: (batch: readonly Operation[]) => readonly Operation[]) {
  return fc.asyncProperty(steps, async (schedule) => {
    const operator = await testOperator();
    const home = await InnerHome.open();
    try {
      const broker = new BrokerInMemory(operator);
      await home.enrol(operator, [MIXED]);
      await home.approve('plug', { power: 0 });
      await home.approve('door', { contact: true });
      await home.approve('lock', { lock_state: 'locked' });
      home.store.rewrite = rewrite;
      const line = new Line(home, broker);
      line.connect();
      for (const step of schedule) await take(home, line, step);
      await line.drain();
      await checkJournal(home, broker);
      await checkRefusals(home);
    } finally {
      await home.remove();
    }
  });
}

describe('guarantee 9, explained', () => {
  test('all that left is in the journal with its grant; all that did not has a reason of the closed list', async () => {
    await fc.assert(
      property((batch) => batch),
      { numRuns: 15 },
    );
  });

  test('the property bites: a hub without a journal is caught', async () => {
    const rewrite = (batch: readonly Operation[]) => batch.filter(([statement]) => statement !== 'journal.add');
    expect((await fc.check(property(rewrite), { numRuns: 80, endOnFailure: true })).failed).toBe(true);
  });

  test('the property bites: a hub that counts no refusals is caught', async () => {
    const rewrite = (batch: readonly Operation[]) => batch.filter(([statement]) => statement !== 'refusal.add');
    expect((await fc.check(property(rewrite), { numRuns: 40, endOnFailure: true })).failed).toBe(true);
  });
});
