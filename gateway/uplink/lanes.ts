import { sealUp } from '../../proto/cell.ts';
import type { Lane } from '../../proto/lists.ts';
import type { UpBody } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';
import type { ErasureRow, LeaseRow, OutboxRow } from '../outbox/row.ts';
import { Dropping } from './dropping.ts';
import type { LanesSettings } from './lanes-settings.ts';
import { Leases } from './leases.ts';
import { PromptPace, type Standing } from './prompt-pace.ts';
import { type MayLeave, WaitingRows } from './waiting-rows.ts';

type Row = OutboxRow | ErasureRow | LeaseRow;

interface Cell {
  readonly lane: Lane;
  readonly sinceMs: number;
  readonly rows: readonly Row[];
}

/**
 * The two ways out. Shaped: one cell at each tick, sealed one tick ahead, full or empty. Prompt: at once, as far as the
 * credit goes. Every write to the socket is preceded, in the same turn, by the live check of everything in the cell.
 */
export class Lanes {
  readonly #settings: LanesSettings;
  readonly #waiting: WaitingRows;
  readonly #cells = new Map<number, Cell>();
  readonly #dropping: Dropping;
  readonly #pace: PromptPace;
  readonly #leases: Leases;
  #ahead: { readonly cell: number; readonly frame: Buffer } | undefined;

  constructor(settings: LanesSettings) {
    this.#settings = settings;
    const { link, outbox, counts, mayLeave, after } = settings;
    this.#pace = new PromptPace({ after, flush: () => this.flush() });
    this.#dropping = new Dropping({ link, outbox, counts, onDone: () => this.#waiting.lookAgain() });
    this.#leases = new Leases({
      ...{ link, outbox, leased: settings.leased, now: settings.now, random: settings.random ?? Math.random },
      drop: (rows) => this.#dropping.drop(rows, 'withheld'),
    });
    this.#waiting = new WaitingRows({
      outbox,
      mayLeave,
      drop: (rows) => this.#dropping.drop(rows, 'withheld'),
      mayCarryBacklog: () => settings.link.mayCarryBacklog(settings.now()),
      skip: (id) => this.#dropping.has(id) || settings.link.isInFlight(id),
    });
  }

  /** The shaped lane's tick: writes one cell (when connected) and seals the next. */
  tick(isUp: boolean): void {
    this.recheck();
    this.#forgetEnded();
    if (isUp) {
      const due = this.#due('shaped').find((cell) => cell !== this.#ahead?.cell);
      if (due !== undefined) this.#sendAgain(due);
      else this.#sendAhead();
      for (const cell of this.#due('prompt')) this.#sendAgain(cell);
    }
    this.#ahead ??= this.#compose('shaped');
  }

  /** A connection is up after `outageMs` without one: what was in flight on the prompt lane goes again, then what waits. An empty cell asks how busy the data broker is. */
  connected(outageMs: number): void {
    this.#forgetEnded();
    this.#waiting.connected(outageMs);
    this.#greet();
    this.#ahead ??= this.#compose('shaped');
    for (const cell of this.#due('prompt')) this.#sendAgain(cell);
    this.flush();
  }

  /** The data broker answers again after it was silent for `silentMs` on a connection that stayed up. */
  heardAgain(silentMs: number): void {
    this.#waiting.connected(silentMs);
  }

  /** The connection is gone: everything in flight is due again. */
  disconnected(): void {
    this.#settings.link.onDisconnect();
  }

  /** An answer was taken: what its credit allows may go now, and, when it freed or confirmed something, that too. */
  answered(hasFreed = true): void {
    if (hasFreed) this.#waiting.lookAgain();
    this.flush();
  }

  /** Takes the oldest waiting power out, about this many rows, because the outbox is full: what is on its way stays. */
  thin(count: number): void {
    const { link, outbox } = this.#settings;
    const free = outbox.exit.oldestPower(count).filter(({ id }) => !link.isInFlight(id));
    this.#dropping.drop(free, 'thinned');
  }

  /** The data broker says that the leases of these pseudonyms have lapsed. */
  lapsed(pseudonyms: readonly string[]): void {
    this.#leases.lapsed(pseudonyms);
  }

  /** Sends what waits on the prompt lane, as far as the credit goes. */
  flush(): void {
    this.#forgetEnded();
    const { link, send, isUp } = this.#settings;
    if (!isUp() || !link.hasCredit || !this.#pace.isDue(this.#standing())) return;
    const sealed = this.#compose('prompt');
    // In the turn of the live check; a cell that was not written stays in flight and is due at the next connection.
    if (!sealed || !send(sealed.frame)) return;
    this.#wrote(sealed.cell);
    this.#pace.sent();
  }

  #standing(): Standing {
    const { link, outbox, now } = this.#settings;
    const nowMs = now();
    // One without an answer for so long may be lost: nothing waits for it.
    const isAwaited = ({ lane, sinceMs }: Cell) => lane === 'prompt' && nowMs - sinceMs < LIMITS.promptWaitMs;
    const awaited = [...this.#cells.values()].filter(isAwaited).length;
    const hasBacklog = this.#waiting.mayHaveBacklog('prompt') && link.mayCarryBacklog(nowMs);
    return { awaited, newest: outbox.exit.newest(), hasBacklog };
  }

  /**
   * Checks everything in flight against the consent of this moment and takes out what may not leave (now, or ever). The
   * cell sealed ahead is sealed again under a new number when that concerns it, or when a withdrawal should travel in it.
   */
  recheck(): void {
    this.#waiting.lookAgain();
    for (const cell of [...this.#cells.keys()]) this.#mayStillGo(cell);
    if (!this.#ahead) return;
    if (this.#withdrawalWaits())
      this.#settings.link.purged((this.#cells.get(this.#ahead.cell)?.rows ?? []).map(({ id }) => id));
    else if (!this.#isStale(this.#ahead.cell)) return;
    this.#ahead = this.#compose('shaped');
  }

  #withdrawalWaits(): boolean {
    const { link, outbox } = this.#settings;
    return link.hasCredit && outbox.exit.erasures().some((row) => !link.isInFlight(row.id) && link.mayUse(row.ordinal));
  }

  #isStale(cell: number): boolean {
    return this.#cells.has(cell) && this.#settings.link.body(cell) === undefined;
  }

  #greet(): void {
    const { link, send, highestOrdinal } = this.#settings;
    const empty = { items: [], voids: [], highestOrdinal: highestOrdinal(), evenEmpty: true };
    const composed = link.compose(empty);
    if (composed) send(this.#seal(composed.body));
  }

  #sendAhead(): void {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (!ahead) return;
    if (this.#settings.send(ahead.frame)) this.#wrote(ahead.cell);
  }

  #sendAgain(cell: number): void {
    const { link, send } = this.#settings;
    const body = link.body(cell);
    if (!body || !this.#mayStillGo(cell)) return;
    if (send(this.#seal(body))) this.#wrote(cell);
  }

  #wrote(cell: number): void {
    const { link, outbox, now } = this.#settings;
    link.sent(cell, now());
    const voids = link.body(cell)?.ranges.filter((range) => range.void) ?? [];
    const rows = this.#cells.get(cell)?.rows ?? [];
    outbox.exit.handOut(
      rows.filter(({ lane }) => lane !== 'control').map(({ id }) => id),
      voids,
    );
  }

  #due(lane: Lane): number[] {
    const due = this.#settings.link.due(this.#settings.now(), LIMITS.resendMs);
    return due.filter((cell) => this.#cells.get(cell)?.lane === lane);
  }

  #compose(lane: Lane): { cell: number; frame: Buffer } | undefined {
    const { link, outbox, now } = this.#settings;
    const highestOrdinal = this.#settings.highestOrdinal();
    const limit = this.#settings.isHeld() ? 0 : LIMITS.composeRows;
    const rows = this.#waiting.read(lane, limit);
    if (lane === 'prompt' && !rows.some((row) => link.mayUse(row.ordinal))) return undefined;
    if (lane === 'shaped' && limit > 0) this.#leases.look();
    const control = limit > 0 ? [...outbox.exit.erasures(), ...this.#leases.items()] : [];
    const items: readonly Row[] = [...control, ...rows];
    const composed = link.compose({
      items,
      nowMs: now(),
      voids: outbox.exit.voids(Math.min(limit, LIMITS.composeVoids)),
      highestOrdinal,
      evenEmpty: lane === 'shaped',
      inquiries: lane === 'shaped' && limit > 0 ? (this.#settings.inquiries?.() ?? []) : [],
    });
    if (!composed) return undefined;
    const ids = new Set(composed.ids);
    this.#waiting.taken(lane, rows, ids);
    const carried = items.filter(({ id }) => ids.has(id));
    this.#pace.taken(carried.flatMap((row) => ('lease' in row ? [] : [row.id])));
    const cell = { lane, sinceMs: now(), rows: carried };
    if (link.body(composed.cell)) this.#cells.set(composed.cell, cell);
    return { cell: composed.cell, frame: this.#seal(composed.body) };
  }

  /**
   * Whether everything in a cell may leave at this moment. If not, the cell is forgotten: what has ended is dropped, what
   * must hold stays in the outbox, and the rest is cut into other cells.
   */
  #mayStillGo(cell: number): boolean {
    const { link } = this.#settings;
    const failing = (this.#cells.get(cell)?.rows ?? []).filter((row) => this.#verdict(row) !== 'leave');
    if (failing.length === 0) return true;
    link.purged(failing.map(({ id }) => id));
    this.#waiting.lookAgain();
    const ended = failing.filter((row) => this.#verdict(row) === 'ended');
    this.#leases.forget(ended.filter((row) => 'lease' in row));
    this.#dropping.drop(ended, 'withheld');
    return false;
  }

  #verdict(row: Row): ReturnType<MayLeave> {
    if ('lease' in row) return this.#leases.isLive(row) ? 'leave' : 'ended';
    return this.#waiting.verdict(row);
  }

  #forgetEnded(): void {
    for (const cell of [...this.#cells.keys()]) {
      if (this.#settings.link.body(cell) === undefined && cell !== this.#ahead?.cell) this.#cells.delete(cell);
    }
  }

  #seal(body: UpBody): Buffer {
    const { enrolmentKey, hub } = this.#settings;
    return sealUp({ enrolmentKey, hub, body });
  }
}
