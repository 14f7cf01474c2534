import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Arrived } from '../../devices/intake.ts';
import type { Enrolled } from '../../gateway/enrolled.ts';
import { HomeCore } from '../../gateway/home-core.ts';
import type { Fate } from '../../gateway/intake/fate.ts';
import { type JournalRow, type Outcome, outcomeOf } from '../../gateway/journal/journal.ts';
import { openStore } from '../../gateway/store/sqlite/open-store.ts';
import type { Operation, Store, StoreFigures } from '../../gateway/store/store.ts';
import { HomeClock } from '../../gateway/time/home-clock.ts';
import type { MachineClock } from '../../gateway/time/time-line.ts';
import { readTimeMark } from '../../gateway/time/time-mark.ts';
import { categoryOf, quantityOf } from '../../proto/lists.ts';
import type { Offer } from '../../proto/offer-document.ts';
import type { TestOperator } from './test-operator.ts';

/** Noon of a winter's day, in every zone the same date. */
export const NOON_MS = Date.UTC(2027, 0, 20, 12);

/** A machine's clock that a test moves by hand. */
export class HandClock implements MachineClock {
  #wallMs: number;
  #monotonicMs = 1000;

  constructor(wallMs = NOON_MS) {
    this.#wallMs = wallMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Lets real time pass. */
  pass(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
  }

  /** Sets the wall clock, as a time server or a wrong battery would. */
  set(wallMs: number): void {
    this.#wallMs = wallMs;
  }
}

/** A store whose commits a test can make fail: a chosen batch gets one operation that the real writer refuses. */
export class PoisonedStore implements Store {
  readonly #store: Store;
  shouldFail: (batch: readonly Operation[]) => boolean = () => false;
  /** Changes batches on their way, to play a hub that forgets something. */
  rewrite: (batch: readonly Operation[]) => readonly Operation[] = (batch) => batch;

  constructor(store: Store) {
    this.#store = store;
  }

  commit(batch: readonly Operation[], lineage?: number): Promise<number> {
    const poison: Operation = ['device.put', 0, null, null, null, null, null, null, null, null];
    const written = this.rewrite(batch);
    return this.#store.commit(this.shouldFail(batch) ? [...written, poison] : written, lineage);
  }

  later(operations: readonly Operation[]): void {
    this.#store.later(operations);
  }

  settle(): Promise<void> {
    return this.#store.settle();
  }

  backup(toFile: string): Promise<void> {
    return this.#store.backup(toFile);
  }

  onSettled(listener: (position: number) => void): void {
    this.#store.onSettled(listener);
  }

  all<Row>(...args: Parameters<Store['all']>): Row[] {
    return this.#store.all<Row>(...args);
  }

  get<Row>(...args: Parameters<Store['get']>): Row | undefined {
    return this.#store.get<Row>(...args);
  }

  scrub(): Promise<void> {
    return this.#store.scrub();
  }

  figures(): StoreFigures {
    return this.#store.figures();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** One journal entry in words; `isWaiting` while it is in the outbox too. */
export interface JournalLine extends Omit<JournalRow, 'category' | 'quantity' | 'outcome'> {
  readonly category: string;
  readonly quantity: string;
  readonly outcome: Outcome;
  readonly isWaiting: boolean;
}

/** What a home in this process is opened with. */
export interface InnerHomeSettings {
  /** A folder that holds a home already; otherwise a new one is made. */
  readonly folder?: string;
  readonly secret?: Buffer;
  readonly machine?: HandClock;
  readonly timeZone?: string;
  /** The packet id its devices used last: they go on when a hub starts anew. */
  readonly packetId?: number;
}

/** A real home without doors: its core, its database and its clock, inside the test's own process. */
export class InnerHome {
  readonly folder: string;
  readonly secret: Buffer;
  readonly machine: HandClock;
  readonly core: HomeCore;
  readonly store: PoisonedStore;
  /** Everything the home said to its log. */
  readonly said: string[];
  #packetId: number;
  #closed = false;

  private constructor(
    parts: Pick<InnerHome, 'folder' | 'secret' | 'machine' | 'core' | 'store' | 'said' | 'packetId'>,
  ) {
    this.#packetId = parts.packetId;
    this.folder = parts.folder;
    this.secret = parts.secret;
    this.machine = parts.machine;
    this.core = parts.core;
    this.store = parts.store;
    this.said = parts.said;
  }

  /** Opens a home in a temporary folder, or the one given. */
  static async open(settings: InnerHomeSettings = {}): Promise<InnerHome> {
    const folder = settings.folder ?? mkdtempSync(join(tmpdir(), 'engawa-home-'));
    const secret = settings.secret ?? randomBytes(32);
    const machine = settings.machine ?? new HandClock();
    const said: string[] = [];
    const say = (_level: string, sentence: string) => void said.push(sentence);
    const file = join(folder, 'hub.db');
    const store = new PoisonedStore(
      await openStore({ file, home: 'home', onFault: (fault) => say('', fault.message) }),
    );
    const mark = readTimeMark(store.get<{ value: Buffer }>('meta.get', 'time_floor')?.value.toString());
    const clock = new HomeClock(machine, { mark, timeZone: settings.timeZone ?? 'Asia/Tokyo' });
    const core = await HomeCore.open({ store, clock, secret, uplinkUrl: undefined, say });
    return new InnerHome({ folder, secret, machine, core, store, said, packetId: settings.packetId ?? 0 });
  }

  /** The packet id its devices used last. */
  get packetId(): number {
    return this.#packetId;
  }

  /** Enrols with an operator, whose ingress nobody answers at, and takes its offers. */
  async enrol(operator: TestOperator, offers: readonly Offer[]): Promise<void> {
    const { rootKey, enrolmentKey, certificate } = operator;
    const urls = ['http://127.0.0.1:9', 'mqtt://127.0.0.1:9'] as const;
    await this.store.commit([
      ['operator.put', operator.operator, rootKey, enrolmentKey, certificate, ...urls, NOON_MS],
    ]);
    await this.core.openWayOut();
    const shelved = await Promise.all(offers.map((offer) => operator.shelve(offer)));
    await this.way.offers.take(shelved, NOON_MS);
  }

  /** The way out of an enrolled home. */
  get way(): Enrolled {
    if (!this.core.enrolled) throw new Error('this home is not enrolled');
    return this.core.enrolled;
  }

  /** A message as it would arrive from Zigbee2MQTT at the listener, with a packet id of its own. */
  message(topic: string, content: unknown, more: Partial<Arrived> = {}): Arrived {
    this.#packetId = (this.#packetId % 65_535) + 1;
    const payload = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
    return {
      source: 'z2m',
      client: 'mqttjs_1',
      base: 'zigbee2mqtt',
      topic: `zigbee2mqtt/${topic}`,
      payload,
      packetId: this.#packetId,
      qos: 1,
      dup: false,
      connection: 1,
      retained: false,
      receivedAtMs: this.machine.wallMs(),
      ...more,
    };
  }

  /** Publishes a message and waits for its fate. */
  publish(topic: string, content: unknown, more: Partial<Arrived> = {}): Promise<Fate> {
    return this.core.pipeline.take(this.message(topic, content, more));
  }

  /** Makes a device known by a first message of its own and approves it. */
  async approve(
    thing: string,
    first: unknown,
    meaning: Parameters<HomeCore['devices']['approve']>[1] = {},
  ): Promise<number> {
    await this.publish(thing, first);
    const answer = await this.core.devices.approve([thing], meaning);
    const device = answer.ok ? answer.value.approved[0] : undefined;
    if (!device) throw new Error(`no device ${thing}`);
    return device.id;
  }

  /** Resolves when everything that was committed before is on disk. */
  async settled(): Promise<void> {
    await this.store.commit([['meta.put', 'test', null]]);
  }

  /** What reading SQL returns from the database, once everything committed is in it. */
  async query<Row>(sql: string, ...args: unknown[]): Promise<Row[]> {
    if (!this.#closed) await this.store.settle();
    const database = new Database(join(this.folder, 'hub.db'), { readonly: true });
    try {
      return database.prepare(sql).all(...args) as Row[];
    } finally {
      database.close();
    }
  }

  /** Everything that left or waits, as the journal has it, in the words of the lists. */
  async journal(): Promise<JournalLine[]> {
    const rows = await this.query<JournalRow & { lane: number | null }>(
      'SELECT journal.*, agreement, slug FROM journal JOIN name ON name.id = name JOIN agreement ON agreement.id = agreement ORDER BY journal.id',
    );
    return rows.map(({ category, quantity, outcome, lane, ...row }) => ({
      ...row,
      category: categoryOf(category) ?? '',
      quantity: quantityOf(quantity) ?? '',
      outcome: outcomeOf(outcome),
      isWaiting: lane !== null,
    }));
  }

  /** A copy of the files as they are at this instant, as a power cut would leave them. The log is copied first. */
  powerCut(): string {
    const folder = mkdtempSync(join(tmpdir(), 'engawa-cut-'));
    for (const name of ['hub.log', 'hub.db-wal', 'hub.db']) cpSync(join(this.folder, name), join(folder, name));
    return folder;
  }

  /** Ends as a killed process does: nothing more is written. */
  async crash(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.core.enrolled?.close();
    await this.store.close();
  }

  /** The same home after a crash, on the same disk and machine. */
  async reopen(): Promise<InnerHome> {
    await this.crash();
    return InnerHome.open(this);
  }

  /** Closes and removes everything. */
  async remove(): Promise<void> {
    await this.crash();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
