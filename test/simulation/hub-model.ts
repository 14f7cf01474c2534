import { type Answered, type Item, type Offered, voidsIn } from '../../proto/hub-item.ts';
import { HubLink } from '../../proto/hub-link.ts';
import { Intervals } from '../../proto/intervals.ts';
import type { Category } from '../../proto/lists.ts';
import type { DownBody, Range, RunIntervals, UpBody } from '../../proto/wire.ts';
import { UNREADABLE_VALUE } from './broker-model.ts';
import type { Checks } from './checks.ts';
import { HubDisk, itemOf, type LeaseItem, type Row } from './hub-disk.ts';
import { namesOf } from './names.ts';
import type { Random } from './random.ts';

/** A hub made worse on purpose, to show that the checkers see it. */
export interface HubFaults {
  /** Sends a cell again although something in it was withdrawn. */
  readonly keepsPurgedCells?: boolean;
  /** Uses ordinals before they are confirmed. */
  readonly trustsItsOrdinals?: boolean;
  /** Declares every hole void, even what it still holds. */
  readonly voidsWholeHoles?: boolean;
}

const CATEGORIES: readonly Category[] = ['power.total', 'lock.state'];
/** A restored hub leaves a distance to the kept ordinal, never the same: cells held back since before may be above it. */
const AFTER_RESTORE = 100;
const RESEND_MS = 30_000;

/** A hub: the outbox a gateway would keep around a `HubLink`, and its crashes. */
export class HubModel {
  disk = new HubDisk();
  #link: HubLink;
  #run = '';
  #nextSeq = 1;
  #nextUid = 1;
  #nextValue = 1;
  #nextLease = 1;
  #leases: LeaseItem[] = [];
  #isRestored = false;
  #restores = 0;
  #pending: Answered[] = [];
  /** Ordinals an answer confirmed whose commit the full disk refused. */
  #keptUnsettled: number | undefined;
  /** Sequences drawn for commits the full disk refused: void with the next commit, forgotten in a crash. */
  #owed: Range[] = [];
  /** What the tables hold: the rest is only in the log. */
  #tables: HubDisk;
  #backlogUpTo = 0;
  /** Monotonic, also through a crash: nothing leans on where it begins. */
  nowMs = 0;
  /** Every commit is refused. */
  isFull = false;
  readonly #random: Random;
  readonly #checks: Checks;
  readonly #faults: HubFaults;

  constructor(random: Random, checks: Checks, faults: HubFaults) {
    this.#random = random;
    this.#checks = checks;
    this.#faults = faults;
    this.#tables = this.disk.image();
    this.#link = this.#start();
  }

  #start(): HubLink {
    this.#run = this.#random.hex(2);
    this.#nextSeq = 1;
    this.#pending = [];
    this.#leases = [];
    this.#owed = [];
    this.#keptUnsettled = undefined;
    this.#backlogUpTo = this.disk.nextRowId - 1;
    const { confirmedOrdinal, highestOrdinal } = this.disk;
    const trusted = this.#faults.trustsItsOrdinals === true ? highestOrdinal + 1000 : confirmedOrdinal;
    this.#link = new HubLink({ run: this.#run, confirmedOrdinal: trusted, credit: 2 });
    return this.#link;
  }

  /** The run of this process start. */
  get run(): string {
    return this.#run;
  }

  /** Whether everything is delivered and every answer is on disk. */
  get isIdle(): boolean {
    const { rows, voids } = this.disk;
    const isQuiet = this.#link.outstanding === 0 && this.#pending.length === 0 && this.#owed.length === 0;
    return isQuiet && rows.length === 0 && voids.length === 0;
  }

  /** A resident says yes. */
  agree(): void {
    if (this.isFull) return;
    const ordinal = Math.max(this.disk.highestOrdinal, this.#link.keptOrdinal) + 1;
    const uid = this.#nextUid++;
    this.disk.agreements = new Map(this.disk.agreements).set(uid, { uid, ordinal, live: CATEGORIES });
    this.disk.highestOrdinal = ordinal;
    if (this.#keptUnsettled === undefined && this.#link.canConfirm(ordinal)) this.#confirm();
  }

  #confirm(): void {
    this.disk.confirmedOrdinal = this.disk.highestOrdinal;
    this.#link.confirm(this.disk.highestOrdinal);
  }

  #liveAgreements() {
    return [...this.disk.agreements.values()].filter(({ live }) => live.length > 0);
  }

  /** Something happens at home under a live agreement; `count` records are committed. */
  enqueue(count: number, isUnreadable: boolean): void {
    const live = this.#liveAgreements();
    if (live.length === 0) {
      this.agree();
      return;
    }
    if (this.isFull) {
      this.#refuse(count);
      return;
    }
    const rows = [...this.disk.rows];
    for (let at = 0; at < count; at++) {
      const { uid, live: categories } = this.#random.one(live);
      const lane = (this.#nextSeq & 1) === 0 ? 'shaped' : 'prompt';
      const value = isUnreadable ? UNREADABLE_VALUE : this.#nextValue++;
      rows.push({ ...this.#place(uid), lane, category: this.#random.one(categories), value });
    }
    this.disk.rows = rows;
  }

  /** The disk is full: what happened is not acknowledged to its device, and the drawn sequences will never be used. */
  #refuse(count: number): void {
    this.#owed.push({ run: this.#run, first: this.#nextSeq, count, void: true });
    this.#nextSeq += count;
  }

  /** The disk takes commits again: what was owed is written. */
  #settleOwed(): void {
    this.disk.voids = [...this.disk.voids, ...this.#owed];
    this.#owed = [];
    if (this.#keptUnsettled !== undefined) this.#renumber(this.#keptUnsettled);
  }

  /** What is in the log is moved into the tables. */
  settle(): void {
    if (!this.isFull) this.#tables = this.disk.image();
  }

  /** The log is gone (another disk, a damaged page): the tables alone are left. */
  loseLog(isNoticed: boolean): void {
    this.rollBack(this.#tables, isNoticed);
  }

  #place(agreement: number) {
    return { id: this.disk.nextRowId++, run: this.#run, seq: this.#nextSeq++, agreement };
  }

  /** The lease of an agreement's name is extended; the item lives in memory only. */
  extendLease(): void {
    this.#leases = this.#leases.filter((one) => !this.#link.hasArrived(one));
    const live = this.#liveAgreements();
    if (live.length === 0 || !this.#link.speaksLeases) return;
    const { uid } = this.#random.one(live);
    if (this.#leases.some(({ agreement }) => agreement === uid)) return;
    this.#leases.push({ ...this.#place(uid), hours: this.#nextLease++ });
  }

  /** A resident takes back one category or all of an agreement: purge and withdrawal in one commit. */
  withdraw(): void {
    if (this.isFull) return;
    const live = this.#liveAgreements();
    if (live.length === 0) return;
    const agreement = this.#random.one(live);
    const categories = this.#random.percent(50) ? agreement.live : [this.#random.one(agreement.live)];
    const left = agreement.live.filter((category) => !categories.includes(category));
    this.disk.agreements = new Map(this.disk.agreements).set(agreement.uid, { ...agreement, live: left });
    this.#purge(
      (row) => row.agreement === agreement.uid && row.lane !== 'control' && categories.includes(row.category),
    );
    this.disk.rows = [...this.disk.rows, { ...this.#place(agreement.uid), lane: 'control', categories }];
    if (left.length === 0) this.#endLeases(agreement.uid);
  }

  /** Nothing is extended any more under an agreement that has ended: what is on its way becomes void. */
  #endLeases(agreement: number): void {
    const ended = this.#leases.filter((one) => one.agreement === agreement);
    this.#leases = this.#leases.filter((one) => one.agreement !== agreement);
    const voids = ended.map(({ run, seq }) => ({ run, first: seq, count: 1, void: true }));
    this.disk.voids = [...this.disk.voids, ...voids];
    if (this.#faults.keepsPurgedCells !== true) this.#link.purged(ended.map(({ id }) => id));
  }

  #purge(isPurged: (row: Row) => boolean): void {
    const purged = this.disk.rows.filter(isPurged);
    if (purged.length === 0) return;
    this.disk.rows = this.disk.rows.filter((row) => !isPurged(row));
    for (const row of purged) if (row.lane !== 'control') this.#checks.onPurged(row.value);
    const voids = purged.map(({ run, seq }) => ({ run, first: seq, count: 1, void: true }));
    this.disk.voids = [...this.disk.voids, ...voids];
    if (this.#faults.keepsPurgedCells !== true) this.#link.purged(purged.map(({ id }) => id));
  }

  /** The power fails: everything that is not on disk is gone, and a new run begins. */
  crash(): void {
    this.#start();
  }

  /** The disk is an older image. When the restore is noticed, every agreement is suspended and its backlog purged. */
  rollBack(image: HubDisk, isNoticed: boolean): void {
    this.disk = image.image();
    this.#tables = this.disk.image();
    this.#isRestored = true;
    this.#restores++;
    this.#start();
    if (!isNoticed) return;
    this.disk.agreements = new Map([...this.disk.agreements].map(([uid, one]) => [uid, { ...one, live: [] }]));
    this.#purge((row) => row.lane !== 'control');
  }

  #ordinalOf(row: Row): number {
    return this.disk.agreements.get(row.agreement)?.ordinal ?? 0;
  }

  /** Cuts the next cell, if there is anything for it. */
  compose(onlyPrompt: boolean, evenEmpty: boolean): UpBody | undefined {
    const rows = onlyPrompt ? this.disk.rows.filter(({ lane }) => lane !== 'shaped') : this.disk.rows;
    const items = rows.map((row): Item => {
      const item = itemOf(row, this.#ordinalOf(row));
      return 'record' in item && row.id <= this.#backlogUpTo ? { ...item, backlog: true } : item;
    });
    const { voids, highestOrdinal } = this.disk;
    items.push(...this.#leaseItems());
    const offered: Offered = { items, nowMs: this.nowMs, voids, highestOrdinal, evenEmpty };
    const composed = this.#link.compose(offered);
    if (composed === undefined) return undefined;
    this.#onSend(composed.body);
    return composed.body;
  }

  #leaseItems(): Item[] {
    this.#leases = this.#leases.filter((one) => !this.#link.hasArrived(one));
    return this.#leases.map(({ id, run, seq, agreement, hours }) => {
      const ordinal = this.disk.agreements.get(agreement)?.ordinal ?? 0;
      return { id, run, seq, ordinal, lane: 'control', lease: { writeKey: namesOf(ordinal).writeKey, hours } };
    });
  }

  #onSend(body: UpBody): void {
    this.#link.sent(body.cell, this.nowMs);
    const isWithdrawn = ({ timeS, category }: { timeS: number; category: Category }) =>
      !(this.disk.agreements.get(timeS)?.live.includes(category) ?? false);
    if (body.records.some(isWithdrawn)) this.#checks.onSentAfterWithdrawal(body.cell);
  }

  /** The cells to send again, all of them after a disconnect. */
  resend(isDisconnected: boolean): UpBody[] {
    if (isDisconnected) {
      this.#link.onDisconnect();
      this.#backlogUpTo = this.disk.nextRowId - 1;
    }
    const bodies = this.#link.due(this.nowMs, RESEND_MS).flatMap((cell) => this.#link.body(cell) ?? []);
    for (const body of bodies) this.#onSend(body);
    return bodies;
  }

  /** An answer arrives; what it means is committed later (`commit`), or never. */
  receive(answer: DownBody): void {
    const answered = this.#link.onAnswer(answer, this.nowMs);
    if (answered.firstOfRun) {
      if (this.isFull) this.#keptUnsettled = answered.keptOrdinal;
      else this.#renumber(answered.keptOrdinal);
    }
    this.#pending.push(answered);
  }

  /** Agreements whose ordinal was not confirmed and is not above the kept one take a new one. */
  #renumber(kept: number): void {
    this.#keptUnsettled = undefined;
    const { agreements, confirmedOrdinal } = this.disk;
    const distance = this.#isRestored ? AFTER_RESTORE * this.#restores : 1;
    let next = Math.max(kept, this.disk.highestOrdinal) + distance;
    const renumbered = [...agreements.values()].map((one) => {
      const stays = one.ordinal <= confirmedOrdinal || (one.ordinal > kept && !this.#isRestored);
      return stays ? one : { ...one, ordinal: next++ };
    });
    this.disk.agreements = new Map(renumbered.map((one) => [one.uid, one]));
    const highest = Math.max(kept, ...renumbered.map(({ ordinal }) => ordinal));
    this.disk.highestOrdinal = this.#isRestored ? Math.max(highest, kept + distance) : highest;
    this.#isRestored = false;
    this.#confirm();
  }

  /** The oldest answer's meaning reaches the disk. */
  commit(): void {
    if (this.isFull) return;
    this.#settleOwed();
    const answered = this.#pending.shift();
    if (answered === undefined) return;
    for (const { id } of answered.quarantined) this.#quarantine(id);
    for (const acknowledged of answered.acknowledged) this.#delete(acknowledged);
    for (const { pseudonym, categories } of answered.receipts) this.#finish(pseudonym, categories);
    if (answered.hole !== undefined) this.#declare(answered.hole);
  }

  #quarantine(id: number): void {
    const row = this.disk.rows.find((one) => one.id === id);
    if (row !== undefined && row.lane !== 'control')
      this.#checks.onQuarantined(row.value, row.value === UNREADABLE_VALUE);
    this.#purge((one) => one.id === id);
  }

  #delete({ run, intervals }: RunIntervals): void {
    const set = Intervals.fromArray(intervals);
    const isGone = (row: Row) => row.lane !== 'control' && row.run === run && set.has(row.seq);
    for (const row of this.disk.rows) {
      if (row.lane !== 'control' && isGone(row)) this.#checks.onDeleted(row.value);
    }
    this.disk.rows = this.disk.rows.filter((row) => !isGone(row));
    this.disk.voids = this.disk.voids.filter((range) => range.run !== run || !set.covers(range.first, range.count));
  }

  #finish(pseudonym: string, categories: readonly Category[]): void {
    const same = (others: readonly Category[]) =>
      others.length === categories.length && others.every((category) => categories.includes(category));
    this.disk.rows = this.disk.rows.filter((row) => {
      if (row.lane !== 'control' || !same(row.categories)) return true;
      return namesOf(this.#ordinalOf(row)).pseudonym !== pseudonym;
    });
  }

  #declare(hole: NonNullable<DownBody['hole']>): void {
    const held = [...this.disk.rows, ...this.#voidSequences()]
      .filter(({ run, seq }) => run === hole.run && seq >= hole.first && seq <= hole.last)
      .map(({ seq }) => seq)
      .sort((one, other) => one - other);
    const voids: Range[] = voidsIn(hole, this.#faults.voidsWholeHoles === true ? [] : held);
    this.disk.voids = [...this.disk.voids, ...voids];
  }

  #voidSequences(): { run: string; seq: number }[] {
    return this.disk.voids.flatMap(({ run, first, count }) =>
      Array.from({ length: count }, (_, at) => ({ run, seq: first + at })),
    );
  }
}
