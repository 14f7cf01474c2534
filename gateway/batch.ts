import type { Operation } from './store/store.ts';

/** What one message or one tick comes to: operations for one commit, and what to tell once they are on disk. */
export class Batch {
  readonly operations: Operation[] = [];
  /** Whether it speaks of devices at all; what a dialect ignores or refuses needs no mark. */
  isAboutDevices = false;
  readonly #afterwards: (() => void)[] = [];

  /** A batch filled by a walk; when the walk throws, an empty one, and `onFault` hears of it and of the operations that will never be. */
  static of(walk: (batch: Batch) => void, onFault: (fault: unknown, unused: readonly Operation[]) => void): Batch {
    const batch = new Batch();
    try {
      walk(batch);
      return batch;
    } catch (fault) {
      onFault(fault, batch.operations);
      return new Batch();
    }
  }

  /** Adds operations to the commit. */
  add(...operations: readonly Operation[]): void {
    this.operations.push(...operations);
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
