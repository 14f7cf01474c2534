import { closeSync, fsyncSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { syncFolder } from '../log/log-file.ts';
import { LOG_STATE_KEY } from '../log/log-state.ts';
import { explain } from './database-file.ts';
import type { CopyData, Failure, FromCopier } from './messages.ts';

/** Writes the tables as they are now to a new file; the writer goes on meanwhile. */
function copy({ file, toFile }: CopyData): Failure | true {
  try {
    // VACUUM INTO writes into an empty file; this one is for this user only from its first byte.
    closeSync(openSync(toFile, 'wx', 0o600));
    const source = new Database(file, { readonly: true, fileMustExist: true });
    source.prepare('VACUUM INTO ?').run(toFile);
    source.close();
    const made = new Database(toFile);
    // The log stays where it is: to the copy it is that of another file.
    made.pragma('secure_delete = ON');
    made.prepare('DELETE FROM meta WHERE key = ?').run(LOG_STATE_KEY);
    made.close();
    const handle = openSync(toFile, 'r+');
    fsyncSync(handle);
    closeSync(handle);
    syncFolder(dirname(toFile));
    return true;
  } catch (error) {
    if (error instanceof Database.SqliteError) return explain(error);
    return { code: 'unwritable', detail: error instanceof Error && 'code' in error ? String(error.code) : '' };
  }
}

parentPort?.postMessage({ copied: copy(workerData as CopyData) } satisfies FromCopier);
