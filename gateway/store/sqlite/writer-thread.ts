import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { LIMITS } from '../../limits.ts';
import { explain, isDamaged, openDatabase, tableNames } from './database-file.ts';
import type { FromWriter, ThreadData, ToWriter } from './messages.ts';
import { DiskFault, TablesWriter } from './tables-writer.ts';
import { WrittenFrames } from './written-frames.ts';

type Order = Exclude<ToWriter, { readonly close: true }>;

/** Whether a long read by another program kept the last checkpoint from moving everything. */
let isOvergrown = false;

function answer(order: Order, database: Database.Database, writer: TablesWriter): FromWriter {
  if ('settle' in order) return writer.settle(order.settle);
  if ('scrub' in order) return { done: checkpoint(database, 'TRUNCATE') };
  if ('tidy' in order) return { done: tidy(database) };
  const tables = tableNames(database);
  const table = tables[order.check];
  if (table !== undefined && isDamaged(database, table)) return { fault: { code: 'damaged', detail: table } };
  return { done: order.check + 1 >= tables.length };
}

/** Moves the write-ahead log into the database and gives back some free pages; true when nothing is left to do. */
function tidy(database: Database.Database): boolean {
  checkpoint(database, isOvergrown ? 'RESTART' : 'PASSIVE');
  const free = database.pragma('freelist_count', { simple: true }) as number;
  if (free <= LIMITS.freePages) return true;
  database.pragma(`incremental_vacuum(${Math.min(LIMITS.givenBackPages, free - LIMITS.freePages)})`);
  return database.pragma('freelist_count', { simple: true }) === free;
}

/** Whether everything was moved. */
function checkpoint(database: Database.Database, mode: 'PASSIVE' | 'RESTART' | 'TRUNCATE'): boolean {
  const [row] = database.pragma(`wal_checkpoint(${mode})`) as { busy: number; log: number; checkpointed: number }[];
  const frames = row && row.checkpointed < row.log ? row.log : 0;
  // Only a passive run may ask for a pause: otherwise a reader that never ends would stop the writer for good.
  isOvergrown = mode === 'PASSIVE' && frames > LIMITS.logFrames;
  return row?.busy === 0 && frames === 0;
}

/** Whether what failed is only put off: what is tidied is in the tables already. */
function isLater(order: Order, error: unknown): boolean {
  const { code } = explain(error);
  return !('settle' in order) && code !== 'fault' && code !== 'damaged';
}

function serve(port: NonNullable<typeof parentPort>, database: Database.Database): void {
  const writer = new TablesWriter(database);
  const frames = new WrittenFrames(database);
  port.on('message', (message: ToWriter) => {
    if ('close' in message) {
      database.close();
      port.close();
      return;
    }
    try {
      const answered = answer(message, database, writer);
      port.postMessage({ ...answered, writtenBytes: frames.bytes() } satisfies FromWriter);
    } catch (error) {
      if (isLater(message, error)) {
        port.postMessage({ done: true } satisfies FromWriter);
        return;
      }
      const fault = error instanceof DiskFault ? error.failure : explain(error);
      port.postMessage({ fault } satisfies FromWriter);
      port.close();
    }
  });
}

/** What moves into the tables waits for what is acknowledged now: on Linux this thread alone steps back. */
function stepBack(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed here: then both share alike.
  }
}

if (parentPort) {
  stepBack();
  const { file, home } = workerData as ThreadData;
  const opened = openDatabase(file, home);
  parentPort.postMessage({ opened: opened.ok || { code: opened.code, detail: opened.detail } } satisfies FromWriter);
  if (opened.ok) serve(parentPort, opened.database);
}
