import Database from 'better-sqlite3';
import { APPLICATION_ID, MIGRATIONS, PAGE_BYTES } from '../schema.ts';
import { tableNames } from './database-file.ts';
import { type Read, readRows } from './read-damaged.ts';

/** What could not be read, by table: a count of rows, or undefined when that cannot be told. */
export type Lost = ReadonlyMap<string, number | undefined>;

/** Makes a database of the damaged one's version, with every row that can be read; returns what could not. */
export function copyTables(damaged: Database.Database | undefined, made: string): Lost {
  const version = versionOf(damaged);
  const target = new Database(made);
  try {
    target.pragma(`page_size = ${PAGE_BYTES}`);
    target.pragma('auto_vacuum = INCREMENTAL');
    for (const migration of MIGRATIONS.slice(0, version)) target.exec(migration);
    target.pragma(`application_id = ${APPLICATION_ID}`);
    target.pragma(`user_version = ${version}`);
    return target.transaction(() => copyAll(damaged, target))();
  } finally {
    target.close();
  }
}

function versionOf(damaged: Database.Database | undefined): number {
  const version = damaged?.pragma('user_version', { simple: true }) as number | undefined;
  return version !== undefined && version >= 1 && version <= MIGRATIONS.length ? version : MIGRATIONS.length;
}

function copyAll(damaged: Database.Database | undefined, target: Database.Database): Lost {
  const lost = new Map<string, number | undefined>();
  for (const table of tableNames(target)) {
    const read = damaged && copyTable(damaged, target, table);
    if (read?.lost !== 0) lost.set(table, read?.lost);
  }
  if (damaged) copySequences(damaged, target);
  return lost;
}

function copyTable(damaged: Database.Database, target: Database.Database, table: string): Read | undefined {
  const columns = (target.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const insert = target.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
  );
  const { wr } = (target.pragma(`table_list(${table})`) as { wr: number }[])[0] ?? { wr: 0 };
  try {
    return readRows(damaged, table, wr === 0, (row) => inserted(insert, row));
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code !== 'SQLITE_FULL') return undefined;
    throw error;
  }
}

/** Whether a row fits: one that does not was damaged in a way that reading did not notice. */
function inserted(insert: Database.Statement, row: Record<string, unknown>): boolean {
  try {
    insert.run(row);
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_FULL') throw error;
    return false;
  }
}

/** The highest ids ever given, so that none is given again. */
function copySequences(damaged: Database.Database, target: Database.Database): void {
  try {
    for (const row of damaged.prepare('SELECT name, seq FROM sqlite_sequence').all() as {
      name: string;
      seq: number;
    }[]) {
      const { changes } = target
        .prepare('UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?')
        .run(row.seq, row.name);
      if (changes === 0) target.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(row.name, row.seq);
    }
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
  }
}
