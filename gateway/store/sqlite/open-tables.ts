import { closeSync, existsSync, openSync, rmSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { StoreError } from '../store-error.ts';
import { closeQuietly, explain, isDamaged, openDatabase, tableNames } from './database-file.ts';
import { type OpenedLog, openLog } from './open-log.ts';
import { finishSalvage, salvage } from './salvage.ts';

/** What opening both layers needs. */
export interface TablesSettings {
  readonly file: string;
  readonly home: string;
  readonly logPath: string;
  /** Size of a log that has to be made. */
  readonly logBytes: number;
  /** Draws the number of a new log: a whole number below 2 ** 32. */
  readonly newNumber: () => number;
  /** Called with a sentence when something was damaged. */
  readonly onSalvaged: (sentence: string) => void;
}

/** Both layers, the tables holding everything. */
export interface OpenedTables extends OpenedLog {
  readonly database: Database.Database;
}

/** Opens database and log; what is damaged is salvaged. Throws StoreError. */
export function openTables(settings: TablesSettings): OpenedTables {
  const { file, logPath, onSalvaged } = settings;
  finishSalvage(file);
  if (isEmptyBesideLog(settings))
    onSalvaged(`${file} was missing or empty though ${logPath} is there: this home begins anew. Restore a backup.`);
  const opened = open(settings, existsSync(suspicionOf(file)));
  if (opened !== 'damaged') return opened;
  onSalvaged(salvaged(settings));
  rmSync(suspicionOf(file), { force: true });
  const again = open(settings, false);
  if (again === 'damaged') throw new StoreError('damaged', file);
  return again;
}

/** Notes that a database seems damaged, so that the next start looks through all of it. */
export function suspect(file: string): void {
  try {
    closeSync(openSync(suspicionOf(file), 'a', 0o600));
  } catch {
    // Then damage is found again where it was found now.
  }
}

function salvaged(settings: TablesSettings): string {
  try {
    return salvage(settings);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const { code, detail } = explain(error);
    throw new StoreError(code === 'full' ? 'full' : 'damaged', settings.file, detail);
  }
}

function open(settings: TablesSettings, isSuspected: boolean): OpenedTables | 'damaged' {
  const { file, home, logPath, logBytes, newNumber, onSalvaged } = settings;
  const opened = openDatabase(file, home);
  if (!opened.ok && isDamage(settings, opened.code)) return 'damaged';
  if (!opened.ok) throw new StoreError(opened.code, file, opened.detail);
  const { database } = opened;
  try {
    if (isSuspected && tableNames(database).some((table) => isDamaged(database, table)))
      throw new StoreError('damaged', file);
    rmSync(suspicionOf(file), { force: true });
    const log = openLog({ database, path: logPath, bytes: logBytes, newNumber });
    if (log.lost !== undefined) onSalvaged(`${file} was opened, but ${log.lost}.`);
    return { database, ...log };
  } catch (error) {
    closeQuietly(database);
    const { code, detail } = error instanceof StoreError ? { code: error.code, detail: '' } : explain(error);
    if (isDamage(settings, code)) return 'damaged';
    throw error instanceof StoreError ? error : new StoreError(code, file, detail);
  }
}

/** A file that is no database at all is damaged only where it surely was one: beside its log. */
function isDamage({ logPath }: TablesSettings, code: string): boolean {
  return code === 'damaged' || (code === 'notADatabase' && existsSync(logPath));
}

function isEmptyBesideLog({ file, logPath }: TablesSettings): boolean {
  return existsSync(logPath) && statSync(file).size === 0 && !existsSync(`${file}-wal`);
}

function suspicionOf(file: string): string {
  return `${file}.suspect`;
}
