import { closeSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { Log } from '../log/log.ts';
import { LogFileDevice } from '../log/log-device.ts';
import { createLogFile, type OpenedLogFile, openLogFile, readLogFile } from '../log/log-file.ts';
import { LOG_STATE_KEY, type LogState, readLogState, writeLogState } from '../log/log-state.ts';
import { claimedSequence, LOG_PAGE_BYTES } from '../log/record.ts';
import { type Mark, Ring } from '../log/ring.ts';
import { type Scanned, scan } from '../log/scan.ts';
import { StoreError } from '../store-error.ts';
import { explain } from './database-file.ts';
import type { Failure, Settled, Settling } from './messages.ts';
import { DiskFault, TablesWriter } from './tables-writer.ts';

/** What opening the log needs. */
export interface LogSettings {
  readonly database: Database.Database;
  readonly path: string;
  /** Size of a log that has to be made. */
  readonly bytes: number;
  /** Draws the number of a new log: a whole number below 2 ** 32. */
  readonly newNumber: () => number;
}

/** The log, ready for the next record; everything it held is in the tables. */
export interface OpenedLog {
  readonly log: Log;
  /** Whether the last end was orderly. */
  readonly wasClosed: boolean;
  /** Logged operations that the tables refused. */
  readonly refused: number;
  /** What was lost, as a clause for a sentence. */
  readonly lost: string | undefined;
}

/** Opens the log and moves what it holds into the tables. Throws StoreError when that cannot be done, and what the disk says. */
export function openLog(settings: LogSettings): OpenedLog {
  const { database, path, bytes } = settings;
  const state = stateOf(database);
  const found = openLogFile(path);
  if (!state || !found) {
    if (found) closeSync(found.handle);
    const lost = state?.isOpen ? 'the log was missing: what was stored last may be lost' : undefined;
    return { ...newLog(settings), wasClosed: state === undefined || !state.isOpen, refused: 0, lost };
  }
  const held = heldBy(found, state);
  const refused = held ? settleScanned(database, path, held, { ...state, ...held.next }) : 0;
  const lost = held && held.missing > 0 ? `${held.missing} damaged records of the log are lost` : undefined;
  const rest = { wasClosed: !state.isOpen, refused, lost };
  if (found.pages * LOG_PAGE_BYTES !== bytes) {
    closeSync(found.handle);
    return { ...newLog(settings), ...rest };
  }
  return { ...useLog(database, found, { ...state, ...(held?.next ?? {}) }), ...rest };
}

/** Says in the tables that the log holds nothing that they do not. */
export function closeLogState(database: Database.Database, log: Log): void {
  putState(database, { log: log.number, isOpen: false, ...log.next });
}

/** Moves records into the tables, together with the state of the log that follows; returns how many operations were refused. */
export function settleScanned(
  database: Database.Database,
  path: string,
  { records }: Scanned,
  state: LogState,
): number {
  const logged = records.map(({ payload }) => payload);
  const { settled, refused } = settle(database, path, { logged, state, batches: [] });
  if (settled !== true) throw failed(path, settled);
  return refused;
}

/** Damage met while settling is a reason to salvage, as it is while opening. */
function settle(database: Database.Database, path: string, settling: Settling): Settled {
  try {
    return new TablesWriter(database).settle(settling);
  } catch (error) {
    if (error instanceof DiskFault) throw failed(path, error.failure);
    throw error;
  }
}

function failed(path: string, { code, detail }: Failure): StoreError {
  return new StoreError(code, path, detail);
}

/** What the log holds beyond the tables; undefined after an orderly end, when its first page is enough to know. */
function heldBy(found: OpenedLogFile, state: LogState): Scanned | undefined {
  if (state.page >= found.pages) return scan(readLogFile(found), state.log, state);
  const firstPage = readLogFile(found, state.page, 1);
  const isQuiet = !state.isOpen && claimedSequence(firstPage, state.log) !== state.sequence;
  return isQuiet ? undefined : scan(readLogFile(found), state.log, state);
}

function newLog(settings: LogSettings): { log: Log } {
  const file = createLogFile(settings.path, settings.bytes);
  return useLog(settings.database, file, { log: settings.newNumber(), page: 0, sequence: 1, isOpen: true });
}

function useLog(database: Database.Database, file: OpenedLogFile, state: LogState): { log: Log } {
  try {
    putState(database, { ...state, isOpen: true });
  } catch (error) {
    // A full disk is no reason to stay shut: the log has its room, and the next start looks at its first page all the same.
    if (explain(error).code !== 'full') throw error;
  }
  const mark: Mark = { page: state.page, sequence: state.sequence };
  return { log: new Log(new LogFileDevice(file.handle), new Ring(file.pages, mark), state.log) };
}

function stateOf(database: Database.Database): LogState | undefined {
  const row = database.prepare('SELECT value FROM meta WHERE key = ?').get(LOG_STATE_KEY) as
    | { value: Buffer }
    | undefined;
  return readLogState(row?.value);
}

function putState(database: Database.Database, state: LogState): void {
  database
    .prepare('INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
    .run(LOG_STATE_KEY, writeLogState(state));
}
