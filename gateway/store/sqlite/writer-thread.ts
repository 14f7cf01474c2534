import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { STATEMENTS, type Statement } from '../statements.ts';
import type { Operation, Value } from '../store.ts';
import { bind } from './bind.ts';
import { explain, openDatabase } from './database-file.ts';
import type { Failure, FromWriter, ThreadData, ToWriter, WriterBatch } from './messages.ts';

/** The outcome of a batch that leans on one that was refused. */
const BROKEN: Failure = { code: 'refused', detail: 'an earlier batch of its lineage was refused' };

type Run = (args: readonly Value[]) => void;

/** Thrown after a disk error: what is on the disk is unknown, so this thread must not write again. */
class DiskFault extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.detail);
    this.failure = failure;
  }
}

/**
 * Commits groups: all batches in one transaction, and when that fails each alone, so that one bad batch fails only
 * itself and those of its lineage that come after it.
 */
class GroupWriter {
  readonly #database: Database.Database;
  readonly #prepared = new Map<Statement, Run>();
  readonly #broken = new Set<number>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  commit(group: readonly WriterBatch[]): (Failure | true)[] {
    const sound = group.filter((batch) => !this.#isBroken(batch));
    const together = this.#transact(sound.flatMap(({ operations }) => operations));
    if (together === true) return group.map((batch) => (this.#isBroken(batch) ? BROKEN : true));
    const alone = sound.length > 1 && concernsOneBatch(together);
    return group.map((batch) => this.#settle(batch, alone ? undefined : together));
  }

  #settle(batch: WriterBatch, known: Failure | undefined): Failure | true {
    if (this.#isBroken(batch)) return BROKEN;
    const outcome = known ?? this.#transact(batch.operations);
    if (outcome !== true && batch.lineage !== undefined) this.#broken.add(batch.lineage);
    return outcome;
  }

  #isBroken({ lineage }: WriterBatch): boolean {
    return lineage !== undefined && this.#broken.has(lineage);
  }

  #transact(operations: readonly Operation[]): Failure | true {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      for (const [statement, ...args] of operations) this.#run(statement, args);
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

  #run(statement: Statement, args: readonly Value[]): void {
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

function serve(port: NonNullable<typeof parentPort>, database: Database.Database): void {
  const writer = new GroupWriter(database);
  port.on('message', (message: ToWriter) => {
    if ('close' in message) {
      database.close();
      port.close();
      return;
    }
    try {
      port.postMessage({ outcomes: writer.commit(message.group) } satisfies FromWriter);
    } catch (error) {
      const fault = error instanceof DiskFault ? error.failure : explain(error);
      port.postMessage({ fault } satisfies FromWriter);
      port.close();
    }
  });
}

if (parentPort) {
  const { file, home } = workerData as ThreadData;
  const opened = openDatabase(file, home);
  parentPort.postMessage({ opened: opened.ok || { code: opened.code, detail: opened.detail } } satisfies FromWriter);
  if (opened.ok) serve(parentPort, opened.database);
}
