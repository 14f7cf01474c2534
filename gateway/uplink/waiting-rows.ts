import type { Category, Lane } from '../../proto/lists.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { OutboxRow, Part } from '../outbox/row.ts';
import { BacklogMark } from './backlog-mark.ts';

/**
 * The live check of a category under an agreement (row id): it may `leave` at this moment, or must `hold` because it may
 * leave later, or its consent has `ended` for good.
 */
export type MayLeave = (agreement: number, category: Category) => 'leave' | 'hold' | 'ended';

/**
 * What reading needs: `drop` is given the rows whose consent has ended, `skip` names rows that are on their way, and
 * `mayCarryBacklog` tells whether a cell composed now could carry any: it is read from the disk.
 */
export interface WaitingRowsSettings {
  readonly outbox: Outbox;
  readonly mayLeave: MayLeave;
  readonly drop: (rows: readonly OutboxRow[]) => void;
  readonly skip: (id: number) => boolean;
  readonly mayCarryBacklog: () => boolean;
}

/** A row on offer for the next cell; backlog is what waited through an outage. */
export type OfferedRow = OutboxRow & { readonly backlog?: boolean };

/** What of a lane is read: what came since the connection is up, or what waited for it. */
type Kind = 'live' | 'backlog';

/**
 * Reads what waits and may leave at this moment. What must hold stays in the outbox and is read past, so that it holds up
 * nothing behind it; what is on its way is not read again until `lookAgain`.
 */
export class WaitingRows {
  readonly #settings: WaitingRowsSettings;
  readonly #held = new Map<string, Part>();
  /** Everything of a lane and kind up to this id is on its way, done or held. */
  readonly #after = new Map<string, number>();
  readonly #mark = new BacklogMark();

  constructor(settings: WaitingRowsSettings) {
    this.#settings = settings;
  }

  /** Whether a row may leave, must hold, or has ended; a withdrawal may always leave. */
  verdict({ agreement, ...row }: Pick<OutboxRow, 'agreement'> & { readonly record?: OutboxRow['record'] }) {
    return row.record ? this.#settings.mayLeave(agreement, row.record.category) : 'leave';
  }

  /** A connection is up after `outageMs` without one: what is in the outbox now waited for it. */
  connected(outageMs: number): void {
    this.#mark.up(this.#settings.outbox.exit.newest(), outageMs);
    this.lookAgain();
  }

  /** Rows of a lane that may leave at this moment: at most `limit` live ones, then at most `limit` of the backlog, each oldest first. */
  read(lane: Lane, limit: number): OfferedRow[] {
    this.#release();
    const live = this.#read(lane, 'live', limit);
    if (!this.#settings.mayCarryBacklog()) return live;
    return [...live, ...this.#read(lane, 'backlog', limit).map((row) => ({ ...row, backlog: true }))];
  }

  /** Some of the rows just read are on their way: the next read begins behind them. */
  taken(lane: Lane, read: readonly OfferedRow[], ids: ReadonlySet<number>): void {
    for (const kind of ['live', 'backlog'] as const) {
      const rows = read.filter(({ backlog }) => (backlog === true) === (kind === 'backlog'));
      const left = rows.findIndex(({ id }) => !ids.has(id));
      const last = left < 0 ? rows.at(-1) : rows[left - 1];
      if (last) this.#after.set(`${lane} ${kind}`, last.id);
    }
  }

  /** Whether there may be more of a lane that waited through an outage: until a read has found the end of it. */
  mayHaveBacklog(lane: Lane): boolean {
    return (this.#after.get(`${lane} backlog`) ?? 0) < this.#mark.upTo;
  }

  /** Everything is looked at again, from the oldest row: consent, the clock or the confirmed ordinals may have changed, or rows were freed. */
  lookAgain(): void {
    this.#after.clear();
  }

  #read(lane: Lane, kind: Kind, limit: number): OutboxRow[] {
    for (;;) {
      const before = this.#held.size;
      const rows = this.#next(lane, kind, limit);
      const verdicts = rows.map((row) => this.verdict(row));
      rows.forEach((row, at) => {
        if (verdicts[at] === 'hold') this.#hold(row);
      });
      const ended = rows.filter((_, at) => verdicts[at] === 'ended');
      if (ended.length > 0) this.#settings.drop(ended);
      // Whatever was found to hold is read past at once: there are no more such parts than categories under agreements.
      if (this.#held.size === before) return rows.filter((_, at) => verdicts[at] === 'leave');
    }
  }

  /** Rows not known to hold; the next read begins where this one found the first, because finding it can be a long walk. */
  #next(lane: Lane, kind: Kind, limit: number): OutboxRow[] {
    if (limit === 0) return [];
    const { outbox, skip } = this.#settings;
    const newest = outbox.exit.newest();
    const [from, upTo] = kind === 'backlog' ? [0, this.#mark.upTo] : [this.#mark.upTo, newest];
    const key = `${lane} ${kind}`;
    const after = this.#after.get(key) ?? from;
    if (after >= upTo) return [];
    const except = [...this.#held.values()];
    const rows = outbox.exit.pending({ lane, after, upTo, limit, except, skip });
    this.#after.set(key, rows[0] ? rows[0].id - 1 : upTo);
    return rows;
  }

  #hold({ agreement, record }: OutboxRow): void {
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
