import { sealUp } from '../../proto/cell.ts';
import type { HubLink } from '../../proto/hub-link.ts';
import type { Lane } from '../../proto/lists.ts';
import type { UpBody } from '../../proto/wire.ts';
import { LIMITS } from '../limits.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { OutboxRow } from '../outbox/row.ts';
import type { UplinkCounts } from './counts.ts';
import { type MayLeave, WaitingRows } from './waiting-rows.ts';

/** What the lanes work with. */
export interface LanesSettings {
  readonly link: HubLink;
  readonly outbox: Outbox;
  readonly hub: Buffer;
  readonly enrolmentKey: Buffer;
  readonly mayLeave: MayLeave;
  readonly highestOrdinal: () => number;
  /** While true, only empty cells are composed: the first answer's ordinals are not durable yet. */
  readonly isHeld: () => boolean;
  readonly send: (frame: Buffer) => boolean;
  readonly now: () => number;
  readonly counts: UplinkCounts;
}

interface Cell {
  readonly lane: Lane;
  readonly rows: readonly OutboxRow[];
}

/**
 * The two ways out. Shaped: one cell at each tick, sealed one tick ahead, full or empty. Prompt: at once, as far as the
 * credit goes. Every write to the socket is preceded, in the same turn, by the live check of everything in the cell.
 */
export class Lanes {
  readonly #settings: LanesSettings;
  readonly #waiting: WaitingRows;
  readonly #cells = new Map<number, Cell>();
  readonly #dropping = new Set<number>();
  #ahead: { readonly cell: number; readonly frame: Buffer } | undefined;

  constructor(settings: LanesSettings) {
    this.#settings = settings;
    const { outbox, mayLeave } = settings;
    this.#waiting = new WaitingRows({ outbox, mayLeave, drop: (rows) => this.#drop(rows) });
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

  /** A connection is up: what was in flight on the prompt lane goes again, then what waits; `greet` sends an empty cell. */
  connected(greet: boolean): void {
    this.#forgetEnded();
    this.#waiting.lookAgain();
    if (greet) this.#greet();
    this.#ahead ??= this.#compose('shaped');
    for (const cell of this.#due('prompt')) this.#sendAgain(cell);
    this.flush();
  }

  /** The connection is gone: everything in flight is due again. */
  disconnected(): void {
    this.#settings.link.onDisconnect();
  }

  /** An answer is on disk: what it confirmed or freed may go now. */
  answered(): void {
    this.#waiting.lookAgain();
    this.flush();
  }

  /** Sends what waits on the prompt lane, as far as the credit goes. */
  flush(): void {
    this.#forgetEnded();
    const { link, send } = this.#settings;
    while (link.hasCredit) {
      const sealed = this.#compose('prompt');
      if (!sealed) return;
      // In the turn of the live check; a cell that was not written stays in flight and is due at the next connection.
      if (!send(sealed.frame)) return;
      this.#wrote(sealed.cell);
    }
  }

  /**
   * Checks everything in flight against the consent of this moment and takes out what may not leave (now, or ever). The
   * cell sealed ahead is sealed again under a new number when that concerns it, or when a withdrawal should travel in it.
   */
  recheck(): void {
    this.#waiting.lookAgain();
    for (const cell of [...this.#cells.keys()]) this.#mayStillGo(cell);
    if (!this.#ahead) return;
    if (this.#withdrawalWaits()) this.#settings.link.purged(this.#idsIn(this.#ahead.cell));
    else if (!this.#isStale(this.#ahead.cell)) return;
    this.#ahead = this.#compose('shaped');
  }

  #withdrawalWaits(): boolean {
    const { link, outbox } = this.#settings;
    const rows = outbox.exit.pending('control', 0, LIMITS.composeRows);
    return link.hasCredit && rows.some((row) => !link.isInFlight(row.id) && link.mayUse(row.ordinal));
  }

  #idsIn(cell: number): number[] {
    return (this.#cells.get(cell)?.rows ?? []).map(({ id }) => id);
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
    outbox.exit.handOut(this.#cells.get(cell)?.rows ?? [], voids);
  }

  #due(lane: Lane): number[] {
    const due = this.#settings.link.due(this.#settings.now(), LIMITS.resendMs);
    return due.filter((cell) => this.#cells.get(cell)?.lane === lane);
  }

  #compose(lane: Lane): { cell: number; frame: Buffer } | undefined {
    const { link, outbox } = this.#settings;
    const highestOrdinal = this.#settings.highestOrdinal();
    const limit = this.#settings.isHeld() ? 0 : LIMITS.composeRows + this.#rowsInFlight();
    const rows = this.#waiting.read(lane, limit).filter(({ id }) => !this.#dropping.has(id));
    const waiting = rows.some((row) => !link.isInFlight(row.id) && link.mayUse(row.ordinal));
    if (lane === 'prompt' && !waiting) return undefined;
    const control = outbox.exit.pending('control', 0, limit);
    const composed = link.compose({
      items: [...control, ...rows],
      voids: outbox.exit.voids(Math.min(limit, LIMITS.composeVoids)),
      highestOrdinal,
      evenEmpty: lane === 'shaped',
    });
    if (!composed) return undefined;
    const ids = new Set(composed.ids);
    if (link.body(composed.cell)) {
      this.#cells.set(composed.cell, { lane, rows: [...control, ...rows].filter(({ id }) => ids.has(id)) });
    }
    return { cell: composed.cell, frame: this.#seal(composed.body) };
  }

  #rowsInFlight(): number {
    return [...this.#cells.values()].reduce((sum, { rows }) => sum + rows.length, 0);
  }

  /**
   * Whether everything in a cell may leave at this moment. If not, the cell is forgotten: what has ended is dropped, what
   * must hold stays in the outbox, and the rest is cut into other cells.
   */
  #mayStillGo(cell: number): boolean {
    const { link } = this.#settings;
    const failing = (this.#cells.get(cell)?.rows ?? []).filter((row) => this.#waiting.verdict(row) !== 'leave');
    if (failing.length === 0) return true;
    link.purged(failing.map(({ id }) => id));
    this.#drop(failing.filter((row) => this.#waiting.verdict(row) === 'ended'));
    return false;
  }

  #drop(rows: readonly OutboxRow[]): void {
    const { link, outbox, counts } = this.#settings;
    const ids = rows.map(({ id }) => id).filter((id) => !this.#dropping.has(id));
    if (ids.length === 0) return;
    link.purged(ids);
    for (const id of ids) this.#dropping.add(id);
    const undo = () => {
      for (const id of ids) this.#dropping.delete(id);
    };
    counts.add('withheld', ids.length);
    // Refused by the store: the rows stay, and the next live check drops them again.
    outbox.commit(outbox.exit.dropped(ids, 'withheld')).then(undo, undo);
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
