import type Database from 'better-sqlite3';

export type Value = string | number | Buffer | null;

/** Prepares each SQL text once per connection. */
export class Statements {
  readonly #database: Database.Database;
  readonly #prepared = new Map<string, Database.Statement<Value[]>>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  run(sql: string, ...values: Value[]): void {
    this.#statement(sql).run(...values);
  }

  get<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values) as Row[];
  }

  #statement(sql: string): Database.Statement<Value[]> {
    const present = this.#prepared.get(sql);
    if (present) return present;
    const made = this.#database.prepare<Value[]>(sql);
    this.#prepared.set(sql, made);
    return made;
  }
}
