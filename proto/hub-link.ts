import { fitItems } from './hub-fit.ts';
import { type Answered, type Composition, type Item, isAnsweredBy, type Offered } from './hub-item.ts';
import { Received } from './received.ts';
import type { DownBody, Range, Receipt, RefusalReason, RunId, UpBody } from './wire.ts';

/**
 * The hub's side of the link: which outbox items travel in which cell, and what an answer means. No clock, no disk,
 * no socket: times are passed in, and the caller keeps the outbox.
 *
 * Rules (each has a test in test/unit/proto/hub-link.test.ts):
 * - A cell number is used for one body only; that body is re-sent until it is answered, always as the same bytes.
 * - Nothing but an answer's intervals (or a receipt, for a withdrawal) lets the caller delete a row.
 * - An answer to a cell ends that cell, and every other cell of which it shows something as received. What is not
 *   received is free to be cut into other cells.
 * - A purge ends every cell that carries a purged item; its other items are free, the purged sequences become void.
 * - A cell the broker could not read is halved until the one unreadable item is alone: a record is quarantined, a
 *   withdrawal never; it is tried again when nothing else waits. `version` and `limit` never quarantine: everything
 *   waits, and only the timer's cells (sent even empty) try again until an answer says neither.
 * - An item of an agreement opened before its ordinal was confirmed stays home (see `mayUse`).
 */

interface Flight {
  readonly body: UpBody;
  readonly items: readonly Item[];
  sentAtMs: number | undefined;
}

const UNREADABLE: readonly RefusalReason[] = ['field', 'enumeration', 'malformed'];

/** Trying again at once would only spin. */
const NOT_NOW: readonly RefusalReason[] = ['version', 'limit'];

/** The state of one run of one hub; everything in it may be lost in a crash. */
export class HubLink {
  readonly #run: RunId;
  readonly #flights = new Map<number, Flight>();
  readonly #carriedBy = new Map<number, number>();
  readonly #received = new Received();
  readonly #receipted = new Set<number>();
  readonly #atMost = new Map<number, number>();
  #nextCell = 1;
  #isPaced = false;
  #newestAnswered = 0;
  #credit: number;
  #confirmedOrdinal: number;
  #firstKept: number | undefined;
  #kept: number;

  /** `run` of this start; the highest ordinal confirmed on disk (0 at first); cells that may be out before an answer. */
  constructor(start: { run: RunId; confirmedOrdinal: number; credit: number }) {
    this.#run = start.run;
    this.#confirmedOrdinal = start.confirmedOrdinal;
    this.#kept = start.confirmedOrdinal;
    this.#credit = start.credit;
  }

  /** Cells sealed and not yet answered. */
  get outstanding(): number {
    return this.#flights.size;
  }

  /** Whether another cell that carries something may be composed now. */
  get hasCredit(): boolean {
    return this.#flights.size < this.#credit;
  }

  /** The highest ordinal the broker is known to keep; a new agreement takes at least one more. */
  get keptOrdinal(): number {
    return this.#kept;
  }

  /** Whether items (withdrawals too) of this agreement may travel: its ordinal is confirmed. */
  mayUse(ordinal: number): boolean {
    return ordinal <= this.#confirmedOrdinal;
  }

  /**
   * Whether this ordinal may be confirmed: the first answer of this run has come, and the kept ordinal it showed was
   * lower. One that may not must be re-numbered above `keptOrdinal`.
   */
  canConfirm(ordinal: number): boolean {
    return this.mayUse(ordinal) || (this.#firstKept !== undefined && ordinal > this.#firstKept);
  }

  /**
   * Confirms every ordinal up to this one. The caller has that on disk first: the next run would re-number an ordinal
   * that is in use, and what was stored under it would never be taken back.
   */
  confirm(ordinal: number): void {
    if (!this.canConfirm(ordinal)) throw new RangeError('this ordinal is not above the kept one');
    this.#confirmedOrdinal = Math.max(this.#confirmedOrdinal, ordinal);
  }

  /** Whether this item is in a cell that has not been answered. */
  isInFlight(id: number): boolean {
    return this.#carriedBy.has(id);
  }

  /**
   * Cuts the next cell out of what is offered, withdrawals first, and marks its items in flight; undefined when there
   * is nothing to carry (unless `evenEmpty`) or no credit (an empty cell needs none).
   */
  compose(offered: Offered): Composition | undefined {
    const mayCarry = this.hasCredit && (!this.#isPaced || offered.evenEmpty === true);
    const free = mayCarry ? offered.items.filter((item) => this.#isFree(item)) : [];
    const voids = mayCarry ? this.#voidsFor(offered.voids) : [];
    const envelope = { run: this.#run, cell: this.#nextCell, highestOrdinal: this.#ordinalFor(offered) };
    const fitted = fitItems(envelope, free, voids, {
      isReceived: (run, seq) => this.#received.has(run, seq),
      atMost: (id) => this.#atMost.get(id),
    });
    const carries = fitted.items.length + fitted.body.ranges.length > 0;
    if (!carries && offered.evenEmpty !== true) return undefined;
    const cell = this.#nextCell++;
    if (carries) this.#launch(cell, fitted.body, fitted.items);
    return { cell, body: fitted.body, ids: fitted.items.map((item) => item.id) };
  }

  #isFree(item: Item): boolean {
    if (this.#carriedBy.has(item.id) || this.#receipted.has(item.id) || !this.mayUse(item.ordinal)) return false;
    return 'withdrawal' in item || !this.#received.has(item.run, item.seq);
  }

  /** Void ranges not in flight; those already received too, because declaring them again gets their row deleted. */
  #voidsFor(voids: readonly Range[]): readonly Range[] {
    if (voids.length === 0) return voids;
    const declared = [...this.#flights.values()].flatMap(({ body }) => body.ranges.filter((range) => range.void));
    const isIn = (range: Range, other: Range) =>
      other.run === range.run && other.first <= range.first && other.first + other.count >= range.first + range.count;
    return voids.filter((range) => !declared.some((other) => isIn(range, other)));
  }

  #ordinalFor(offered: Offered): number {
    return Math.max(this.#kept, this.mayUse(offered.highestOrdinal) ? offered.highestOrdinal : 0);
  }

  #launch(cell: number, body: UpBody, items: readonly Item[]): void {
    this.#flights.set(cell, { body, items, sentAtMs: undefined });
    for (const item of items) this.#carriedBy.set(item.id, cell);
  }

  /** The body of a cell in flight, to be sealed again into the same bytes; undefined once it is answered or forgotten. */
  body(cell: number): UpBody | undefined {
    return this.#flights.get(cell)?.body;
  }

  /** Notes that a cell went to the socket at `nowMs`. */
  sent(cell: number, nowMs: number): void {
    const flight = this.#flights.get(cell);
    if (flight !== undefined) flight.sentAtMs = nowMs;
  }

  /** The cells in flight that were never sent on this connection, or not answered for `waitMs`, oldest first. */
  due(nowMs: number, waitMs: number): number[] {
    const isDue = ({ sentAtMs }: Flight) => sentAtMs === undefined || nowMs - sentAtMs >= waitMs;
    return [...this.#flights].filter(([, flight]) => isDue(flight)).map(([cell]) => cell);
  }

  /** The connection is gone: every cell in flight is due again. */
  onDisconnect(): void {
    for (const flight of this.#flights.values()) flight.sentAtMs = undefined;
  }

  /** These rows were purged: cells that carry one are forgotten and must not be sent again. Returns those cells. */
  purged(ids: Iterable<number>): number[] {
    const cells = new Set<number>();
    for (const id of ids) {
      const cell = this.#carriedBy.get(id);
      if (cell !== undefined) cells.add(cell);
      this.#atMost.delete(id);
    }
    for (const cell of cells) this.#end(cell);
    return [...cells];
  }

  /** Applies an opened answer; the caller has already removed receipts whose signature does not verify. */
  onAnswer(answer: DownBody): Answered {
    for (const acknowledged of answer.acknowledged) this.#received.merge(acknowledged);
    const firstOfRun = this.#firstKept === undefined;
    this.#firstKept ??= answer.highestOrdinal;
    this.#kept = Math.max(this.#kept, answer.highestOrdinal);
    if (answer.cell > this.#newestAnswered) {
      this.#newestAnswered = answer.cell;
      this.#credit = answer.credit;
    }
    this.#isPaced = answer.refusal !== undefined && NOT_NOW.includes(answer.refusal.reason);
    for (const receipt of answer.receipts) this.#markReceipted(receipt);
    const { freed, quarantined } = this.#conclude(answer);
    freed.push(...this.#endOverlapped());
    return {
      acknowledged: answer.acknowledged,
      receipts: answer.receipts,
      quarantined,
      freed,
      ...(answer.hole && { hole: answer.hole }),
      ...(answer.refusal && { refusal: answer.refusal }),
      keptOrdinal: this.#kept,
      firstOfRun,
    };
  }

  #markReceipted(receipt: Receipt): void {
    for (const { items } of this.#flights.values()) {
      for (const item of items) {
        if ('withdrawal' in item && isAnsweredBy(item.withdrawal, receipt)) this.#receipted.add(item.id);
      }
    }
  }

  #conclude(answer: DownBody): Pick<Answered, 'quarantined'> & { freed: number[] } {
    const flight = this.#flights.get(answer.cell);
    if (flight === undefined) return { freed: [], quarantined: [] };
    this.#end(answer.cell);
    const reason = answer.refusal?.reason;
    const left = flight.items.filter((item) => !this.#isDone(item));
    const freed = left.map(({ id }) => id);
    if (reason === undefined || !UNREADABLE.includes(reason)) return { freed, quarantined: [] };
    const isAlone = flight.items.length === 1 && flight.body.ranges.every((range) => !range.void);
    const isRecord = left.some((item) => 'record' in item);
    if (isAlone && isRecord) return { freed: [], quarantined: freed.map((id) => ({ id, reason })) };
    for (const id of freed) this.#atMost.set(id, Math.ceil(left.length / 2));
    return { freed, quarantined: [] };
  }

  #isDone(item: Item): boolean {
    return 'withdrawal' in item ? this.#receipted.has(item.id) : this.#received.has(item.run, item.seq);
  }

  /**
   * Ends every other cell of which something was received by another way (an older run's cell, say): sending it again
   * could store nothing, and its received rows may be deleted any moment, so that a purge would no longer find them.
   */
  #endOverlapped(): number[] {
    const ended = [...this.#flights].filter(([, { body, items }]) => {
      const isTouched = body.ranges.some((range) => !range.void && this.#received.overlaps(range));
      return isTouched || (items.length === 0 && body.ranges.every((range) => this.#received.covers(range)));
    });
    for (const [cell] of ended) this.#end(cell);
    return ended.flatMap(([, { items }]) => items.filter((item) => !this.#isDone(item)).map(({ id }) => id));
  }

  #end(cell: number): void {
    for (const item of this.#flights.get(cell)?.items ?? []) {
      this.#carriedBy.delete(item.id);
      if (this.#isDone(item)) this.#atMost.delete(item.id);
    }
    this.#flights.delete(cell);
  }
}
