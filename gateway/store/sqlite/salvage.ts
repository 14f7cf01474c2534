import { closeSync, existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { openLogFile, readLogFile, syncFolder } from '../log/log-file.ts';
import { LOG_STATE_KEY, readLogState } from '../log/log-state.ts';
import { type Scanned, scan, scanWithoutMark } from '../log/scan.ts';
import { StoreError } from '../store-error.ts';
import { copyTables, type Lost } from './copy-tables.ts';
import { openDatabase } from './database-file.ts';
import { keepDamaged, openDamaged } from './keep-damaged.ts';
import { settleScanned } from './open-log.ts';

/** What a salvage needs to know. */
export interface SalvageSettings {
  readonly file: string;
  readonly home: string;
  readonly logPath: string;
}

/** Unless these are whole the consent book does not verify, and nothing leaves. */
const CONSENT_TABLES = ['consent_record', 'agreement'];

/**
 * Makes a new database of what can be read of a damaged one and of the log; the damaged one is kept beside it. Returns a
 * sentence that says what is lost and where the old file is. Throws StoreError when it cannot be done; then nothing has
 * changed. When the process ends in between, the next start does it again, or ends it with `finishSalvage`.
 */
export function salvage(settings: SalvageSettings): string {
  const { file } = settings;
  const made = `${file}.saving`;
  removeDatabase(made);
  const kept = keepDamaged(file);
  const damaged = openDamaged(kept);
  try {
    refuseForeign(damaged, settings);
    const lost = copyTables(damaged, made);
    const missing = settleLog(settings, made);
    renameSync(made, `${file}.saved`);
    syncFolder(dirname(file));
    finishSalvage(file);
    return sentenceOf(file, kept, lost, missing);
  } catch (error) {
    // The damaged file is still in its place: a copy of it at every start would fill the card.
    removeDatabase(kept);
    removeDatabase(made);
    throw error;
  } finally {
    damaged?.close();
  }
}

function removeDatabase(file: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) rmSync(`${file}${end}`, { force: true });
}

/** Puts a salvaged database into its place if one is ready. */
export function finishSalvage(file: string): void {
  if (!existsSync(`${file}.saved`)) return;
  // An old write-ahead log beside a new database would be taken for its own.
  for (const end of ['-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
  renameSync(`${file}.saved`, file);
  syncFolder(dirname(file));
}

function refuseForeign(damaged: Database.Database | undefined, { file, home }: SalvageSettings): void {
  const label = metaValue(damaged, 'home');
  if (label && label.toString('utf8') !== home) throw new StoreError('foreign', file);
}

/** Moves what the log holds into the new database; returns how many of its records were damaged. */
function settleLog({ file, home, logPath }: SalvageSettings, made: string): number {
  const opened = openDatabase(made, home);
  if (!opened.ok) throw new StoreError(opened.code, file, opened.detail);
  const { database } = opened;
  try {
    const found = openLogFile(logPath);
    if (!found) return 0;
    const bytes = readLogFile(found);
    closeSync(found.handle);
    const state = readLogState(metaValue(database, LOG_STATE_KEY));
    const held: (Scanned & { readonly log: number }) | undefined = state
      ? { ...scan(bytes, state.log, state), log: state.log }
      : scanWithoutMark(bytes);
    if (held) settleScanned(database, logPath, held, { ...held.next, log: held.log, isOpen: true });
    return held?.missing ?? 0;
  } finally {
    database.close();
  }
}

function metaValue(database: Database.Database | undefined, key: string): Buffer | undefined {
  try {
    const row = database?.prepare('SELECT value FROM meta WHERE key = ?').get(key);
    return (row as { value: Buffer } | undefined)?.value;
  } catch {
    return undefined;
  }
}

function sentenceOf(file: string, kept: string, lost: Lost, missing: number): string {
  const parts = [...lost].map(([table, count]) => `${count ?? 'some or all'} of ${table}`);
  if (missing > 0) parts.push(`${missing} of the log`);
  const what = parts.length > 0 ? `could not be read and are lost: ${parts.join(', ')}` : 'could all be read';
  const consent = CONSENT_TABLES.some((table) => lost.has(table))
    ? ' The consent book is not whole: nothing leaves this home until a backup is restored.'
    : '';
  return `${file} was damaged and was saved into a new file; its rows ${what}; the damaged file is ${kept}.${consent}`;
}
