import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Category } from '../../proto/lists.ts';

/** What a file of withdrawals says of itself. */
export interface FileHead {
  readonly engawa: 'withdrawals/1';
  /** The operator's identity, 64 hex digits. */
  readonly operator: string;
  readonly categories: readonly Category[];
  readonly names: number;
}

/**
 * Writes erase keys into a file that any machine can post later: a line about itself, then a line for each batch. Whoever
 * has the file can erase, and do nothing else: no data can be read or written with it.
 */
export function writeWithdrawals(file: string, head: FileHead, batches: Iterable<readonly string[]>): void {
  const handle = openSync(file, 'wx', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(head)}\n`);
    for (const batch of batches) writeSync(handle, `${JSON.stringify(batch)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Reads such a file; undefined when it is none. The batches are read as they are needed, and throw when one is damaged. */
export async function readWithdrawals(
  file: string,
): Promise<{ head: FileHead; batches: AsyncGenerator<string[]> } | undefined> {
  const head = await headOf(file);
  return head && { head, batches: batchesIn(file) };
}

async function headOf(file: string): Promise<FileHead | undefined> {
  try {
    for await (const line of linesOf(file)) {
      const head: FileHead = JSON.parse(line);
      return head.engawa === 'withdrawals/1' ? head : undefined;
    }
  } catch {
    return undefined;
  }
  return undefined;
}

async function* batchesIn(file: string): AsyncGenerator<string[]> {
  let isHead = true;
  for await (const line of linesOf(file)) {
    if (!isHead) yield JSON.parse(line) as string[];
    isHead = false;
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const handle = await open(file);
  try {
    yield* handle.readLines();
  } finally {
    await handle.close();
  }
}
