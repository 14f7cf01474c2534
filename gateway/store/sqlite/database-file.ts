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
    if (database) closeQuietly(database);
    return { ok: false, ...explain(error) };
  }
}

/** Closes what cannot be used: on a disk that fails this may fail too, and would hide why. */
export function closeQuietly(database: Database.Database): void {
  try {
    database.close();
  } catch {
    // What failed before is said.
  }
}

/** Settings every connection of the hub shares: nothing is called durable before it is on the disk. */
export function configure(database: Database.Database): void {
  database.pragma('synchronous = FULL');
  database.pragma('wal_autocheckpoint = 0');
  database.pragma(`journal_size_limit = ${LIMITS.writeAheadBytes}`);
  database.pragma(`cache_size = -${LIMITS.cacheKilobytes}`);
}

/** The tables of the hub, in the order in which they were made. */
export function tableNames(database: Database.Database): string[] {
  const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").all();
  return (rows as { name: string }[]).map(({ name }) => name).filter((name) => !name.startsWith('sqlite_'));
}

/** Whether a table's pages are damaged; reads all of it. */
export function isDamaged(database: Database.Database, table: string): boolean {
  return database.pragma(`quick_check(${table})`, { simple: true }) !== 'ok';
}

/** Code of STORE_ERRORS for what SQLite or the disk threw; the detail is their code and never their message. */
export function explain(error: unknown): { code: StoreErrorCode; detail: string } {
  const hasCode = error instanceof Error && 'code' in error;
  const detail = hasCode ? String(error.code) : error instanceof Error ? error.name : 'unknown';
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
  // Making the shared memory beside the file larger is what a full disk stops first.
  ['SQLITE_IOERR_SHMSIZE', 'full'],
  ['SQLITE_IOERR', 'fault'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['EACCES', 'unwritable'],
  ['EPERM', 'unwritable'],
  ['EROFS', 'unwritable'],
  ['EIO', 'fault'],
];

/** What `PRAGMA auto_vacuum` says of a file that can give back free pages. */
const INCREMENTAL = 2;

function prepare(database: Database.Database, home: string): StoreErrorCode | undefined {
  const number = (pragma: string) => database.pragma(pragma, { simple: true }) as number;
  const version = number('user_version');
  const isNew = version === 0 && number('schema_version') === 0;
  if (!isNew && number('application_id') !== APPLICATION_ID) return 'foreign';
  if (version > MIGRATIONS.length) return 'newer';
  if (isNew) {
    database.pragma(`page_size = ${PAGE_BYTES}`);
    database.pragma('auto_vacuum = INCREMENTAL');
  }
  if (database.pragma('journal_mode = WAL', { simple: true }) !== 'wal') return 'unwritable';
  configure(database);
  database.pragma('foreign_keys = ON');
  database.pragma('secure_delete = ON');
  migrate(database, version);
  const problem = claim(database, home);
  if (!problem && !isNew && number('auto_vacuum') !== INCREMENTAL) giveBackSpaceFromNowOn(database);
  return problem;
}

/** Files of older versions keep free pages for ever; writing the file anew once changes that. Tried again at the next start. */
function giveBackSpaceFromNowOn(database: Database.Database): void {
  try {
    database.pragma('auto_vacuum = INCREMENTAL');
    database.exec('VACUUM');
  } catch (error) {
    if (explain(error).code !== 'full') throw error;
  }
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
