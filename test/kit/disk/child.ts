import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type DiskSettings, diskEnvironment } from './build-shim.ts';

/** Runs one of this folder's small programs to its end on a disk of its own; resolves with what it printed, rejects with what it complained of. */
export async function runOnDisk(
  name: 'careless-child' | 'probe-child',
  words: readonly string[],
  disk: DiskSettings,
): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...words], {
    env: { PATH: process.env.PATH, ...diskEnvironment(disk) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, complaint, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(complaint);
  return out;
}
