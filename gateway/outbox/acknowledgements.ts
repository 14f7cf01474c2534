import { Intervals } from '../../proto/intervals.ts';
import type { Interval, RunId, RunIntervals } from '../../proto/wire.ts';
import type { Store } from '../store/store.ts';
import type { HandedOut } from './handed-out.ts';
import { gapsIn } from './ranges.ts';
import type { Recent } from './recent.ts';
import type { Runs } from './runs.ts';
import type { Voids } from './voids.ts';

interface Parts {
  readonly store: Store;
  readonly operator: number;
  readonly runs: Runs;
  readonly recent: Recent;
  readonly handedOut: HandedOut;
}

/** What the data broker acknowledged in this process, by run: every answer shows the whole run, and only what is new is taken out. */
export class Acknowledgements {
  readonly #parts: Parts;
  readonly #voids: Voids;
  readonly #known = new Map<RunId, Intervals>();

  constructor(parts: Parts, voids: Voids) {
    this.#parts = parts;
    this.#voids = voids;
  }

  /** Takes out what is newly acknowledged; returns how many records that was. */
  take({ run, intervals }: RunIntervals): number {
    const known = this.#known.get(run) ?? Intervals.fromArray([]);
    this.#known.set(run, known);
    let taken = 0;
    for (const interval of intervals) {
      for (const fresh of gapsIn(interval, known.toArray())) {
        this.#arrived(run, fresh);
        taken += this.#records(run, fresh);
      }
      this.#voided(run, interval);
      known.add(interval.first, interval.last - interval.first + 1);
    }
    return taken;
  }

  #records(run: RunId, fresh: Interval): number {
    const { store, runs, recent, handedOut } = this.#parts;
    const ids = runs.idsIn(run, fresh);
    if (!ids) return 0;
    const inTables = recent.unacknowledgedIn(store, ids);
    handedOut.answered(ids);
    store.later([['journal.acknowledged', ids.first, ids.last]]);
    return inTables + recent.acknowledge(ids);
  }

  /**
   * Where a void range stands that was not written to the socket, what arrived is a record that was sent and then purged:
   * the journal learns that it did. Of an older run that is not known.
   */
  #arrived(run: RunId, fresh: Interval): void {
    const { store, runs, handedOut } = this.#parts;
    if (run !== runs.run) return;
    const declared = this.#voids.all().filter((range) => range.run === run);
    const purged = declared.flatMap(({ first, count }) => shared(fresh, { first, last: first + count - 1 }));
    const proven = purged.flatMap((interval) => handedOut.proven(interval));
    if (proven.length === 0) return;
    store.later(proven.map(({ first, last }) => ['journal.arrived', runs.base + first, runs.base + last]));
  }

  #voided(run: RunId, interval: Interval): void {
    if (!this.#voids.acknowledge(run, interval)) return;
    const { store, operator } = this.#parts;
    store.later([['outbox.deleteVoids', operator, Buffer.from(run, 'hex'), interval.first, interval.last]]);
  }
}

function shared(one: Interval, other: Interval): Interval[] {
  const [first, last] = [Math.max(one.first, other.first), Math.min(one.last, other.last)];
  return first <= last ? [{ first, last }] : [];
}
