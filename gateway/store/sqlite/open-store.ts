import { randomInt } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LIMITS } from '../../limits.ts';
import { makeFolder } from '../../new-file.ts';
import type { Store } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { takeLock } from './lock.ts';
import type { CopyData, Failure, FromCopier, FromWriter, ThreadData, ToWriter } from './messages.ts';
import { closeLogState } from './open-log.ts';
import { openTables, suspect } from './open-tables.ts';
import { Reader } from './reader.ts';
import { SqliteStore } from './sqlite-store.ts';
import { Thread } from './thread.ts';

/** What the store needs to know. */
export interface StoreSettings {
  /** Path of the database; its folder is made if missing, both for this user only. The log lies beside it. */
  readonly file: string;
  /** Label of the home the file belongs to ('demo', 'home'); a file made for another label is refused. */
  readonly home: string;
  /** Called once when the disk or the writer fails; the process should say why and end. */
  readonly onFault: (error: StoreError) => void;
  /** Called, before openStore resolves, with one sentence when something was damaged: what was saved and what is lost. */
  readonly onSalvaged?: (sentence: string) => void;
  /** Called with the number of operations that were promised and that the tables refused: a fault of the program. */
  readonly onRefused?: (count: number) => void;
  /** How long a commit waits for company before it is written; 0, and no timer, unless given. */
  readonly gatherMs?: number;
  /** Longest time for which something is only in the log; LIMITS.settleMs unless given. */
  readonly settleMs?: number;
  /** Time from a start after an unclean end until the database is looked through; LIMITS.checkAfterMs unless given. */
  readonly checkAfterMs?: number;
  /** Size of a log that has to be made; LIMITS.logBytes unless given. */
  readonly logBytes?: number;
}

/** Opens the home's database, one hub at a time. Rejects with StoreError, which names the path and the remedy. */
export async function openStore(settings: StoreSettings): Promise<Store> {
  const { file, home, onFault, onRefused = () => undefined } = settings;
  makeFile(file);
  const lock = takeLock(file);
  try {
    const opened = openTables({
      file,
      home,
      logPath: join(dirname(file), 'hub.log'),
      logBytes: settings.logBytes ?? LIMITS.logBytes,
      newNumber: () => randomInt(1, 2 ** 32),
      onSalvaged: settings.onSalvaged ?? (() => undefined),
    });
    const { database, log } = opened;
    if (opened.refused > 0) onRefused(opened.refused);
    const reader = new Reader(database);
    const store = new SqliteStore({
      file,
      log,
      reader,
      startWriter: () => startWriter({ file, home }),
      copyTo: (toFile) => copy({ file, toFile }),
      gatherMs: settings.gatherMs ?? 0,
      settleMs: settings.settleMs ?? LIMITS.settleMs,
      onFault: (error) => {
        if (error.code === 'damaged') suspect(file);
        onFault(error);
      },
      onRefused,
      onClosed: async (isSettled) => {
        await log.close();
        if (isSettled) closeLogState(database, log);
        // The last connection to close moves the write-ahead log into the database and removes it.
        reader.close();
        lock.release();
      },
    });
    const checkAfterMs = settings.checkAfterMs ?? LIMITS.checkAfterMs;
    if (!opened.wasClosed) setTimeout(() => void store.check(), checkAfterMs).unref();
    return store;
  } catch (error) {
    lock.release();
    throw error;
  }
}

function startWriter(data: ThreadData): Thread<ToWriter, FromWriter> {
  const script = new URL('./writer-thread.ts', import.meta.url);
  return new Thread<ToWriter, FromWriter>(script, data, (detail) => new StoreError('fault', data.file, detail));
}

async function copy(data: CopyData): Promise<Failure | true> {
  const script = new URL('./copy-thread.ts', import.meta.url);
  const thread = new Thread<never, FromCopier>(script, data, (detail) => new StoreError('fault', data.toFile, detail));
  const { copied } = await thread.ask();
  await thread.ended;
  return copied;
}

/** Makes folder and file readable by this user only, before SQLite would make them for everybody. */
function makeFile(file: string): void {
  try {
    makeFolder(dirname(file));
    for (const path of [file, `${file}.lock`]) closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    const detail = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new StoreError('unwritable', file, detail);
  }
}
