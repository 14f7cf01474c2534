import type Database from 'better-sqlite3';
import { decode } from '../log/decoder.ts';
import { fold } from '../log/fold.ts';
import { LOG_STATE_KEY, writeLogState } from '../log/log-state.ts';
import { FOLD, STATEMENTS, type Statement } from '../statements.ts';
import type { Operation, Value } from '../store.ts';
import { bind } from './bind.ts';
import { explain } from './database-file.ts';
import type { Failure, Settled, Settling, WriterBatch } from './messages.ts';
import { loggedName, threadName } from './numbers.ts';

/** The outcome of a batch that leans on one that was refused. */
const BROKEN: Failure = { code: 'refused', detail: 'an earlier batch of its lineage was refused' };

/** Thrown after a disk error: what is on the disk is unknown, so this connection must not write again. */
export class DiskFault extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/** Moves what was logged, and batches of their own, into the tables. */
export class TablesWriter {
  readonly #database: Database.Database;
  readonly #prepared = new Map<Statement, (args: readonly Value[]) => void>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /**
   * All of it in one transaction; when that is refused, what was logged first, then each batch alone, so that one bad
   * batch fails only itself and those of its lineage that come after it. Throws DiskFault when the disk fails.
   */
  settle({ logged, state, batches }: Settling): Settled {
    const { operations, unknown } = readLogged(logged);
    operations.push(['meta.put', LOG_STATE_KEY, writeLogState(state)]);
    const decoded = batches.map((batch) => ({ ...batch, operations: readBatch(batch) }));
    const all = decoded.reduce((sum, batch) => sum + batch.operations.length, operations.length);
    const together = this.#transact([...operations, ...decoded.flatMap((batch) => batch.operations)]);
    if (together === true)
      return { settled: true, outcomes: batches.map(() => true), refused: unknown, operations: all };
    if (!concernsOneBatch(together))
      return { settled: together, outcomes: batches.map(() => together), refused: 0, operations: 0 };
    const { settled, refused } = this.#settleLogged(operations);
    const outcomes = settled === true ? this.#eachAlone(decoded) : batches.map(() => settled);
    return { settled, outcomes, refused: refused + unknown, operations: all };
  }

  #settleLogged(operations: readonly Operation[]): { settled: Failure | true; refused: number } {
    const settled = this.#transact(operations);
    if (settled === true || !concernsOneBatch(settled)) return { settled, refused: 0 };
    // A fault of the program: what was promised and can be kept is kept, and the rest must not be in its way for ever.
    let refused = 0;
    const outcome = this.#inTransaction(() => {
      for (const operation of operations) refused += this.#runOrSkip(operation);
    });
    return { settled: outcome, refused };
  }

  #runOrSkip(operation: Operation): 0 | 1 {
    this.#database.exec('SAVEPOINT one');
    try {
      this.#run(operation);
      this.#database.exec('RELEASE one');
      return 0;
    } catch (error) {
      if (!concernsOneBatch(explain(error))) throw error;
      this.#database.exec('ROLLBACK TO one; RELEASE one');
      return 1;
    }
  }

  #eachAlone(batches: readonly (WriterBatch & { readonly operations: readonly Operation[] })[]): (Failure | true)[] {
    const broken = new Set<number>();
    return batches.map(({ operations, lineage }) => {
      if (lineage !== undefined && broken.has(lineage)) return BROKEN;
      const outcome = this.#transact(operations);
      if (outcome !== true && lineage !== undefined) broken.add(lineage);
      return outcome;
    });
  }

  #transact(operations: readonly Operation[]): Failure | true {
    return this.#inTransaction(() => {
      for (const operation of operations) this.#run(operation);
    });
  }

  #inTransaction(work: () => void): Failure | true {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      work();
      this.#database.exec('COMMIT');
      return true;
    } catch (error) {
      const failure = explain(error);
      // After a failed sync the kernel may have dropped the pages: a later commit could be called durable and not be.
      if (failure.code === 'fault' || failure.code === 'damaged') throw new DiskFault(failure);
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      return failure;
    }
  }

  #run([statement, ...args]: Operation): void {
    let run = this.#prepared.get(statement);
    if (!run) {
      const sql = STATEMENTS[statement];
      const prepared = this.#database.prepare(sql);
      run = (values) => void prepared.run(...bind(sql, values));
      this.#prepared.set(statement, run);
    }
    run(args);
  }
}

/** A full disk or a lock held by others refuses every batch alike: trying each alone would only take longer. */
function concernsOneBatch(failure: Failure): boolean {
  return failure.code === 'refused' && !failure.detail.startsWith('SQLITE_BUSY');
}

function readLogged(logged: readonly Uint8Array[]): { operations: Operation[]; unknown: number } {
  const parts = logged.map((bytes) => decode(asBuffer(bytes), loggedName));
  return {
    operations: fold<Statement>(
      parts.flatMap(({ operations }) => operations),
      FOLD,
    ) as Operation[],
    unknown: parts.reduce((sum, { unknown }) => sum + unknown, 0),
  };
}

function readBatch({ bytes }: WriterBatch): Operation[] {
  return decode(asBuffer(bytes), threadName).operations;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
