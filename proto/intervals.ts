import type { Interval } from './wire.ts';

/** A set of sequences (integers from 1) kept as sorted, disjoint, never-touching intervals. */
export class Intervals {
  #list: Interval[];

  private constructor(list: Interval[]) {
    this.#list = list;
  }

  /** A set from stored or received intervals, in any order, overlapping or not. */
  static fromArray(list: readonly Interval[]): Intervals {
    const set = new Intervals([]);
    for (const { first, last } of list) set.add(first, last - first + 1);
    return set;
  }

  /** The intervals in ascending order; the array is the caller's. */
  toArray(): Interval[] {
    return this.#list.slice();
  }

  /** The number of intervals, not of sequences. */
  get size(): number {
    return this.#list.length;
  }

  /** The highest sequence held, 0 when empty. */
  get highest(): number {
    return this.#list.at(-1)?.last ?? 0;
  }

  /** The index of the first interval that ends at or after `sequence`. */
  #from(sequence: number): number {
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#list[middle] as Interval).last < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Adds `count` sequences from `first`; throws RangeError when that is no range of positive safe integers. */
  add(first: number, count: number): void {
    const last = first + count - 1;
    if (!(first >= 1 && count >= 1) || !Number.isSafeInteger(first) || !Number.isSafeInteger(last + 1)) {
      throw new RangeError('not a range of sequences');
    }
    const start = this.#from(first - 1);
    let end = start;
    let merged = { first, last };
    for (let next = this.#list[end]; next !== undefined && next.first <= last + 1; next = this.#list[++end]) {
      merged = { first: Math.min(merged.first, next.first), last: Math.max(merged.last, next.last) };
    }
    this.#list.splice(start, end - start, merged);
  }

  /** Whether this one sequence is held. */
  has(sequence: number): boolean {
    return this.covers(sequence, 1);
  }

  /** Whether all of `count` sequences from `first` are held. */
  covers(first: number, count: number): boolean {
    const found = this.#list[this.#from(first)];
    return found !== undefined && found.first <= first && found.last >= first + count - 1;
  }

  /** Whether any of `count` sequences from `first` is held. */
  overlaps(first: number, count: number): boolean {
    const found = this.#list[this.#from(first)];
    return found !== undefined && found.first <= first + count - 1;
  }

  /** The held intervals that share a sequence with `count` sequences from `first`, whole. */
  within(first: number, count: number): Interval[] {
    const found: Interval[] = [];
    for (let at = this.#from(first); at < this.#list.length; at++) {
      const next = this.#list[at] as Interval;
      if (next.first > first + count - 1) break;
      found.push(next);
    }
    return found;
  }

  /** The lowest sequences missing below the highest held (sequences begin at 1), or undefined when none is. */
  oldestHole(): Interval | undefined {
    const [one, two] = this.#list;
    if (one === undefined) return undefined;
    if (one.first > 1) return { first: 1, last: one.first - 1 };
    return two === undefined ? undefined : { first: one.last + 1, last: two.first - 1 };
  }
}
