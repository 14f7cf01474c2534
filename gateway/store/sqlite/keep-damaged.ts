import { closeSync, copyFileSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs';
import Database from 'better-sqlite3';
import { PAGE_BYTES } from '../schema.ts';
import { tableNames } from './database-file.ts';

/** Where the header of a database says how many pages there are. */
const PAGE_COUNT_AT = 28;
/** A header that says more is damaged itself. */
const PAGES_MOST = 2 ** 22;

/** Copies a damaged database and its write-ahead log to a name of their own, which is returned. */
export function keepDamaged(file: string): string {
  let number = 1;
  while (existsSync(`${file}.damaged-${number}`)) number += 1;
  const kept = `${file}.damaged-${number}`;
  for (const end of ['-wal', '']) {
    if (existsSync(`${file}${end}`)) copySynced(`${file}${end}`, `${kept}${end}`);
  }
  return kept;
}

/** Opens a copy of a damaged database for reading; undefined when not even its list of tables can be read. */
export function openDamaged(kept: string): Database.Database | undefined {
  lengthen(kept);
  let database: Database.Database | undefined;
  try {
    database = new Database(kept);
    tableNames(database);
    return database;
  } catch {
    database?.close();
    return undefined;
  }
}

function copySynced(from: string, to: string): void {
  copyFileSync(from, to);
  const handle = openSync(to, 'r+');
  fsyncSync(handle);
  closeSync(handle);
}

/** SQLite refuses a file that is shorter than its header says: zeros in place of what is missing let the rest be read. */
function lengthen(kept: string): void {
  const handle = openSync(kept, 'r+');
  try {
    const count = Buffer.alloc(4);
    readSync(handle, count, 0, count.length, PAGE_COUNT_AT);
    const pages = count.readUInt32BE(0);
    const whole = pages * PAGE_BYTES;
    if (pages <= PAGES_MOST && fstatSync(handle).size < whole) ftruncateSync(handle, whole);
  } finally {
    closeSync(handle);
  }
}
