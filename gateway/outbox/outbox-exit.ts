import type { Interval, Range, Receipt, RunId, RunIntervals } from '../../proto/wire.ts';
import { OUTCOMES } from '../journal/journal.ts';
import type { Operation, Store } from '../store/store.ts';
import { Acknowledgements } from './acknowledgements.ts';
import type { HandedOut } from './handed-out.ts';
import type { Names } from './names.ts';
import { rangesOf } from './ranges.ts';
import type { Draft, Recent, Wanted } from './recent.ts';
import { answers, type ErasureRow, type OutboxRow, readWithdrawal } from './row.ts';
import type { Runs } from './runs.ts';
import type { Sequences } from './sequences.ts';
import { TableRows } from './table-rows.ts';
import { Voids } from './voids.ts';

/** The parts of an outbox that its exit works on. */
export interface ExitParts {
  readonly store: Store;
  readonly operator: number;
  readonly runs: Runs;
  readonly names: Names;
  readonly recent: Recent;
  readonly sequences: Sequences;
  readonly handedOut: HandedOut;
}

/**
 * The outbox as the uplink sees it: what waits, and what an answer of the data broker does to it. What waits is in the
 * tables (a backlog) and in `Recent` (what the tables do not hold yet).
 */
export class OutboxExit {
  readonly #parts: ExitParts;
  readonly #voids: Voids;
  readonly #acknowledgements: Acknowledgements;
  readonly #rows: TableRows;
  /** Withdrawals that wait; read again when the tables changed. */
  #erasures: readonly ErasureRow[] | undefined;
  /** Rows and withdrawals that wait; undefined: to be counted anew. */
  #waiting: number | undefined;
  /** Whether the tables have no power that may be thinned, until they change. */
  #hasNoPower = false;
  #newest: number;

  constructor(parts: ExitParts) {
    this.#parts = parts;
    this.#voids = new Voids(parts.store, parts.operator);
    this.#acknowledgements = new Acknowledgements(parts, this.#voids);
    this.#rows = new TableRows(parts);
    this.#newest = parts.runs.base;
  }

  /** Waiting rows, oldest first. Rows of an agreement whose ordinal is not confirmed on disk are never among them. */
  pending(wanted: Wanted): OutboxRow[] {
    const old = this.#rows.pending(wanted, this.#newest);
    if (old.length >= wanted.limit) return old;
    const { recent, runs } = this.#parts;
    for (const draft of recent.pending({ ...wanted, limit: wanted.limit - old.length })) {
      const ordinal = this.#rows.ordinalOf(draft.agreement);
      if (ordinal !== undefined) old.push(rowOf(draft, ordinal, runs));
    }
    return old;
  }

  /** The oldest waiting rows of power that are in the tables: what may be thinned. */
  oldestPower(limit: number): { readonly id: number }[] {
    const { store, recent } = this.#parts;
    if (this.#hasNoPower) return [];
    const oldest = store.all<{ id: number }>('outbox.power', limit);
    this.#hasNoPower = oldest.length === 0;
    return oldest.filter(({ id }) => !recent.isAcknowledged(id));
  }

  /** Withdrawals that wait for their receipt, oldest first. */
  erasures(): readonly ErasureRow[] {
    const { store, operator, runs } = this.#parts;
    this.#erasures ??= store
      .all<{ id: number; agreement: number; ordinal: number; withdrawal: Buffer }>('erasure.all', operator)
      .map(({ id, agreement, ordinal, withdrawal }) => ({
        id,
        ...runs.place(id),
        agreement,
        ordinal,
        lane: 'control',
        withdrawal: readWithdrawal(withdrawal),
      }));
    return this.#erasures;
  }

  /** The id of the newest item on disk. */
  newest(): number {
    return this.#newest;
  }

  /** Draws a sequence for an item that leaves no row: unless it arrives, it is to be `dropped`, or a later process finds the hole. */
  draw(): { readonly id: number; readonly run: RunId; readonly seq: number } {
    const id = this.#parts.sequences.next();
    return { id, ...this.#parts.runs.place(id) };
  }

  /** Notes, in the turn of the write, that these rows and void ranges go to the socket. */
  handOut(rows: readonly number[], voids: readonly Range[]): void {
    this.#parts.handedOut.note(rows, voids);
  }

  /** Void ranges not yet acknowledged, at most `limit`. */
  voids(limit: number): Range[] {
    return this.#voids.all().slice(0, limit);
  }

  /**
   * Takes out the records and void ranges the data broker acknowledged in a run, at once; it becomes durable with the next
   * commit, because what is sent again after a crash the broker knows as a duplicate. Withdrawals stay. Returns how many
   * records it took out.
   */
  acknowledge(acknowledged: RunIntervals): number {
    const taken = this.#acknowledgements.take(acknowledged);
    if (this.#waiting !== undefined) this.#waiting -= taken;
    return taken;
  }

  /** Operations that delete the withdrawals a receipt answers; its signature was verified by the caller. */
  receipted(receipt: Receipt): Operation[] {
    return this.erasures()
      .filter((row) => answers(receipt, row.withdrawal))
      .map(({ id }) => ['erasure.done', id]);
  }

  /**
   * Operations for rows that will not be sent again, declared void: `withheld` when their live check failed,
   * `quarantined` when the data broker cannot read them, `thinned` when the outbox is full.
   */
  dropped(ids: readonly number[], outcome: 'withheld' | 'quarantined' | 'thinned'): Operation[] {
    if (ids.length === 0) return [];
    const { runs, operator, handedOut } = this.#parts;
    const voids = rangesOf(ids).map(({ first, last }): Operation => {
      const { run, seq } = runs.place(first);
      return ['outbox.void', operator, Buffer.from(run, 'hex'), seq, last - first + 1];
    });
    const drops = ids.map((id): Operation => ['journal.dropped', id, OUTCOMES[outcome]]);
    return [...handedOut.marks(), ...drops, ...voids];
  }

  /** Whether this hub has anything of a run: an item or a void range. Nothing else is believed of a run. */
  knows(run: RunId): boolean {
    return this.#parts.runs.knows(run) || this.#voids.all().some((range) => range.run === run);
  }

  /** Operations that declare void what the data broker misses in an older run and this hub does not hold either. */
  voidMissing(run: RunId, hole: Interval): Operation[] {
    return this.#parts.sequences.missing(run, hole, this.#voids.all());
  }

  /** Rows and withdrawals waiting for acknowledgement. */
  waiting(): number {
    this.#waiting ??= this.#count();
    return this.#waiting;
  }

  /** An item is on disk. */
  added(id: number): void {
    this.#newest = Math.max(this.#newest, id);
    if (this.#waiting !== undefined) this.#waiting += 1;
  }

  /** Reads see other tables than a moment ago. */
  tablesChanged(): void {
    this.#voids.tablesChanged();
    this.#erasures = undefined;
    this.#waiting = undefined;
    this.#rows.changed();
    this.#hasNoPower = false;
  }

  #count(): number {
    const { store, recent } = this.#parts;
    const inTables = store.get<{ count: number }>('outbox.count')?.count ?? 0;
    return inTables - recent.hidden(store) + recent.size;
  }
}

function rowOf({ id, agreement, lane, record }: Draft, ordinal: number, runs: Runs): OutboxRow {
  return { id, ...runs.place(id), agreement, ordinal, lane, record };
}
