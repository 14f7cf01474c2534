import { BacklogDoor } from './backlog-door.ts';
import { Credit } from './credit.ts';
import { type Flight, Flights, isBacklog } from './flights.ts';
import { type Envelope, fitItems, inquiriesIn } from './hub-fit.ts';
import type { Answered, Composition, Item, Offered } from './hub-item.ts';
import { Ordinals } from './ordinals.ts';
import { Received } from './received.ts';
import { SpokenVersion } from './spoken-version.ts';
import { unread } from './unread.ts';
import type { DownBody, RefusalReason, RunId, UpBody, WireVersion } from './wire.ts';

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
 * - Live records go before backlog in every cell; backlog fills what is left, and begins a cell after three that held none.
 *   It goes at the broker's pace and leaves one of the credit to live data (`backlog-door.ts`, `pacing.ts`); live data never waits for it.
 * - A broker that does not know a version is spoken to in the one before for the rest of the run (`spoken-version.ts`).
 * - Leases travel in version 3 only, like records of which nothing is kept; inquiries ride where no withdrawal does.
 * - An item of an agreement opened before its ordinal was confirmed stays home (see `mayUse`).
 */

/** Trying again at once would only spin. */
const NOT_NOW: readonly RefusalReason[] = ['version', 'limit'];

/** The state of one run of one hub; everything in it may be lost in a crash. */
export class HubLink {
  readonly #run: RunId;
  readonly #flights = new Flights();
  readonly #door = new BacklogDoor();
  readonly #received = new Received();
  readonly #ordinals: Ordinals;
  readonly #receipted = new Set<number>();
  readonly #atMost = new Map<number, number>();
  #nextCell = 1;
  #isPaced = false;
  /** The broker would hold this hub's runs in too many pieces: void ranges go first, because they join them. */
  #isScattered = false;
  readonly #credit: Credit;
  readonly #spoken: SpokenVersion;
  #reconnectSpreadMs: number | undefined;

  /** `run` of this start; the highest ordinal confirmed on disk (0 at first); cells that may be out before an answer; the newest version to speak. */
  constructor(start: { run: RunId; confirmedOrdinal: number; credit: number; newest?: WireVersion | undefined }) {
    this.#run = start.run;
    this.#spoken = new SpokenVersion(start.newest);
    this.#ordinals = new Ordinals(start.confirmedOrdinal);
    this.#credit = new Credit(start.credit);
  }

  /** Cells sealed and not yet answered. */
  get outstanding(): number {
    return this.#flights.size;
  }

  /** Whether another cell that carries something may be composed now. */
  get hasCredit(): boolean {
    return this.#flights.size < this.#credit.cells;
  }

  /** The highest ordinal the broker is known to keep; a new agreement takes at least one more. */
  get keptOrdinal(): number {
    return this.#ordinals.kept;
  }

  /** Whether items (withdrawals too) of this agreement may travel: its ordinal is confirmed. */
  mayUse(ordinal: number): boolean {
    return this.#ordinals.mayUse(ordinal);
  }

  /** Whether the first answer of this run showed a lower kept ordinal; another must be re-numbered above `keptOrdinal`. */
  canConfirm(ordinal: number): boolean {
    return this.#ordinals.canConfirm(ordinal);
  }

  /** Confirms every ordinal up to this one, which is on disk: else the next run would re-number one that is in use. */
  confirm(ordinal: number): void {
    this.#ordinals.confirm(ordinal);
  }

  /** Whether the broker is spoken to in a version that has leases. */
  get speaksLeases(): boolean {
    return this.#spoken.now === 3;
  }

  /** Whether the broker has this item: all there is to know of one that leaves no row. */
  hasArrived({ run, seq }: Pick<Item, 'run' | 'seq'>): boolean {
    return this.#received.has(run, seq);
  }

  /** Whether this item is in a cell that has not been answered. */
  isInFlight(id: number): boolean {
    return this.#flights.carrierOf(id) !== undefined;
  }

  /** Cuts the next cell out of what is offered and marks its items in flight; undefined when there is nothing to carry (unless `evenEmpty`) or no credit (an empty cell needs none). */
  compose(offered: Offered): Composition | undefined {
    const mayCarry = this.hasCredit && (!this.#isPaced || offered.evenEmpty === true);
    const mayScatter = !this.#isScattered || offered.voids.length === 0;
    const waiting = mayCarry
      ? offered.items.filter((item) => (mayScatter || 'withdrawal' in item) && this.#isFree(item))
      : [];
    const hasBacklog = waiting.some(isBacklog);
    const mayBacklog = hasBacklog && this.#mayBacklog(offered.nowMs);
    const free = hasBacklog && !mayBacklog ? waiting.filter((item) => !isBacklog(item)) : waiting;
    // Those already received too, because declaring them again gets their row deleted.
    const voids = mayCarry ? this.#flights.undeclared(offered.voids) : [];
    const fitted = fitItems(this.#envelope(offered), free, voids, {
      isReceived: (run, seq) => this.#received.has(run, seq),
      atMost: (id) => this.#atMost.get(id),
      isBacklogsTurn: this.#door.isTurn,
    });
    const carries = fitted.items.length + fitted.body.ranges.length > 0;
    if (!carries && offered.evenEmpty !== true) return undefined;
    const cell = this.#nextCell++;
    const carried = fitted.items.filter(isBacklog).length;
    if (mayBacklog) this.#door.passed(carried);
    const asks = this.#spoken.now > 1 && this.#door.asks(carried, free.filter(isBacklog).length);
    const body: UpBody = { ...fitted.body, ...(asks && { asks }), ...inquiriesIn(fitted.body, offered) };
    if (carries) this.#flights.launch(cell, body, fitted.items);
    return { cell, body, ids: fitted.items.map((item) => item.id) };
  }

  #envelope(offered: Offered): Envelope {
    const highestOrdinal = this.#ordinals.announced(offered.highestOrdinal);
    const place = { run: this.#run, cell: this.#nextCell, highestOrdinal };
    return this.#spoken.now === 1 ? place : { version: this.#spoken.now, ...place };
  }

  /** Whether a cell composed at `nowMs` could carry backlog: only then is it worth reading. */
  mayCarryBacklog(nowMs: number): boolean {
    return this.hasCredit && this.#mayBacklog(nowMs);
  }

  #mayBacklog(nowMs: number | undefined): boolean {
    return this.#door.isOpen(nowMs, this.#flights.withBacklog, this.#credit.cells);
  }

  /** From when the next cell with backlog may go, on the clock of `onAnswer`; Infinity before a connection's first answer. */
  get backlogNotBeforeMs(): number {
    return this.#door.notBeforeMs;
  }

  /** Over how long the broker wants reconnections spread, in milliseconds; undefined while it never said. */
  get reconnectSpreadMs(): number | undefined {
    return this.#reconnectSpreadMs;
  }

  #isFree(item: Item): boolean {
    if (this.isInFlight(item.id) || this.#receipted.has(item.id) || !this.mayUse(item.ordinal)) return false;
    if ('lease' in item && !this.speaksLeases) return false;
    return 'withdrawal' in item || !this.#received.has(item.run, item.seq);
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
    return this.#flights.entries().flatMap(([cell, flight]) => (isDue(flight) ? [cell] : []));
  }

  /** The connection is gone: every cell in flight is due again, and backlog waits for the next connection's first answer. */
  onDisconnect(): void {
    this.#door.shut(this.#nextCell);
    this.#flights.unsend();
  }

  /** These rows were purged: cells that carry one are forgotten and must not be sent again. Returns those cells. */
  purged(ids: Iterable<number>): number[] {
    const cells = new Set<number>();
    for (const id of ids) {
      const cell = this.#flights.carrierOf(id);
      if (cell !== undefined) cells.add(cell);
      this.#atMost.delete(id);
    }
    for (const cell of cells) this.#end(cell);
    return [...cells];
  }

  /** Applies an opened answer that came at `nowMs` (monotonic, as in `compose`), without receipts whose signature does not verify. */
  onAnswer(answer: DownBody, nowMs = 0): Answered {
    this.#hold(answer, nowMs);
    for (const acknowledged of answer.acknowledged) this.#received.merge(acknowledged);
    const firstOfRun = this.#ordinals.shown(answer.highestOrdinal);
    this.#credit.heard(answer);
    for (const receipt of answer.receipts) for (const id of this.#flights.answeredBy(receipt)) this.#receipted.add(id);
    const { freed, quarantined } = this.#conclude(answer);
    freed.push(...this.#endOverlapped());
    const { acknowledged, receipts, hole, refusal, lapsed = [], standings = [] } = answer;
    const said = { acknowledged, receipts, lapsed, standings, ...(hole && { hole }), ...(refusal && { refusal }) };
    return { ...said, quarantined, freed, keptOrdinal: this.#ordinals.kept, firstOfRun };
  }

  #hold({ cell, pacing, refusal }: DownBody, nowMs: number): void {
    this.#door.answered(cell, this.#flights.get(cell)?.body.asks === true, pacing, nowMs);
    this.#reconnectSpreadMs = pacing?.reconnectSpreadMs ?? this.#reconnectSpreadMs;
    this.#isPaced = refusal !== undefined && NOT_NOW.includes(refusal.reason);
    this.#isScattered = refusal?.reason === 'limit';
    if (refusal?.reason === 'version') this.#spoken.refused(cell, this.#nextCell);
  }

  #conclude(answer: DownBody): Pick<Answered, 'quarantined'> & { freed: number[] } {
    const flight = this.#flights.get(answer.cell);
    if (flight === undefined) return { freed: [], quarantined: [] };
    this.#end(answer.cell);
    const left = flight.items.filter((item) => !this.#isDone(item));
    const { freed, quarantined, atMost } = unread(flight, left, answer.refusal?.reason);
    if (atMost !== undefined) for (const id of freed) this.#atMost.set(id, atMost);
    return { freed, quarantined };
  }

  #isDone(item: Item): boolean {
    return 'withdrawal' in item ? this.#receipted.has(item.id) : this.#received.has(item.run, item.seq);
  }

  /**
   * Ends every other cell of which something was received by another way (an older run's cell, say): sending it again
   * could store nothing, and its received rows may be deleted any moment, so that a purge would no longer find them.
   */
  #endOverlapped(): number[] {
    const ended = this.#flights.overtakenBy(this.#received);
    for (const [cell] of ended) this.#end(cell);
    return ended.flatMap(([, { items }]) => items.filter((item) => !this.#isDone(item)).map(({ id }) => id));
  }

  #end(cell: number): void {
    for (const item of this.#flights.end(cell)) if (this.#isDone(item)) this.#atMost.delete(item.id);
  }
}
