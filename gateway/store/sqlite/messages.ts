import type { Operation } from '../store.ts';
import type { StoreErrorCode } from '../store-error.ts';

/** What a thread of the store is started with. */
export interface ThreadData {
  readonly file: string;
  readonly home: string;
}

/** Why something failed, without any stored value. */
export interface Failure {
  readonly code: StoreErrorCode;
  readonly detail: string;
}

/** One batch on its way to the disk; batches of a lineage lean on each other. */
export interface WriterBatch {
  readonly operations: readonly Operation[];
  readonly lineage: number | undefined;
}

/** To the writer: one group of batches, or the order to close. */
export type ToWriter = { readonly group: readonly WriterBatch[] } | { readonly close: true };

/** From the writer: opened or not; then one outcome for each batch of a group; or the disk failed and it ends. */
export type FromWriter =
  | { readonly opened: Failure | true }
  | { readonly outcomes: readonly (Failure | true)[] }
  | { readonly fault: Failure };

/** SQLite's modes of moving the write-ahead log into the database. */
export type CheckpointMode = 'PASSIVE' | 'RESTART' | 'TRUNCATE';

/** To the checkpointer: one checkpoint, or the order to close. */
export type ToCheckpointer = { readonly mode: CheckpointMode } | { readonly close: true };

/** From the checkpointer: frames in the log after the checkpoint, or that it failed (it may be tried again). */
export type FromCheckpointer = { readonly frames: number } | { readonly failed: Failure };
