import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { LIMITS } from '../../limits.ts';
import type { Store } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { Checkpointer } from './checkpointer.ts';
import { takeLock } from './lock.ts';
import type { FromWriter, ThreadData, ToWriter } from './messages.ts';
import { SqliteStore } from './sqlite-store.ts';
import { Thread } from './thread.ts';

/** What the store needs to know. */
export interface StoreSettings {
  /** Path of the database; its folder is made if missing, both for this user only. */
  readonly file: string;
  /** Label of the home the file belongs to ('demo', 'home'); a file made for another label is refused. */
  readonly home: string;
  /** Called once when the disk or the writer fails; the process should say why and end. */
  readonly onFault: (error: StoreError) => void;
}

/** Opens the home's database, one hub at a time. Rejects with StoreError, which names the path and the remedy. */
export async function openStore({ file, home, onFault }: StoreSettings): Promise<Store> {
  makeFile(file);
  const lock = takeLock(file);
  try {
    const data: ThreadData = { file, home };
    const lost = (detail: string) => new StoreError('fault', file, detail);
    const writer = new Thread<ToWriter, FromWriter>(new URL('./writer-thread.ts', import.meta.url), data, lost);
    const answer = await writer.ask();
    if (!('opened' in answer) || answer.opened !== true) {
      const failure = 'opened' in answer && answer.opened !== true ? answer.opened : undefined;
      throw new StoreError(failure?.code ?? 'fault', file, failure?.detail);
    }
    const reader = new Database(file, { readonly: true, fileMustExist: true, timeout: LIMITS.busyMs });
    return new SqliteStore({ file, writer, checkpointer: new Checkpointer(data, lost), reader, lock, onFault });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Makes folder and file readable by this user only, before SQLite would make them for everybody. */
function makeFile(file: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    for (const path of [file, `${file}.lock`]) closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    const detail = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new StoreError('unwritable', file, detail);
  }
}
