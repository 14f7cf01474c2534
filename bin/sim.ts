import { readFileSync } from 'node:fs';
import type { Around } from '../firmware-sim/fleet/command.ts';
import { listProducts } from '../firmware-sim/models/products.ts';
import { readArguments } from '../firmware-sim/runner/arguments.ts';
import { HELP } from '../firmware-sim/runner/help.ts';
import { run } from '../firmware-sim/runner/run.ts';

/** A URL with a password is better not among the arguments, where every user of the machine can read it. */
function withUrl(words: readonly string[]): readonly string[] {
  const url = process.env.ENGAWA_SIM_URL;
  const has = words.some(
    (word) =>
      word === '--url' ||
      word.startsWith('--url=') ||
      (word === '--out' && !words.includes('capture')) ||
      word === '--help',
  );
  return url === undefined || has ? words : [...words, '--url', url];
}

function readText(path: string): { ok: true; value: string } | { ok: false; reason: string } {
  try {
    return { ok: true, value: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return { ok: false, reason: `${path} cannot be read (${code}); check its name and that it may be read` };
  }
}

/** The clock and the signals of this process, and where it says what. */
function surroundings(zone: string): Around {
  const stopping = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.once(name, () => stopping.abort());
  }
  // Started by the demonstration: when that program is gone, so is the channel to it.
  process.once('disconnect', () => stopping.abort());
  process.channel?.unref();
  const say = (sentence: string): void => {
    process.stderr.write(`engawa sim: ${sentence}\n`);
  };
  return { zone, realMs: Date.now, signal: stopping.signal, say, print: (text) => process.stdout.write(text) };
}

/** Runs `engawa sim`: 0 when it did what was asked or was stopped, 1 when it could not, 2 when the arguments are wrong. */
async function main(words: readonly string[]): Promise<number> {
  if (words[0] === 'models' && !words.some((word) => word.startsWith('-'))) {
    process.stdout.write(listProducts(words.slice(1)));
    return 0;
  }
  const zone = process.env.TZ || new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (words[0] === 'hubs') {
    // A home does without the protocol of hubs.
    const { hubsCommand } = await import('../firmware-sim/fleet/command.ts');
    return hubsCommand(words.slice(1), surroundings(zone));
  }
  const asked = readArguments(withUrl(words), { nowMs: Date.now(), zone, readText });
  if (!asked.ok) {
    process.stderr.write(`engawa sim: ${asked.reason}\n`);
    return 2;
  }
  if (asked.value === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  const around = surroundings(zone);
  // Several programs share the demonstration's output.
  const isAlone = process.channel === null || process.channel === undefined;
  const problem = await run(asked.value, isAlone ? { ...around, screen: process.stderr } : around);
  if (problem !== undefined) {
    around.say(problem);
    return 1;
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
