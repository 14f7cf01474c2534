import type { DownBody, UpBody } from '../../proto/wire.ts';
import { type BrokerBackup, type BrokerFaults, BrokerModel, type Work } from './broker-model.ts';
import { Checks, type Counts, type Violation } from './checks.ts';
import type { HubDisk } from './hub-disk.ts';
import { type HubFaults, HubModel } from './hub-model.ts';
import { Network } from './network.ts';
import { Random } from './random.ts';

/**
 * One seed of the protocol's simulation: a hub, a network that loses, repeats, delays and reorders, a broker with two
 * workers, crashes on both sides, and a disk that is rolled back; then a quiet phase in which everything must be
 * delivered, and at last a replay of every cell that was ever sent, which must change nothing.
 */

/** What is broken on purpose. */
export interface Faults {
  readonly hub?: HubFaults;
  readonly broker?: BrokerFaults;
}

/** How to run one seed. */
export interface Settings {
  readonly seed: number;
  /** Length of the noisy phase. */
  readonly steps?: number;
  readonly faults?: Faults;
  /** Told every step, for people. */
  readonly onStep?: (line: string) => void;
}

/** What one seed gave. */
export interface Result {
  readonly seed: number;
  /** 53 bits over everything that happened; equal for equal seeds. */
  readonly traceHash: number;
  readonly violations: readonly { readonly kind: Violation; readonly detail: string }[];
  readonly counts: Readonly<Counts>;
}

const DEFAULT_STEPS = 110;
const QUIET_ROUNDS = 400;
/** One seed in so many seals and opens every cell for real, and one in so many leaves its run in many pieces. */
const SEALED_EVERY = 64;
const SCATTERED_EVERY = 40;
/** One seed in so many restores the broker from a backup, which takes back what came since. */
const RESTORED_EVERY = 3;
const HOUR_MS = 3_600_000;

class Simulation {
  readonly #random: Random;
  readonly #checks = new Checks();
  readonly #network: Network;
  readonly #hub: HubModel;
  readonly #broker: BrokerModel;
  readonly #workers: (Work | undefined)[] = [undefined, undefined];
  readonly #settings: Settings;
  readonly #unreadablePercent: number;
  readonly #notNowPercent: number;
  readonly #isScattered: boolean;
  readonly #isBrokerRestored: boolean;
  #image: HubDisk | undefined;
  #backup: BrokerBackup | undefined;
  #hashLow = 0x811c_9dc5;
  #hashHigh = 0x1234_5678;

  constructor(settings: Settings) {
    const { seed, faults } = settings;
    this.#settings = settings;
    this.#random = new Random(seed);
    this.#isScattered = seed % SCATTERED_EVERY === 1;
    this.#isBrokerRestored = seed % RESTORED_EVERY === 1;
    this.#notNowPercent = seed % 7 === 0 ? 10 : 0;
    this.#unreadablePercent = seed % 5 === 0 ? 4 : 0;
    this.#network = new Network(this.#random, seed % SEALED_EVERY === 0);
    if (seed % SEALED_EVERY === 0) this.#checks.counts.sealed++;
    this.#hub = new HubModel(this.#random, this.#checks, faults?.hub ?? {});
    this.#broker = new BrokerModel(this.#checks, 1 + this.#random.below(4), faults?.broker ?? {});
    this.#hub.agree();
  }

  #note(what: string, ...numbers: readonly number[]): void {
    for (const number of [what.charCodeAt(0), what.charCodeAt(4), ...numbers]) {
      this.#hashLow = Math.imul(this.#hashLow ^ number, 0x0100_0193);
      this.#hashHigh = Math.imul(this.#hashHigh ^ (number + this.#hashLow), 0x85eb_ca6b);
    }
    this.#settings.onStep?.(`${what} ${numbers.join(' ')}`);
  }

  #noteCell(what: string, body: UpBody): void {
    this.#note(what, body.cell, body.records.length, body.withdrawals.length, body.ranges.length, body.highestOrdinal);
  }

  #sendUp(body: UpBody | undefined): void {
    if (body === undefined) return;
    if (body.records.some(({ backlog }) => backlog === true)) this.#checks.counts.backlog++;
    this.#noteCell('hub sends cell, records, withdrawals, ranges, ordinal:', body);
    this.#network.sendUp(body);
  }

  #home(): void {
    const dice = this.#random.below(100);
    if (dice < 70) {
      const count = 1 + this.#random.below(this.#isScattered ? 40 : 5);
      this.#note('home records:', count);
      this.#hub.enqueue(count, this.#random.percent(this.#unreadablePercent));
    } else if (dice < 80) {
      this.#note('resident says yes');
      this.#hub.agree();
    } else {
      this.#note('resident withdraws');
      this.#hub.withdraw();
    }
  }

  #send(): void {
    if (this.#random.percent(12)) this.#hub.extendLease();
    if (this.#random.percent(25)) {
      const isDisconnected = this.#random.percent(50);
      for (const body of this.#hub.resend(isDisconnected)) this.#sendUp(body);
    }
    this.#sendUp(this.#hub.compose(this.#isScattered || this.#random.percent(40), this.#random.percent(20)));
  }

  #work(): void {
    const at = this.#random.below(2);
    const work = this.#workers[at];
    if (work === undefined) {
      if (this.#network.up.length === 0) return;
      const body = this.#network.readUp(this.#random.take(this.#network.up));
      this.#note('worker takes cell', at, body.cell);
      this.#workers[at] = this.#broker.load(body);
      return;
    }
    this.#workers[at] = undefined;
    this.#finish(work, this.#random.percent(5));
  }

  #finish(work: Work, dies: boolean): void {
    const isNotNow = !this.#network.isReliable && this.#random.percent(this.#notNowPercent);
    const reason = this.#random.percent(50) ? 'version' : 'limit';
    const answer = isNotNow ? this.#broker.refuse(work.body, reason) : this.#broker.finish(work, dies);
    const how = answer === undefined ? 'dies' : `answers ${answer.refusal?.reason ?? ''}`;
    this.#note(`broker ${how}`, work.body.cell, answer?.acknowledged.length ?? 0);
    if (answer === undefined) return;
    this.#checks.onAnswer(answer);
    this.#network.sendDown(work.body.run, answer);
    // A worker that dies after its commit loses the answer: the same as a lost message.
  }

  #receive(): void {
    if (this.#network.down.length > 0)
      this.#hear(this.#network.readDown(this.#random.take(this.#network.down), this.#hub.run));
  }

  #hear(answer: DownBody | undefined): void {
    if (answer === undefined) return;
    this.#note('hub hears of cell', answer.cell, answer.acknowledged[0]?.intervals.length ?? 0);
    this.#hub.receive(answer);
    if (this.#random.percent(70)) this.#hub.commit();
  }

  #misfortune(): void {
    const dice = this.#random.below(this.#isScattered ? 100 : 130);
    if (dice < 45) {
      this.#note('hub crashes');
      this.#hub.crash();
    } else if (dice < 70) this.#rollBack(dice);
    else if (dice < 80) {
      this.#note('both workers die');
      this.#workers.fill(undefined);
      if (this.#isBrokerRestored) this.#backup ??= this.#broker.backup();
    } else if (dice < 100) this.#comeAgain(dice);
    else if (dice < 112) {
      this.#hub.isFull = !this.#hub.isFull;
      this.#checks.counts.diskFull++;
      this.#note('disk of the hub is full:', Number(this.#hub.isFull));
    } else if (dice < 118) {
      this.#note('log is lost');
      this.#checks.counts.logLost++;
      this.#hub.loseLog(this.#random.percent(50));
    } else if (dice < 124) this.#paceOrSleep();
    else if (this.#isBrokerRestored) this.#restoreBroker();
  }

  #rollBack(dice: number): void {
    if (dice < 60) {
      this.#note('image of the disk taken');
      this.#image = this.#hub.disk.image();
    } else if (this.#image !== undefined) {
      const isNoticed = this.#random.percent(50);
      this.#note('disk rolled back', Number(isNoticed));
      this.#hub.rollBack(this.#image, isNoticed);
    }
  }

  #comeAgain(dice: number): void {
    if (dice < 90 && this.#network.sentUp.length > 0) {
      this.#note('old cell comes again');
      this.#network.up.push(this.#random.one(this.#network.sentUp));
    } else if (this.#network.sentDown.length > 0) {
      this.#note('old answer comes again');
      this.#network.down.push(this.#random.one(this.#network.sentDown));
    }
  }

  /** The broker asks hubs to wait, or the hub's machine sleeps for hours and its clock leaps. */
  #paceOrSleep(): void {
    if (this.#random.percent(50)) this.#hub.nowMs += this.#random.below(48) * HOUR_MS;
    else this.#broker.pacing = { backlogWaitMs: this.#random.below(600_000), reconnectSpreadMs: 1000 };
    this.#note('hub sleeps or waits', this.#hub.nowMs, this.#broker.pacing.backlogWaitMs);
  }

  #restoreBroker(): void {
    this.#workers.fill(undefined);
    if (this.#backup === undefined) this.#backup = this.#broker.backup();
    else {
      this.#note('broker restored from its backup');
      this.#broker.restore(this.#backup);
    }
  }

  #noisyStep(): void {
    this.#hub.nowMs += this.#random.below(8000);
    const dice = this.#random.below(100);
    if (dice < 16) this.#home();
    else if (dice < 38) this.#send();
    else if (dice < 72) this.#work();
    else if (dice < 90) this.#receive();
    else if (dice < 95) {
      this.#hub.commit();
      if (dice < 92) this.#hub.settle();
    } else this.#misfortune();
  }

  /** A new connection, then a second cell on it: backlog goes only after the first was answered. */
  #quietRound(): void {
    for (const body of this.#hub.resend(true)) this.#sendUp(body);
    for (let cell = 0; cell < 2; cell++) {
      this.#hub.nowMs += HOUR_MS;
      this.#sendUp(this.#hub.compose(false, true));
      this.#deliver();
      for (let commits = 0; commits < 8; commits++) this.#hub.commit();
    }
  }

  #deliver(): void {
    while (this.#network.up.length > 0) {
      this.#finish(this.#broker.load(this.#network.readUp(this.#random.take(this.#network.up))), false);
    }
    while (this.#network.down.length > 0) this.#receive();
  }

  #replayEverything(): void {
    const cells = [...this.#network.sentUp];
    while (cells.length > 0) {
      this.#broker.finish(this.#broker.load(this.#network.readUp(this.#random.take(cells))), false);
    }
  }

  run(): Result {
    const steps = this.#settings.steps ?? DEFAULT_STEPS;
    for (let step = 0; step < steps; step++) this.#noisyStep();
    this.#note('quiet');
    this.#network.isReliable = true;
    this.#hub.isFull = false;
    for (const [at, work] of this.#workers.entries()) {
      if (work !== undefined) this.#finish(work, false);
      this.#workers[at] = undefined;
    }
    let rounds = 0;
    do this.#quietRound();
    while (!this.#hub.isIdle && ++rounds < QUIET_ROUNDS);
    if (!this.#hub.isIdle) this.#checks.onStuck('the outbox does not empty');
    this.#replayEverything();
    this.#checks.onRemaining(this.#broker.storedKeys());
    const { counts, violations } = this.#checks;
    this.#note('stored', counts.stored);
    return {
      seed: this.#settings.seed,
      traceHash: (this.#hashHigh >>> 11) * 0x1_0000_0000 + (this.#hashLow >>> 0),
      violations,
      counts,
    };
  }
}

/** Runs one seed from its beginning to its end. */
export function simulate(settings: Settings): Result {
  return new Simulation(settings).run();
}
