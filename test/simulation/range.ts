import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Counts } from './checks.ts';
import { simulate } from './link.ts';

/** Many seeds, in this process or spread over two. */

/** What a range of seeds gave. */
export interface RangeResult {
  readonly seeds: number;
  readonly counts: Counts;
  /** The first broken seeds, each with what was broken. */
  readonly broken: readonly { readonly seed: number; readonly kinds: readonly string[] }[];
}

const BROKEN_KEPT = 20;
/** Below this a second process costs more than it brings. */
const WORTH_A_PROCESS = 5_000;
const PROCESSES = 2;

function sum(one: Counts | undefined, other: Counts): Counts {
  const names = Object.keys(other) as (keyof Counts)[];
  return Object.fromEntries(names.map((name) => [name, (one?.[name] ?? 0) + other[name]])) as unknown as Counts;
}

/** Runs `seeds` seeds from `first` in this process. */
export function runRange(first: number, seeds: number): RangeResult {
  let counts: Counts | undefined;
  const broken: { seed: number; kinds: string[] }[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    const result = simulate({ seed });
    counts = sum(counts, result.counts);
    if (result.violations.length === 0 || broken.length === BROKEN_KEPT) continue;
    broken.push({ seed, kinds: [...new Set(result.violations.map(({ kind }) => kind))] });
  }
  if (counts === undefined) throw new RangeError('at least one seed');
  return { seeds, counts, broken };
}

function runInChild(first: number, seeds: number): Promise<RangeResult> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [String(first), String(seeds)], { execArgv: [] });
    child.once('message', (message) => resolve(message as RangeResult));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code !== 0) reject(new Error(`seeds from ${first}: the process ended with ${code}`));
    });
  });
}

/** Runs `seeds` seeds from `first`, in two processes when there are many and the machine has two cores. */
export async function runSeeds(first: number, seeds: number): Promise<RangeResult> {
  if (seeds < WORTH_A_PROCESS || availableParallelism() < PROCESSES) return runRange(first, seeds);
  const half = Math.floor(seeds / PROCESSES);
  const results = await Promise.all([runInChild(first, half), runInChild(first + half, seeds - half)]);
  const counts = results.map((result) => result.counts).reduce(sum);
  return { seeds, counts, broken: results.flatMap((result) => result.broken) };
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  const [first, seeds] = process.argv.slice(2).map(Number) as [number, number];
  process.send(runRange(first, seeds), () => process.disconnect());
}
