import type { RunIntervals, WireRecord } from '../../proto/wire.ts';

/** A record that waits for its acknowledgement. */
export interface Waiting {
  readonly id: number;
  readonly record: WireRecord;
  /** Real time of its first sending, in milliseconds. */
  sentMs: number | undefined;
}

/** What a simulated hub has not got rid of yet, oldest first; its numbers are the sequences of its only run. */
export class MemoryOutbox {
  readonly #rows = new Map<number, Waiting>();
  #next = 1;

  get size(): number {
    return this.#rows.size;
  }

  add(record: WireRecord): void {
    const id = this.#next++;
    this.#rows.set(id, { id, record, sentMs: undefined });
  }

  /** The oldest that wait and are wanted. */
  oldest(count: number, isWanted: (id: number) => boolean): Waiting[] {
    const found: Waiting[] = [];
    for (const row of this.#rows.values()) {
      if (found.length === count) {
        break;
      }
      if (isWanted(row.id)) {
        found.push(row);
      }
    }
    return found;
  }

  sent(ids: readonly number[], nowMs: number): void {
    for (const id of ids) {
      const row = this.#rows.get(id);
      if (row !== undefined) {
        row.sentMs ??= nowMs;
      }
    }
  }

  /** Takes out what was received, and gives it. */
  received(run: string, all: readonly RunIntervals[]): Waiting[] {
    const gone: Waiting[] = [];
    for (const { intervals } of all.filter((each) => each.run === run)) {
      for (const [id, row] of this.#rows) {
        if (intervals.some(({ first, last }) => id >= first && id <= last)) {
          gone.push(row);
          this.#rows.delete(id);
        }
      }
    }
    return gone;
  }

  /** Takes out one that nobody can read. */
  drop(id: number): void {
    this.#rows.delete(id);
  }

  /** The sequences still held between two, both included, ascending. */
  held(first: number, last: number): number[] {
    return [...this.#rows.keys()].filter((id) => id >= first && id <= last);
  }
}
