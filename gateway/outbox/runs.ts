import type { Interval, RunId } from '../../proto/wire.ts';
import type { Operation, Store } from '../store/store.ts';

/** Where an item was drawn. */
export interface Place {
  readonly run: RunId;
  readonly seq: number;
}

/**
 * The runs of this hub and where the ids of their items begin: an item's id is its run's base plus its sequence, so that
 * ids grow in the order items were enqueued and no index is needed to find an item. Between two runs one id stays free.
 */
export class Runs {
  /** The base of this process's run. */
  readonly base: number;
  readonly run: RunId;
  readonly #operator: number;
  readonly #bytes: Buffer;
  readonly #bases: { readonly base: number; readonly run: RunId }[];
  readonly #byRun: Map<RunId, number>;
  #isStored = false;

  /** Everything committed before must be in the tables (`settle`). */
  constructor(store: Store, operator: number, bytes: Buffer) {
    this.#operator = operator;
    this.#bytes = bytes;
    this.run = bytes.toString('hex');
    this.base = (store.get<{ id: number }>('item.highest')?.id ?? 0) + 1;
    const earlier = store.all<{ base: number; run: Buffer }>('run.all', operator);
    this.#bases = [
      ...earlier.map(({ base, run }) => ({ base, run: run.toString('hex') })),
      { base: this.base, run: this.run },
    ];
    this.#byRun = new Map(this.#bases.map(({ base, run }) => [run, base]));
  }

  /** The operation that makes this run durable, to be committed with every item until one of them is stored. */
  opening(): Operation[] {
    return this.#isStored ? [] : [['run.open', this.base, this.#operator, this.#bytes]];
  }

  /** An item of this run is on disk, and the run with it. */
  stored(): void {
    this.#isStored = true;
  }

  /** Whether anything was ever stored under a run. */
  knows(run: RunId): boolean {
    return this.#byRun.has(run);
  }

  /** The id of an item; undefined for a run of which nothing was stored. */
  id(run: RunId, seq: number): number | undefined {
    const base = this.#byRun.get(run);
    return base === undefined ? undefined : base + seq;
  }

  /**
   * The ids of what a run has stored among these sequences; undefined when it has none there. A run may have drawn more than
   * it stored (void ranges, a memory that was set back): those ids belong to the run after it.
   */
  idsIn(run: RunId, { first, last }: Interval): Interval | undefined {
    const base = this.#byRun.get(run);
    if (base === undefined) return undefined;
    const end = this.#bases.find((other) => other.base > base)?.base ?? Number.POSITIVE_INFINITY;
    const ids = { first: base + first, last: Math.min(base + last, end - 1) };
    return ids.first <= ids.last ? ids : undefined;
  }

  /** The run and sequence of an id. */
  place(id: number): Place {
    let low = 0;
    let high = this.#bases.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#bases[middle]?.base ?? 0) < id) low = middle;
      else high = middle - 1;
    }
    const found = this.#bases[low];
    if (!found || found.base >= id) throw new RangeError('no run has an item with this id');
    return { run: found.run, seq: id - found.base };
  }
}
