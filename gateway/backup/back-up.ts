import { join } from 'node:path';
import { type Answer, done, refuse } from '../household/answer.ts';
import { homeSecret } from '../pseudonymize/home-secret.ts';
import { takeLock } from '../store/sqlite/lock.ts';
import { openStore } from '../store/sqlite/open-store.ts';
import { mayWrite, writeBackup } from './backup-file.ts';
import { type Contents, contentsOf, SCHEMA } from './manifest.ts';
import type { Cost } from './sealed-stream.ts';
import { dropSnapshot, snapshotIn } from './snapshot.ts';

/** What one backup needs. */
export interface BackUp {
  /** The home's folder, its label (`home`, `demo`), and the version of this program. */
  readonly folder: string;
  readonly home: string;
  readonly version: string;
  /** Where the backup goes. */
  readonly file: string;
  readonly passphrase: string;
  readonly nowMs: number;
  /** Has the running hub copy its database (`takeSnapshot`). */
  readonly snapshot: () => Promise<Answer<unknown>>;
  readonly cost?: Cost;
}

/** A backup that was made. */
export interface MadeBackup {
  readonly file: string;
  readonly bytes: number;
  readonly contents: Contents;
}

/**
 * Makes a backup beside a running hub, in a process of its own: the passphrase never reaches the hub, nor does the memory
 * it takes to stretch it. The copy is opened and counted before it is sealed, so that what is sealed can be opened.
 */
export async function backUp(wanted: BackUp): Promise<Answer<MadeBackup>> {
  const { folder, file } = wanted;
  if (!(await mayWrite(file))) return notOverwritten(file);
  const lock = lockOf(folder);
  if (!lock) return underWay();
  try {
    const copied = await wanted.snapshot();
    if (!copied.ok) return copied;
    const secret = homeSecret(join(folder, 'home.secret'));
    const contents = await contentsIn(snapshotIn(folder).file, wanted.home, secret);
    const { home, version, nowMs: madeAtMs } = wanted;
    const manifest = { format: 1, version, home, madeAtMs, schema: SCHEMA, contents } as const;
    const sealing = { manifest, secret, database: snapshotIn(folder).file };
    const bytes = await writeBackup(file, wanted.passphrase, sealing, wanted.cost);
    return done({ file, bytes, contents });
  } catch (fault) {
    return notWritten(file, codeOf(fault));
  } finally {
    await dropSnapshot(folder);
    lock.release();
  }
}

/** Counts what a database file holds, opening it as a hub would; everything it wrote is in the file afterwards. */
export async function contentsIn(file: string, home: string, secret: Buffer): Promise<Contents> {
  const store = await openStore({ file, home, onFault: () => undefined });
  try {
    return contentsOf(store, secret);
  } finally {
    await store.close();
  }
}

/** The code of what went wrong, never its message, which may repeat content. */
export function codeOf(fault: unknown): string {
  if (fault instanceof Error && 'code' in fault) return String(fault.code);
  return fault instanceof Error ? fault.name : 'unknown';
}

function lockOf(folder: string): { release(): void } | undefined {
  try {
    return takeLock(join(folder, 'backup'));
  } catch {
    return undefined;
  }
}

function underWay(): Answer<never> {
  return refuse(
    [
      'ほかのバックアップが進行中か、ホームのフォルダーに書き込めません。',
      '終わるのを待つか、ハブと同じ利用者で実行してください。',
    ],
    [
      "Another backup is being made, or the home's folder cannot be written.",
      'Wait until it is done, or run this as the user the hub runs as.',
    ],
  );
}

function notOverwritten(file: string): Answer<never> {
  return refuse(
    [`${file} は、バックアップではないファイルです。上書きしません。`, '別の名前を指定してください。'],
    [`${file} is there already and is not a backup; it is not overwritten.`, 'Name another file.'],
  );
}

function notWritten(file: string, code: string): Answer<never> {
  return refuse(
    [
      `バックアップを ${file} に書けませんでした(${code})。途中のファイルは残していません。`,
      'フォルダーがあり、書き込めて、空きが足りるか確かめてください。',
    ],
    [
      `The backup could not be written to ${file} (${code}); nothing half made was left.`,
      'Check that its folder exists, can be written, and has room; then try again.',
    ],
  );
}
