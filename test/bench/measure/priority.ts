import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Above other programs of this computer: what is measured should not be what else happens to run. */
const PRIORITY = -15;
/** Linux weighs sessions against each other first, where it groups them. */
const GROUP_FILE = '/proc/self/autogroup';

/**
 * Gives this process, its session and everything it starts priority over other programs; all that is compared gets the
 * same. Says whether it could: it needs the right to. The session gets its own back when the process ends.
 */
export function raisePriority(): boolean {
  try {
    setPriority(PRIORITY);
    const before = /nice (-?\d+)/.exec(readFileSync(GROUP_FILE, 'utf8'))?.[1] ?? '0';
    writeFileSync(GROUP_FILE, String(PRIORITY));
    process.on('exit', () => writeFileSync(GROUP_FILE, before));
    return true;
  } catch {
    return false;
  }
}
