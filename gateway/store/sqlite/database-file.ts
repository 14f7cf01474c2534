import Database from 'better-sqlite3';
import { LIMITS } from '../../limits.ts';
import { APPLICATION_ID, MIGRATIONS, PAGE_BYTES } from '../schema.ts';
import type { StoreErrorCode } from '../store-error.ts';

/** The writing connection, migrated, or why the file cannot be opened: a code of STORE_ERRORS and SQLite's own code. */
export type Opened = { ok: true; database: Database.Database } | { ok: false; code: StoreErrorCode; detail: string };

/** Opens the file for writing, checks that it is ours and this home's, and brings its schema up to date. */
export function openDatabase(file: string, home: string): Opened {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout: LIMITS.busyMs });
    const problem = prepare(database, home);
    if (!problem) return { ok: true, database };
    database.close();
    return { ok: false, code: problem, detail: '' };
  } catch (error) {
    database?.close();
    return { ok: false, ...explain(error) };
  }
}

/** Settings every connection of the hub shares: nothing is called durable before it is on the disk. */
export function configure(database: Database.Database): void {
  database.pragma('synchronous = FULL');
  database.pragma('wal_autocheckpoint = 0');
}

/** Code of STORE_ERRORS for what SQLite threw; the detail is SQLite's code and never its message. */
export function explain(error: unknown): { code: StoreErrorCode; detail: string } {
  const detail = error instanceof Database.SqliteError ? error.code : error instanceof Error ? error.name : 'unknown';
  const found = CODES.find(([prefix]) => detail.startsWith(prefix));
  return { code: found?.[1] ?? 'refused', detail };
}

const CODES: readonly (readonly [prefix: string, code: StoreErrorCode])[] = [
  ['SQLITE_CANTOPEN', 'unwritable'],
  ['SQLITE_READONLY', 'unwritable'],
  ['SQLITE_PERM', 'unwritable'],
  ['SQLITE_NOTADB', 'notADatabase'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_IOERR', 'fault'],
];

function prepare(database: Database.Database, home: string): StoreErrorCode | undefined {
  const number = (pragma: string) => database.pragma(pragma, { simple: true }) as number;
  const version = number('user_version');
  const isNew = version === 0 && number('schema_version') === 0;
  if (!isNew && number('application_id') !== APPLICATION_ID) return 'foreign';
  if (version > MIGRATIONS.length) return 'newer';
  if (isNew) database.pragma(`page_size = ${PAGE_BYTES}`);
  if (database.pragma('journal_mode = WAL', { simple: true }) !== 'wal') return 'unwritable';
  configure(database);
  database.pragma('foreign_keys = ON');
  database.pragma('secure_delete = ON');
  migrate(database, version);
  return claim(database, home);
}

function migrate(database: Database.Database, from: number): void {
  MIGRATIONS.slice(from).forEach((migration, index) => {
    database.transaction(() => {
      database.exec(migration);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${from + index + 1}`);
    })();
  });
}

/** A file serves the home it was made for, so that demonstration and real home never open each other's data. */
function claim(database: Database.Database, home: string): StoreErrorCode | undefined {
  const row = database.prepare("SELECT value FROM meta WHERE key = 'home'").get() as { value: Buffer } | undefined;
  if (row) return row.value.toString('utf8') === home ? undefined : 'foreign';
  database.prepare("INSERT INTO meta (key, value) VALUES ('home', ?)").run(Buffer.from(home, 'utf8'));
  return undefined;
}
