import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Arrived } from '../../devices/intake.ts';
import type { Operation } from '../../gateway/store/store.ts';
import { BrokerInMemory } from '../kit/broker-in-memory.ts';
import { InnerHome } from '../kit/inner-home.ts';
import { Line } from '../kit/line.ts';
import { seeded } from '../kit/seeded.ts';
import { anOffer, testOperator } from '../kit/test-operator.ts';

const OFFERS = [
  anOffer(),
  anOffer({
    offer: 'counted',
    recipient: { ...anOffer().recipient, id: 'counter' },
    categories: [{ category: 'contact.doorWindow', level: 'L2', retentionDays: 30, legalClass: 'personal' }],
  }),
];

type Step = 'samples' | 'door' | 'crash' | 'lostAnswer' | 'powerCut' | 'badDisk' | 'goodDisk' | 'tick' | 'send';

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>('samples') },
    { weight: 3, arbitrary: fc.constant<Step>('door') },
    fc.constantFrom<Step>('crash', 'lostAnswer', 'powerCut', 'badDisk', 'goodDisk', 'tick', 'send'),
  ),
  { minLength: 5, maxLength: 30 },
);

type Rewrite = (batch: readonly Operation[]) => readonly Operation[];

/** A publisher at QoS 1, and a home that is killed, cut off from power, and given a disk that refuses now and then. */
class Story {
  readonly broker: BrokerInMemory;
  readonly rewrite: Rewrite;
  readonly random: () => number;
  readonly folders: string[] = [];
  home: InnerHome;
  line: Line;
  connection = 1;
  watts = 0;
  isOpen = false;
  openings = 0;
  #disk = 0;

  constructor(home: InnerHome, broker: BrokerInMemory, rewrite: Rewrite, seed: number) {
    this.home = home;
    this.broker = broker;
    this.rewrite = rewrite;
    this.random = seeded(seed);
    this.line = this.#begin();
  }

  #begin(): Line {
    this.home.store.rewrite = this.rewrite;
    this.home.store.shouldFail = () => this.random() < this.#disk;
    const line = new Line(this.home, this.broker);
    line.connect();
    return line;
  }

  async step(step: Step): Promise<void> {
    if (step === 'samples') await this.#samples();
    else if (step === 'door') await this.#door();
    else if (step === 'crash') await this.#restart(this.home.reopen());
    else if (step === 'lostAnswer') await this.#lostAnswer();
    else if (step === 'powerCut') await this.#powerCut();
    else if (step === 'badDisk') this.#disk = 0.4;
    else if (step === 'goodDisk') this.#disk = 0;
    else if (step === 'tick') {
      this.home.machine.pass(1 + Math.floor(this.random() * 7_200_000));
      await this.home.core.tick();
    } else {
      this.line.connect();
      await this.line.deliver({ loseAnswer: () => this.random() < 0.3 });
    }
  }

  async #restart(opening: Promise<InnerHome>): Promise<void> {
    this.home = await opening;
    this.connection += 1;
    this.line = this.#begin();
  }

  /** Several samples in flight at once; what is not acknowledged is sent again with DUP until it is. */
  async #samples(): Promise<void> {
    const messages = Array.from({ length: 1 + Math.floor(this.random() * 6) }, () => {
      this.watts += 1;
      return this.home.message('plug', { power: this.watts }, { connection: this.connection });
    });
    await this.#untilCommitted(messages);
  }

  /** What was committed is not heard by the publisher, and sent again, perhaps after the hub started anew. */
  async #lostAnswer(): Promise<void> {
    this.watts += 1;
    const message = this.home.message('plug', { power: this.watts }, { connection: this.connection });
    await this.#untilCommitted([message]);
    if (this.random() < 0.5) await this.#restart(this.home.reopen());
    await this.#untilCommitted([{ ...message, dup: true, connection: this.connection }]);
  }

  /** The door opens or closes; order matters, so one at a time. */
  async #door(): Promise<void> {
    this.isOpen = !this.isOpen;
    if (this.isOpen) this.openings += 1;
    await this.#untilCommitted([this.home.message('door', { contact: !this.isOpen }, { connection: this.connection })]);
  }

  async #untilCommitted(messages: readonly Arrived[]): Promise<void> {
    let left = messages.map((message) => ({ message, isCommitted: false }));
    for (let round = 0; left.length > 0; round += 1) {
      if (round > 40) this.#disk = 0;
      await Promise.all(
        left.map(async (one) => {
          const sent = round === 0 ? one.message : { ...one.message, dup: true, connection: this.connection };
          one.isCommitted = (await this.home.core.pipeline.take(sent)) === 'committed';
        }),
      );
      left = left.filter(({ isCommitted }) => !isCommitted);
    }
  }

  /** The power goes while samples are in flight: the disk image of that instant lives on, and what was not acknowledged is sent again. */
  async #powerCut(): Promise<void> {
    const messages = Array.from({ length: 6 }, () => {
      this.watts += 1;
      return this.home.message('plug', { power: this.watts }, { connection: this.connection });
    });
    const acknowledged = new Set<Arrived>();
    const takes = messages.map(async (message) => {
      if ((await this.home.core.pipeline.take(message)) === 'committed') acknowledged.add(message);
    });
    const some = Math.floor(this.random() * messages.length);
    await takes[some];
    const unacknowledged = messages.filter((message) => !acknowledged.has(message));
    const image = this.home.powerCut();
    this.folders.push(image);
    const { secret, machine, packetId } = this.home;
    await this.home.remove();
    await this.#restart(InnerHome.open({ folder: image, secret, machine, packetId }));
    await this.#untilCommitted(unacknowledged.map((message) => ({ ...message, dup: true })));
  }

  async end(): Promise<void> {
    this.#disk = 0;
    this.home.machine.pass(25 * 3_600_000);
    await this.home.core.tick();
    await this.line.drain();
    const samples = this.broker.records.filter(({ quantity }) => quantity === 'power_w').map(({ value }) => value);
    expect(samples.sort((a, b) => a - b)).toEqual(Array.from({ length: this.watts }, (_, index) => index + 1));
    const counts = this.broker.records.filter(({ quantity }) => quantity === 'count');
    expect(counts.reduce((sum, { value }) => sum + value, 0)).toBe(this.openings);
    const places = counts.map(({ timeS }) => timeS);
    expect(new Set(places).size).toBe(places.length);
  }
}

function property(rewrite: Rewrite) {
  return fc.asyncProperty(steps, fc.nat(), async (schedule, seed) => {
    const operator = await testOperator();
    const home = await InnerHome.open();
    let story: Story | undefined;
    try {
      home.store.rewrite = rewrite;
      await home.enrol(operator, OFFERS);
      await home.approve('plug', { power: 0 });
      await home.approve('door', { contact: true });
      // The first word of a device after its approval is where it stands, not an event.
      await home.publish('door', { contact: true });
      await home.way.consent.give('every-sample', {});
      await home.way.consent.give('counted', {});
      story = new Story(home, new BrokerInMemory(operator), rewrite, seed);
      for (const step of schedule) await story.step(step);
      await story.end();
    } finally {
      await (story?.home ?? home).remove();
    }
  });
}

describe('guarantee 8, crash anywhere (inside one process; kills of the real program are in test/e2e)', () => {
  test('no acknowledged message is lost and none is invented: kills, power cuts, commits that fail', async () => {
    await fc.assert(
      property((batch) => batch),
      { numRuns: 18, interruptAfterTimeLimit: 25_000, markInterruptAsFailure: true },
    );
  });

  test.each([
    ['forgets its intake marks', 'intakeMark.put'],
    ['does not keep its windows', 'window.put'],
    ['acknowledges before it writes', 'journal.add'],
    ['forgets what its sensors last said', 'lastValue.put'],
  ] as const)('the property bites: a hub that %s is caught', async (_, dropped) => {
    const rewrite: Rewrite = (batch) => batch.filter(([statement]) => statement !== dropped);
    expect((await fc.check(property(rewrite), { numRuns: 60, endOnFailure: true })).failed).toBe(true);
  });
});
