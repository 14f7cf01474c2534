import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes a folder for this user only, and those above it, on the disk together with their names. Throws what the disk says. */
export function makeFolder(path: string): void {
  const folder = resolve(path);
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

/** Makes a file for this user only: after a power cut it is whole or not there. Throws what the disk says. */
export function makeFile(path: string, content: string | Buffer): void {
  const made = `${path}.new`;
  writeFileSync(made, content, { mode: 0o600, flush: true });
  renameSync(made, path);
  syncFolder(dirname(path));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
