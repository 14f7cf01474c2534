import type { Operation } from './store/store.ts';

/** What one message or one tick comes to: operations for one commit, and what to tell once they are on disk. */
export class Batch {
  readonly operations: Operation[] = [];
  /** Whether it speaks of devices at all; what a dialect ignores or refuses needs no mark. */
  isAboutDevices = false;
  readonly #afterwards: (() => void)[] = [];
  readonly #undo: (() => void)[] = [];

  /**
   * A batch filled by a walk. When the walk throws: an empty one, with every change of memory taken back, because a later
   * message would lean on what the disk never gets; `onFault` hears of it and of the operations that will never be.
   */
  static of(walk: (batch: Batch) => void, onFault: (fault: unknown, unused: readonly Operation[]) => void): Batch {
    const batch = new Batch();
    try {
      walk(batch);
      return batch;
    } catch (fault) {
      for (const undo of batch.#undo.reverse()) undo();
      onFault(fault, batch.operations);
      return new Batch();
    }
  }

  /** A batch of these operations. */
  static with(operations: readonly Operation[]): Batch {
    const batch = new Batch();
    batch.addAll(operations);
    return batch;
  }

  /** Adds operations to the commit. */
  add(...operations: readonly Operation[]): void {
    this.addAll(operations);
  }

  /** Adds a list of operations, however long. */
  addAll(operations: readonly Operation[]): void {
    for (const operation of operations) this.operations.push(operation);
  }

  /** Adds how a change of memory, just made, is taken back. */
  undoing(undo: () => void): void {
    this.#undo.push(undo);
  }

  /** Whether there is nothing to commit and nothing to tell. */
  get isEmpty(): boolean {
    return this.operations.length + this.#afterwards.length === 0;
  }

  /** Takes over what another batch holds. */
  join(other: Batch): void {
    this.addAll(other.operations);
    for (const tell of other.#afterwards) this.#afterwards.push(tell);
  }

  /** Adds something to tell once the commit is on disk. */
  afterwards(tell: () => void): void {
    this.#afterwards.push(tell);
  }

  /** Tells what was added, in order. */
  tell(): void {
    for (const tell of this.#afterwards) tell();
  }
}
