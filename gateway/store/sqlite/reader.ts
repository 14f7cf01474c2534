import type Database from 'better-sqlite3';
import { STATEMENTS, type Statement } from '../statements.ts';
import type { Value } from '../store.ts';
import { bind } from './bind.ts';

/**
 * Reads of the tables on this thread. While `hold` is in force every read sees the tables as they were then, so that
 * what the writer commits meanwhile is seen from one turn on, and not from the middle of another.
 */
export class Reader {
  readonly #database: Database.Database;
  readonly #reads = new Map<Statement, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  all<Row>(statement: Statement, args: readonly Value[]): Row[] {
    return this.#read(statement).all(...bind(STATEMENTS[statement], args)) as Row[];
  }

  get<Row>(statement: Statement, args: readonly Value[]): Row | undefined {
    return this.#read(statement).get(...bind(STATEMENTS[statement], args)) as Row | undefined;
  }

  /** From now on reads see the tables as they are now. */
  hold(): void {
    if (this.#database.inTransaction) return;
    this.#database.exec('BEGIN');
    // Only a read fixes what is seen.
    this.#database.pragma('schema_version');
  }

  /** From now on reads see the newest tables. */
  release(): void {
    if (this.#database.inTransaction) this.#database.exec('COMMIT');
  }

  close(): void {
    this.release();
    this.#database.close();
  }

  #read(statement: Statement): Database.Statement {
    let read = this.#reads.get(statement);
    if (!read) {
      read = this.#database.prepare(STATEMENTS[statement]);
      this.#reads.set(statement, read);
    }
    return read;
  }
}
