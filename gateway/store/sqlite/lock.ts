import Database from 'better-sqlite3';
import { StoreError } from '../store-error.ts';

/**
 * Takes the lock of a home for as long as this process lives: SQLite's own exclusive lock on a file beside the
 * database, which the kernel lets go of even after SIGKILL. Throws StoreError 'locked' when another hub holds it.
 */
export function takeLock(file: string): { release(): void } {
  const database = new Database(`${file}.lock`, { timeout: 0 });
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    const busy = error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
    throw busy ? new StoreError('locked', file) : error;
  }
  return { release: () => database.close() };
}
