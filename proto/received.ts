import { Intervals } from './intervals.ts';
import type { Range, RunId, RunIntervals } from './wire.ts';

/** What is known to be received, run by run; it only ever grows. */
export class Received {
  readonly #runs = new Map<RunId, Intervals>();

  /** Adds what an answer shows. */
  merge({ run, intervals }: RunIntervals): void {
    const held = this.#runs.get(run) ?? Intervals.fromArray([]);
    for (const { first, last } of intervals) held.add(first, last - first + 1);
    this.#runs.set(run, held);
  }

  /** Whether this sequence of this run is received. */
  has(run: RunId, seq: number): boolean {
    return this.#runs.get(run)?.has(seq) ?? false;
  }

  /** Whether all of the range is received. */
  covers({ run, first, count }: Range): boolean {
    return this.#runs.get(run)?.covers(first, count) ?? false;
  }

  /** Whether any of the range is received. */
  overlaps({ run, first, count }: Range): boolean {
    return this.#runs.get(run)?.overlaps(first, count) ?? false;
  }
}
