import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { LIMITS } from '../../limits.ts';
import { configure, explain } from './database-file.ts';
import type { CheckpointMode, FromCheckpointer, ThreadData, ToCheckpointer } from './messages.ts';

function checkpoint(database: Database.Database, mode: CheckpointMode): FromCheckpointer {
  try {
    const [row] = database.pragma(`wal_checkpoint(${mode})`) as { busy: number; log: number; checkpointed: number }[];
    // A log that was moved completely is written again from its beginning: it no longer grows.
    return { frames: row && row.checkpointed < row.log ? row.log : 0 };
  } catch (error) {
    return { failed: explain(error) };
  }
}

if (parentPort) {
  const port = parentPort;
  const { file } = workerData as ThreadData;
  const database = new Database(file, { timeout: LIMITS.busyMs, fileMustExist: true });
  configure(database);
  port.on('message', (message: ToCheckpointer) => {
    if ('mode' in message) {
      port.postMessage(checkpoint(database, message.mode));
      return;
    }
    database.close();
    port.close();
  });
}
