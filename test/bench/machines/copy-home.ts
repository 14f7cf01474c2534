import { closeSync, cpSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PAGE_BYTES = 4096;

/**
 * Copies a home's folder. The log is written a page at a time: a file copied at once lies in large pieces (folios) in the
 * system's memory, and Linux then counts a whole piece, 64 KiB and more, for each page of it that is written, although 4 KiB
 * reach the disk (/sys/block/*\/stat shows it).
 */
export function copyHome(from: string, to: string): void {
  const isLog = (file: string) => file.endsWith('hub.log');
  cpSync(from, to, { recursive: true, filter: (file) => !file.endsWith('.sock') && !isLog(file) });
  const log = readFileSync(join(from, 'home', 'hub.log'));
  const copy = openSync(join(to, 'home', 'hub.log'), 'w', 0o600);
  for (let at = 0; at < log.length; at += PAGE_BYTES) writeSync(copy, log, at, PAGE_BYTES, at);
  closeSync(copy);
}
