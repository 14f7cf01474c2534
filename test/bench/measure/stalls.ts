import { existsSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** The module that measures stalls inside the hub, as `--import` wants it. */
export const STALLS_PRELOAD = new URL('../inside/loop-delay.ts', import.meta.url).href;

const LOOK_AGAIN_MS = 5;
const ANSWER_MS = 2_000;

/** The longest time the hub's main thread did nothing else, in milliseconds, since the last question. */
export async function stallsOf(pid: number, file: string): Promise<{ highest: number; p99: number }> {
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  for (const ends = Date.now() + ANSWER_MS; Date.now() < ends; await wait(LOOK_AGAIN_MS)) {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text.endsWith('}')) return JSON.parse(text);
  }
  throw new Error(`The hub does not tell its stalls (${pathToFileURL(file)}).`);
}
