import type { Statement } from './statements.ts';

/** A value SQLite can hold: integers as safe JavaScript numbers, bytes as Buffer. */
export type Value = number | string | Buffer | null;

/** One row of STATEMENTS with its arguments in order. */
export type Operation = readonly [statement: Statement, ...args: Value[]];

/** What the store knows of its own work since it was opened. Bytes, pages (4 KiB), operations, milliseconds. */
export interface StoreFigures {
  /**
   * Bytes it wrote: whole pages of the log's records, frames of the write-ahead log, and a page of the database for each
   * frame that was moved there, which is at most what was written. Not in it: what opening and closing write, scrubbed
   * pages, and the file system's own.
   */
  readonly writtenBytes: number;
  readonly logPages: number;
  /** Pages of the log that hold something the tables do not. */
  readonly logPagesUsed: number;
  readonly unsettledBytes: number;
  /** Operations waiting for their commit. */
  readonly queuedOperations: number;
  /** Operations that were promised and that the tables refused. */
  readonly refusedOperations: number;
  /** Time since something last reached the tables; null before that. */
  readonly settledMsAgo: number | null;
}

/**
 * The hub's durable memory, in two layers: a log that makes a commit durable with one small write, and the tables, which
 * everything reaches later ("settles"). Reads run at once on this thread and see the tables.
 */
export interface Store {
  /**
   * Commits all operations of the batch or none, in the order of the calls; resolves after the sync to disk, with the
   * position at which they are durable: a number that grows. A batch whose operations are all LOGGED goes to the log and
   * is seen by reads once its position is settled; any other goes to the tables in one transaction with everything before
   * it, and reads see it once it resolves. Rejects with StoreError: with code 'refused', 'full' or 'overload' nothing of
   * the batch is durable; with 'fault' the outcome is unknown and the store is closed for writing. An empty batch resolves
   * at once.
   * Batches with the same `lineage` lean on each other: once one of them is refused, all later ones are refused too.
   */
  commit(batch: readonly Operation[], lineage?: number): Promise<number>;
  /**
   * Operations that cost no sync of their own: durable with the next commit or settling, lost by a crash before. Throws
   * TypeError for a statement that is not LOGGED.
   */
  later(operations: readonly Operation[]): void;
  /** All rows of a reading statement; Row is the caller's word for the columns named in STATEMENTS. */
  all<Row>(statement: Statement, ...args: Value[]): Row[];
  /** The first row of a reading statement, or undefined. */
  get<Row>(statement: Statement, ...args: Value[]): Row | undefined;
  /**
   * Moves everything committed so far, and what `later` was given, into the tables; resolves when reads see it. Rejects
   * with StoreError: 'full' or 'refused' when it cannot be done now, which loses nothing; 'fault' as for `commit`.
   */
  settle(): Promise<void>;
  /**
   * Adds a listener that is called in the turn in which reads begin to see everything at or below a position; never
   * between two reads of one turn.
   */
  onSettled(listener: (position: number) => void): void;
  /**
   * Settles, moves the write-ahead log into the database and truncates it, and writes zeros over what is settled in the
   * log, so that erased rows stay in neither. Never rejects: when it cannot be done now, both are written over later.
   */
  scrub(): Promise<void>;
  /**
   * Settles, then writes a copy of the tables to a new file while everything goes on; resolves when it is on the disk.
   * Rejects with StoreError as `settle` does, and with 'unwritable' when the file cannot be written.
   */
  backup(toFile: string): Promise<void>;
  /** What it wrote and what waits; costs nothing. */
  figures(): StoreFigures;
  /** Commits and settles what is queued, then closes everything. */
  close(): Promise<void>;
}
