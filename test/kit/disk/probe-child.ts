/**
 * Tells as JSON lines what its disk and clock are like: the time of day, how long a sync took, and what a new file, a
 * write and a sync came to. Arguments: folder; then, to let the disk fail once and tell twice, the file that makes it
 * fail and what to put there.
 */
import { closeSync, fdatasyncSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '', failFile, failing] = process.argv.slice(2);
const file = openSync(join(folder, 'there'), 'r+');

function codeOf(work: () => unknown): string {
  try {
    work();
    return 'done';
  } catch (fault) {
    return fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown';
  }
}

function tell(name: string): void {
  const before = performance.now();
  const opened = codeOf(() => closeSync(openSync(join(folder, name), 'w')));
  const wrote = codeOf(() => writeSync(file, 'a few bytes'));
  const begun = performance.now();
  const synced = codeOf(() => fdatasyncSync(file));
  const syncMs = performance.now() - begun;
  console.log(JSON.stringify({ opened, wrote, synced, syncMs, nowMs: Date.now(), ranMs: performance.now() - before }));
}

if (failFile !== undefined && failing !== undefined) {
  writeFileSync(failFile, failing);
  tell('first');
  rmSync(failFile);
}
tell('second');
