import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../gateway/store/store.ts';
import { accept } from '../../proto/broker-link.ts';
import { BrokerInMemory } from '../kit/broker-in-memory.ts';
import { InnerHome } from '../kit/inner-home.ts';
import { Line } from '../kit/line.ts';
import { seeded } from '../kit/seeded.ts';
import { anOffer, testOperator } from '../kit/test-operator.ts';

const WATCHED = anOffer({
  categories: [
    { category: 'power.appliance', level: 'L5', retentionDays: 30, legalClass: 'personal' },
    { category: 'contact.doorWindow', level: 'L3', retentionDays: 30, legalClass: 'personal' },
  ],
});
/** Another recipient, whose agreement must not suffer. */
const OTHER = anOffer({ offer: 'other', recipient: { ...anOffer().recipient, id: 'other' } });

type Step = 'publish' | 'deliver' | 'give' | 'withdraw' | 'withdrawPart' | 'late' | 'restart' | 'tick';

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Step>('publish') },
    { weight: 3, arbitrary: fc.constant<Step>('deliver') },
    { weight: 2, arbitrary: fc.constant<Step>('give') },
    fc.constantFrom<Step>('withdraw', 'withdrawPart', 'late', 'restart', 'tick'),
  ),
  { minLength: 6, maxLength: 40 },
);

interface Broken {
  readonly judge?: typeof accept;
  readonly rewrite?: (batch: readonly Operation[]) => readonly Operation[];
}

/** One home's story: what a stage tells afterwards is checked after every withdrawal, and at the end. */
class Story {
  readonly broker: BrokerInMemory;
  readonly broken: Broken;
  readonly random: () => number;
  home: InnerHome;
  line: Line;
  /** Frames that were on the wire once and may arrive at any later time. */
  past: Buffer[] = [];
  value = 0;

  constructor(home: InnerHome, broker: BrokerInMemory, broken: Broken, seed: number) {
    this.home = home;
    this.broker = broker;
    this.broken = broken;
    this.random = seeded(seed);
    this.line = this.#begin();
  }

  #begin(): Line {
    this.home.store.rewrite = this.broken.rewrite ?? ((batch) => batch);
    const line = new Line(this.home, this.broker);
    line.connect();
    return line;
  }

  async step(step: Step): Promise<void> {
    this.past = [...this.past, ...this.line.wire].slice(-30);
    const { consent } = this.home.way;
    if (step === 'publish') await this.#publish();
    else if (step === 'deliver') await this.line.deliver({ lose: () => this.random() < 0.2 });
    else if (step === 'give') await consent.give('every-sample', {});
    else if (step === 'withdraw') await this.#withdraw();
    else if (step === 'withdrawPart') await consent.withdraw('every-sample', ['power.appliance']);
    else if (step === 'late') for (const frame of this.past) this.broker.take(frame, this.home.way.keys.hub);
    else if (step === 'tick') {
      this.home.machine.pass(3_600_000);
      await this.home.core.tick();
      this.line.tick();
    } else {
      this.home = await this.home.reopen();
      this.line = this.#begin();
    }
  }

  async #publish(): Promise<void> {
    this.value += 1;
    await this.home.publish('plug', { power: this.value });
    await this.home.publish('door', { contact: this.value % 2 === 0 });
    this.line.connect();
  }

  async #withdraw(): Promise<void> {
    const withdrawn = this.home.way.consent.withdraw('every-sample');
    // The decision flips in the turn that asks, before anything is on disk.
    expect(this.home.way.index.all().filter(({ offer }) => offer === 'every-sample')).toEqual([]);
    await withdrawn;
    this.line.recheck();
    const rows = await this.home.journal();
    expect(rows.filter(({ slug, isWaiting }) => isWaiting && slug === 'every-sample')).toEqual([]);
    const windows = await this.home.query<{ slug: string }>(
      'SELECT slug FROM window JOIN agreement ON agreement.id = agreement',
    );
    expect(windows.filter(({ slug }) => slug === 'every-sample')).toEqual([]);
  }

  /** Withdraws, lets everything come to an end, and delivers every old frame once more. */
  async end(): Promise<void> {
    await this.#withdraw();
    await this.line.drain();
    for (const frame of this.past) this.broker.take(frame, this.home.way.keys.hub);
    const { consent, keys } = this.home.way;
    const names = new Set<string>();
    for (const { id, ordinal } of consent.agreements.under('every-sample'))
      for (const { epoch, subject } of await this.home.query<{ epoch: number; subject: number }>(
        'SELECT epoch, subject FROM used_subject WHERE agreement = ?',
        id,
      ))
        names.add(keys.writeKey(ordinal, epoch, subject));
    const { offerKeyOf } = this;
    expect(this.broker.records.filter((record) => record.offer === offerKeyOf('every-sample'))).toEqual([]);
    expect(['erased', 'nothingHeld', undefined]).toContain(consent.withdrawals.latest('every-sample')?.state);
    const sent = this.broker.ever.filter((record) => record.offer === offerKeyOf('every-sample')).length;
    if (sent > 0) expect(names.size).toBeGreaterThan(0);
    // The other recipient's agreement stands and lost nothing.
    const other = this.broker.records.filter((record) => record.offer === offerKeyOf('other'));
    expect(other.map(({ value }) => value).sort((a, b) => a - b)).toEqual(
      Array.from({ length: this.value }, (_, index) => index + 1),
    );
  }

  readonly offerKeyOf = (slug: string): string =>
    this.home.way.offers.get(slug)?.hash.toString('hex', 0, 16) ?? 'no such offer';
}

function property(broken: Broken) {
  return fc.asyncProperty(steps, fc.nat(), async (schedule, seed) => {
    const operator = await testOperator();
    const home = await InnerHome.open();
    let story: Story | undefined;
    try {
      await home.enrol(operator, [WATCHED, OTHER]);
      await home.approve('plug', { power: 0 });
      await home.approve('door', { contact: true });
      await home.way.consent.give('other', {});
      await home.way.consent.give('every-sample', {});
      story = new Story(home, new BrokerInMemory(operator, broken.judge), broken, seed);
      for (const step of schedule) await story.step(step);
      await story.end();
    } finally {
      await (story?.home ?? home).remove();
    }
  });
}

describe('guarantee 3, withdrawal', () => {
  test('nothing is decided, kept, sent or stored under it afterwards, and the broker signs that it erased', async () => {
    await fc.assert(property({}), { numRuns: 15 });
  });

  test('the property bites: a broker that forgets what was withdrawn is caught', async () => {
    const judge: typeof accept = (body, held, names) =>
      accept(body, { ...held, withdrawn: new Map(), received: new Map() }, names);
    expect((await fc.check(property({ judge }), { numRuns: 60, endOnFailure: true })).failed).toBe(true);
  });

  test('the property bites: a hub that leaves the backlog in place is caught', async () => {
    const rewrite = (batch: readonly Operation[]) => batch.filter(([statement]) => statement !== 'journal.purged');
    expect((await fc.check(property({ rewrite }), { numRuns: 60, endOnFailure: true })).failed).toBe(true);
  });

  test('the property bites: a hub that forgets which names it used is caught', async () => {
    const rewrite = (batch: readonly Operation[]) => batch.filter(([statement]) => statement !== 'usedSubject.add');
    expect((await fc.check(property({ rewrite }), { numRuns: 60, endOnFailure: true })).failed).toBe(true);
  });
});
