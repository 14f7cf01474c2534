import type { CountIntake } from '../devices/intake.ts';
import type { OpcuaState } from '../devices/opcua/opcua-intake.ts';
import type { SourceState } from '../devices/subscriber/subscriber.ts';
import { Batch } from './batch.ts';
import type { SecureListener } from './certificates/secure-listener.ts';
import { ConsentIndex } from './consent/consent-index.ts';
import { Enrolled, type OperatorRow } from './enrolled.ts';
import { forgetValues } from './forget-value.ts';
import { History } from './history/history.ts';
import { type HomeState, keepWindow, loadHomeState } from './home-state.ts';
import { DeviceDesk } from './household/device-desk.ts';
import { LeftToday } from './household/left-today.ts';
import { Live } from './household/live.ts';
import { People } from './household/people.ts';
import { startOfDay } from './household/view.ts';
import type { Fate } from './intake/fate.ts';
import { Refusals } from './journal/refusals.ts';
import { LIMITS } from './limits.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { Pipeline } from './pipeline.ts';
import { placeOf } from './place-of-fault.ts';
import type { Operation, Store } from './store/store.ts';
import type { HomeClock } from './time/home-clock.ts';
import type { Voucher } from './time/voucher.ts';

/** What the core of a home is made of. */
export interface HomeCoreParts {
  readonly store: Store;
  readonly clock: HomeClock;
  readonly secret: Buffer;
  readonly uplinkUrl: string | undefined;
  readonly say: (level: 'info' | 'warn' | 'error', sentence: string) => void;
}

const NOTHING = new ConsentIndex([]);
const always = (answer: boolean) => () => answer;

/** The home itself: its state, its walk, and, once enrolled, its way out. No door is opened here. */
export class HomeCore {
  readonly parts: HomeCoreParts;
  readonly history = new History();
  readonly refusals = new Refusals();
  readonly intakeCounts: Record<string, number> = {};
  readonly live: Live;
  readonly devices: DeviceDesk;
  readonly people: People;
  readonly pipeline: Pipeline;
  enrolled: Enrolled | undefined;
  sourceState: SourceState | undefined;
  /** Undefined while no OPC UA server is read. */
  opcuaState: OpcuaState | undefined;
  secureListener: SecureListener | undefined;
  /** What the doors do when a credential is gone; set by whoever opens them. */
  onCredentialRemoved: (source: string) => void = () => undefined;
  #state: HomeState;
  /** Grows with every failed commit: what leaned on the memory before it is refused by the store. */
  #lineage = 0;
  /** Whether the memory may run ahead of the disk: nothing is taken in until it is loaded again. */
  #isAhead = false;
  #loading: Promise<void> | undefined;
  readonly #opening = new OneAtATime();
  readonly #consent = () => this.enrolled?.index ?? NOTHING;
  /** Home time when the mark of time last went with a commit. */
  #markedMs = Number.NEGATIVE_INFINITY;
  /** The newest commit under way. */
  #newest: Promise<number> = Promise.resolve(0);

  private constructor(parts: HomeCoreParts) {
    this.parts = parts;
    const { store, clock, say } = parts;
    this.#state = loadHomeState(store, clock.now().ms);
    this.live = new Live({
      nowMs: () => clock.now().ms,
      recipientOf: (offer) => this.enrolled?.offers.get(offer)?.offer.recipient.name ?? { ja: offer, en: offer },
      leftToday: new LeftToday(store, () => startOfDay(clock)),
      onFault: (what, fault) => say('error', `A fault while handling ${what}: ${placeOf(fault)}`),
    });
    const onChange = () => this.enrolled?.consent.arrange(this.people.circumstances());
    this.people = new People({ store, nowMs: () => clock.now().ms, onChange });
    this.devices = new DeviceDesk({
      store,
      state: () => this.#state,
      clock,
      commit: (operations) => this.#commit(Batch.with(operations)),
      forgetValues: (...what) => forgetValues({ state: () => this.#state, consent: this.#consent, clock }, ...what),
      forgetHistory: (device) => this.history.forget(device),
      onChange: () => this.live.changed(),
      onRemoved: (source) => this.onCredentialRemoved(source),
    });
    this.pipeline = new Pipeline({
      state: () => this.#state,
      dialectOf: this.devices.dialectOf,
      consent: this.#consent,
      wayOut: () => this.enrolled,
      opening: () => this.#opening.underWay,
      clock,
      history: this.history,
      refusals: this.refusals,
      witness: this.live,
      commit: (batch) => this.#commit(batch),
    });
  }

  /** Loads the home from its store, and its way out if it is enrolled. */
  static async open(parts: HomeCoreParts): Promise<HomeCore> {
    const home = new HomeCore(parts);
    await home.openWayOut();
    return home;
  }

  /** The state the walk works on. */
  get state(): HomeState {
    return this.#state;
  }

  /** Opens (or opens anew, after an enrolment) the way to the operator. */
  openWayOut(): Promise<void> {
    return this.#opening.do(() => this.#openWayOut());
  }

  async #openWayOut(): Promise<void> {
    const row = this.parts.store.get<OperatorRow>('operator.current');
    if (!row) return;
    await this.enrolled?.consent.retire();
    await this.enrolled?.close();
    await this.#newest.catch(() => undefined);
    this.enrolled = await Enrolled.open(row, {
      store: this.parts.store,
      clock: this.parts.clock,
      secret: this.parts.secret,
      uplinkUrl: this.parts.uplinkUrl,
      usedSubjects: () => this.#state.usedSubjects,
      circumstances: () => this.people.circumstances(),
      onConsent: () => this.live.changed(),
      onAcknowledged: () => this.live.provided(),
      say: this.parts.say,
    });
    const fault = this.enrolled.consent.fault;
    if (fault !== undefined)
      this.parts.say('error', `Nothing leaves this home: ${fault}. Restore the consent book from a backup.`);
  }

  /** Counts what the doors refuse; reasons only. */
  readonly countIntake: CountIntake = (reason) => {
    this.intakeCounts[reason] = (this.intakeCounts[reason] ?? 0) + 1;
    this.refusals.count(this.parts.clock.now().ms, 0, reason);
  };

  /** Closes windows whose end has come; about once a second. */
  tick(): Promise<Fate> {
    void this.enrolled?.consent.writeRefused();
    this.#thin();
    if (this.#isAhead) return this.#loadAgain().then(() => 'failed');
    return this.pipeline.tick();
  }

  /** Hears who vouches for the machine's clock. Where home time comes back, windows and consents come back with it. */
  hearClock(voucher: Voucher): void {
    const backMs = this.parts.clock.hear(voucher);
    if (backMs === 0) return;
    this.enrolled?.consent.cameBack(backMs).catch(() => undefined);
    void this.tick();
    this.parts.say('warn', 'The clock had been wrong: home time came back to an earlier one.');
  }

  #mark(ms: number): Operation {
    this.#markedMs = ms;
    return ['meta.put', 'time_floor', Buffer.from(this.parts.clock.toStore())];
  }

  /** Above its limit the outbox makes room: the oldest power goes, counted. */
  #thin(): void {
    const excess = this.enrolled?.outbox.room.excess ?? 0;
    if (excess > 0) this.enrolled?.uplink.thin(excess);
  }

  /** Writes what costs no sync of its own: marks, how long windows were watched, refusals, history, the time floor. */
  async writeLazily(): Promise<void> {
    const { ms } = this.parts.clock.now();
    const refused = this.refusals.drain();
    const remembered = this.history.drain(ms);
    const fate = await this.#commit(
      Batch.with([
        ...this.#state.marks.drain(),
        ...[...this.#state.windows.values()].map(keepWindow),
        ...refused,
        ...remembered,
        ['journal.trim', LIMITS.journalRows],
        this.#mark(ms),
      ]),
    );
    if (fate === 'committed') return;
    this.refusals.putBack(refused);
    this.history.putBack(remembered);
  }

  /** Ends the way out and writes what is still in memory. */
  async close(): Promise<void> {
    await this.enrolled?.close();
    await this.pipeline.tick();
    await this.writeLazily();
  }

  /**
   * Commits a batch; one without operations waits only for those before it, on whose memory it leans. After a failed
   * commit nothing in memory may run ahead of the disk: the state is loaded again.
   */
  async #commit(batch: Batch): Promise<Fate> {
    const lineage = this.#lineage;
    const { ms } = this.parts.clock.now();
    if (batch.operations.length > 0 && Math.abs(ms - this.#markedMs) >= LIMITS.tickMs) batch.add(this.#mark(ms));
    try {
      if (batch.operations.length > 0) this.#newest = this.parts.store.commit(batch.operations, lineage);
      const position = await this.#newest;
      this.enrolled?.outbox.stored(batch.operations, position);
    } catch {
      this.enrolled?.outbox.failed(batch.operations);
      if (lineage === this.#lineage) await this.#fellBehind();
      return 'failed';
    }
    batch.tell();
    this.enrolled?.uplink.notify();
    return 'committed';
  }

  async #fellBehind(): Promise<void> {
    if (this.#isAhead) return;
    this.#isAhead = true;
    this.parts.say('error', 'A message could not be stored and was not acknowledged. Check the disk of the hub.');
    await this.#loadAgain();
  }

  /** Until the tables show everything that was committed, every commit of this lineage is refused and nothing is acknowledged. */
  #loadAgain(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { store, clock } = this.parts;
    if (!(await store.settle().then(always(true), always(false)))) return;
    this.#lineage += 1;
    this.#newest = Promise.resolve(0);
    this.#state = loadHomeState(store, clock.now().ms);
    this.#isAhead = false;
  }
}
