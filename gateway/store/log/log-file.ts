import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { LOG_PAGE_BYTES } from './record.ts';

/** An opened log file: its handle, for reading and writing, and its whole pages. */
export interface OpenedLogFile {
  readonly handle: number;
  readonly pages: number;
}

/**
 * Makes a log of zeros, in place of one that may be there, and puts it on the disk together with its name, so that
 * later writes never have to make room. Throws what the disk says.
 */
export function createLogFile(path: string, bytes: number): OpenedLogFile {
  const made = `${path}.new`;
  const handle = openSync(made, 'w+', 0o600);
  try {
    // Page by page: what is written at once the kernel keeps as one large piece, and would write back as one, too.
    const zeros = Buffer.alloc(LOG_PAGE_BYTES);
    for (let at = 0; at < bytes; ) at += writeSync(handle, zeros, 0, Math.min(LOG_PAGE_BYTES, bytes - at), at);
    fsyncSync(handle);
    renameSync(made, path);
    syncFolder(dirname(path));
  } catch (error) {
    closeSync(handle);
    rmSync(made, { force: true });
    throw error;
  }
  return { handle, pages: bytes / LOG_PAGE_BYTES };
}

/** Opens a log that is there; undefined when there is none or its size is none that a log has. */
export function openLogFile(path: string): OpenedLogFile | undefined {
  let handle: number;
  try {
    handle = openSync(path, 'r+');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const { size } = fstatSync(handle);
  if (size > 0 && size % LOG_PAGE_BYTES === 0) return { handle, pages: size / LOG_PAGE_BYTES };
  closeSync(handle);
  return undefined;
}

/** Pages of a log file, all of them unless said otherwise; one that cannot be read is given as zeros. */
export function readLogFile({ handle, pages }: OpenedLogFile, first = 0, count = pages): Buffer {
  const bytes = Buffer.alloc(count * LOG_PAGE_BYTES);
  if (readInto(handle, bytes, first * LOG_PAGE_BYTES)) return bytes;
  for (let at = 0; at < bytes.length; at += LOG_PAGE_BYTES) {
    const page = bytes.subarray(at, at + LOG_PAGE_BYTES);
    if (!readInto(handle, page, first * LOG_PAGE_BYTES + at)) page.fill(0);
  }
  return bytes;
}

function readInto(handle: number, into: Buffer, at: number): boolean {
  try {
    let done = 0;
    for (let count = 1; count > 0 && done < into.length; done += count)
      count = readSync(handle, into, done, into.length - done, at + done);
    return done === into.length;
  } catch {
    return false;
  }
}

/** A name is on the disk only when its folder is. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
