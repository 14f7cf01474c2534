import type { Statement } from './statements.ts';

/** A value SQLite can hold: integers as safe JavaScript numbers, bytes as Buffer. */
export type Value = number | string | Buffer | null;

/** One row of STATEMENTS with its arguments in order. */
export type Operation = readonly [statement: Statement, ...args: Value[]];

/**
 * The hub's durable memory. Writes go to one writer thread and are grouped; reads run at once on this thread and see
 * everything whose commit has resolved.
 */
export interface Store {
  /**
   * Commits all operations of the batch or none; resolves after the sync to disk. Rejects with StoreError: with code
   * 'refused' or 'full' nothing of the batch is durable; with 'fault' the outcome is unknown and the store is closed
   * for writing. An empty batch resolves at once.
   * Batches with the same `lineage` lean on each other: once one of them is refused, all later ones are refused too.
   */
  commit(batch: readonly Operation[], lineage?: number): Promise<void>;
  /** All rows of a reading statement; Row is the caller's word for the columns named in STATEMENTS. */
  all<Row>(statement: Statement, ...args: Value[]): Row[];
  /** The first row of a reading statement, or undefined. */
  get<Row>(statement: Statement, ...args: Value[]): Row | undefined;
  /**
   * Moves the write-ahead log into the database and truncates it, so that erased rows do not stay in the log. Never
   * rejects: when it cannot be done now, the log is written over later.
   */
  scrub(): Promise<void>;
  /** Commits what is queued, then closes writer, checkpointer, reader and lock. */
  close(): Promise<void>;
}
