import type { Category, Lane } from '../../proto/lists.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { OutboxRow, Part } from '../outbox/row.ts';

/**
 * The live check of a category under an agreement (row id): it may `leave` at this moment, or must `hold` because it may
 * leave later, or its consent has `ended` for good.
 */
export type MayLeave = (agreement: number, category: Category) => 'leave' | 'hold' | 'ended';

/** What reading needs: `drop` is given the rows whose consent has ended. */
export interface WaitingRowsSettings {
  readonly outbox: Outbox;
  readonly mayLeave: MayLeave;
  readonly drop: (rows: readonly OutboxRow[]) => void;
}

/**
 * Reads what waits and may leave at this moment. What must hold stays in the outbox and is read past, so that it holds up
 * nothing behind it.
 */
export class WaitingRows {
  readonly #settings: WaitingRowsSettings;
  readonly #held = new Map<string, Part>();
  readonly #after = new Map<Lane, number>();

  constructor(settings: WaitingRowsSettings) {
    this.#settings = settings;
  }

  /** Whether a row may leave, must hold, or has ended; a withdrawal may always leave. */
  verdict(row: OutboxRow): ReturnType<MayLeave> {
    return 'withdrawal' in row ? 'leave' : this.#settings.mayLeave(row.agreement, row.record.category);
  }

  /** Rows of a lane that may leave at this moment, oldest first, out of at most `limit` that need not hold. */
  read(lane: Lane, limit: number): OutboxRow[] {
    this.#release();
    for (;;) {
      const before = this.#held.size;
      const rows = this.#next(lane, limit);
      const verdicts = new Map(rows.map((row) => [row, this.verdict(row)]));
      for (const row of rows) if (verdicts.get(row) === 'hold') this.#hold(row);
      const ended = rows.filter((row) => verdicts.get(row) === 'ended');
      if (ended.length > 0) this.#settings.drop(ended);
      // Whatever was found to hold is read past at once: there are no more such parts than categories under agreements.
      if (this.#held.size === before) return rows.filter((row) => verdicts.get(row) === 'leave');
    }
  }

  /** Everything is looked at again, from the oldest row: consent, the clock or the confirmed ordinals may have changed. */
  lookAgain(): void {
    this.#after.clear();
  }

  /** Rows that are not known to hold; the next read begins where this one found the first, because finding it can be a long walk. */
  #next(lane: Lane, limit: number): OutboxRow[] {
    if (limit === 0) return [];
    const { outbox } = this.#settings;
    const newest = outbox.exit.newest();
    const rows = outbox.exit.pending(lane, this.#after.get(lane) ?? 0, limit, [...this.#held.values()]);
    this.#after.set(lane, rows[0] ? rows[0].id - 1 : newest);
    return rows;
  }

  #hold(row: OutboxRow): void {
    if (!('record' in row)) return;
    const { agreement, record } = row;
    this.#held.set(`${agreement}|${record.category}`, { agreement, category: record.category });
  }

  /** What need not hold any more is no longer read past. */
  #release(): void {
    for (const [key, { agreement, category }] of this.#held) {
      if (this.#settings.mayLeave(agreement, category) === 'hold') continue;
      this.#held.delete(key);
      this.lookAgain();
    }
  }
}
