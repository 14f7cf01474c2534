import type { LogState } from '../log/log-state.ts';
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

/** A batch for the tables, encoded; batches of a lineage lean on each other. */
export interface WriterBatch {
  readonly bytes: Uint8Array;
  readonly lineage: number | undefined;
}

/** What goes into the tables in one transaction: what was logged, where the log is then, and batches of their own. */
export interface Settling {
  /** Encoded operations, in order; the bounds of records mean nothing any more. */
  readonly logged: readonly Uint8Array[];
  readonly state: LogState;
  readonly batches: readonly WriterBatch[];
}

/** What became of a settling. */
export interface Settled {
  /** Whether what was logged, and the log's state, are in the tables now. */
  readonly settled: Failure | true;
  /** One for each batch. */
  readonly outcomes: readonly (Failure | true)[];
  /** Logged operations the tables refused, each alone. */
  readonly refused: number;
  /** Operations that were executed. */
  readonly operations: number;
}

/** To the writer. `tidy`: checkpoint, and give back free pages; `scrub`: truncate the write-ahead log; `check`: look for
 * damage in the table of that number. */
export type ToWriter =
  | { readonly settle: Settling }
  | { readonly tidy: true }
  | { readonly scrub: true }
  | { readonly check: number }
  | { readonly close: true };

/** From the writer: opened or not; then one answer for each message, with the bytes it took to the disk; or the disk failed and it ends. */
export type FromWriter = { readonly writtenBytes?: number } & (
  | { readonly opened: Failure | true }
  | Settled
  /** False when another step of the same would find more to do. */
  | { readonly done: boolean }
  | { readonly fault: Failure }
);

/** What the copying thread is started with, and its one answer. */
export interface CopyData {
  readonly file: string;
  readonly toFile: string;
}
export type FromCopier = { readonly copied: Failure | true };
