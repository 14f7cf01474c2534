import type { Lane } from '../../proto/lists.ts';
import type { Store } from '../store/store.ts';
import type { Names } from './names.ts';
import type { Recent, Wanted } from './recent.ts';
import { LANE_NUMBERS, type OutboxRow, partNumber, readRow, type StoredRow } from './row.ts';
import type { Runs } from './runs.ts';

/** What reading the tables needs. */
export interface TableParts {
  readonly store: Store;
  readonly runs: Runs;
  readonly names: Names;
  readonly recent: Recent;
}

/** How far the tables have, behind an id, only rows of these parts, which hold. */
interface Held {
  readonly parts: string;
  readonly after: number;
  readonly id: number;
}

/** Waiting rows as the tables have them. What was found about them is remembered until they change, because a long backlog is read for every cell. */
export class TableRows {
  readonly #parts: TableParts;
  /** Above this id there is no waiting row of a lane. */
  readonly #noneAbove = new Map<Lane, number>();
  readonly #held = new Map<Lane, Held>();
  /** Ordinals of agreements (row ids); undefined while an agreement is not confirmed. */
  readonly #ordinals = new Map<number, number | undefined>();

  constructor(parts: TableParts) {
    this.#parts = parts;
  }

  /** The tables changed. */
  changed(): void {
    this.#noneAbove.clear();
    this.#held.clear();
    this.#ordinals.clear();
  }

  /** The ordinal of an agreement; undefined while it is not confirmed on disk. */
  ordinalOf(agreement: number): number | undefined {
    if (!this.#ordinals.has(agreement)) {
      const row = this.#parts.store.get<{ ordinal: number; confirmed: number }>('agreement.state', agreement);
      this.#ordinals.set(agreement, row?.confirmed === 1 ? row.ordinal : undefined);
    }
    return this.#ordinals.get(agreement);
  }

  /** Rows of a lane, oldest first; `newest` is the id of the newest item on disk. */
  pending(wanted: Wanted, newest: number): OutboxRow[] {
    const { lane, after, upTo, limit, except, skip } = wanted;
    if (after >= (this.#noneAbove.get(lane) ?? Number.POSITIVE_INFINITY)) return [];
    const { recent } = this.#parts;
    const parts = this.#excepted(wanted);
    const found: OutboxRow[] = [];
    let from = recent.past(this.#begin(wanted, parts));
    for (let isFirst = true; found.length < limit; isFirst = false) {
      const rows = this.#parts.store.all<StoredRow>('outbox.pending', LANE_NUMBERS[lane], from, upTo, limit, parts);
      found.push(...rows.filter(({ id }) => !skip(id)).flatMap((row) => this.#read(row)));
      const end = Math.max(from, Math.min(upTo, newest));
      if (isFirst) this.#held.set(lane, { parts, after, id: rows[0] ? rows[0].id - 1 : end });
      from = recent.past(rows.at(-1)?.id ?? from);
      if (rows.length === limit) continue;
      if (except.length === 0 && upTo >= newest) this.#noneAbove.set(lane, from);
      break;
    }
    return found.slice(0, limit);
  }

  #begin({ lane, after, upTo }: Wanted, parts: string): number {
    const held = this.#held.get(lane);
    if (held?.parts !== parts || held.after > after) return after;
    return Math.max(after, Math.min(held.id, upTo));
  }

  #excepted({ except }: Wanted): string {
    const { names } = this.#parts;
    const numbers = except.flatMap((part) =>
      names.under(part.agreement).map((name) => partNumber({ ...part, agreement: name })),
    );
    return JSON.stringify(numbers);
  }

  /** A row, unless it is acknowledged, of another operator, or of an agreement that is not confirmed. */
  #read(row: StoredRow): OutboxRow[] {
    const { recent, names, runs } = this.#parts;
    const name = names.get(row.name);
    const ordinal = name && this.ordinalOf(name.agreement);
    if (!name || ordinal === undefined || recent.isAcknowledged(row.id)) return [];
    return [readRow(row, { ...runs.place(row.id), ordinal }, name)];
  }
}
