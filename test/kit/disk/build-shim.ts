import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = ['shim.c', 'clock.c'].map((name) => join(import.meta.dirname, name));
/** Beside what npm brought: a clean installation starts clean here too. */
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/engawa-disk', import.meta.url));
const COMPILER = 'gcc';
const HASH_DIGITS = 16;

/**
 * Path of the library that stands between a program and its disk and clock, for LD_PRELOAD; compiled when its source
 * has changed. Throws with the command that installs a compiler when there is none.
 */
export function buildShim(): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) hash.update(readFileSync(source));
  const library = join(CACHE, `shim-${process.arch}-${hash.digest('hex').slice(0, HASH_DIGITS)}.so`);
  if (existsSync(library)) return library;
  mkdirSync(CACHE, { recursive: true });
  // Two test files may build at once: each under a name of its own, and the last rename wins.
  const made = `${library}.${process.pid}`;
  const options = ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror', '-o', made];
  const run = spawnSync(COMPILER, [...options, ...SOURCES, '-ldl', '-lpthread'], { encoding: 'utf8' });
  if (run.error) throw new Error('No C compiler is installed: apt-get install gcc libc6-dev.');
  if (run.status !== 0)
    throw new Error(`The disk shim does not compile (apt-get install gcc libc6-dev?):\n${run.stderr}`);
  renameSync(made, library);
  return library;
}

/** What is done to a program's disk and clock; see `shim.c` and `clock.c`. Paths are absolute, times milliseconds. */
export interface DiskSettings {
  /** The folder whose files are minded; it must exist when the program starts. */
  readonly folder: string;
  readonly traceFile?: string;
  readonly syncMs?: number;
  /** While this file exists, what it names fails. */
  readonly failFile?: string;
  /** Holds by how much the time of day is moved. */
  readonly clockFile?: string;
}

/** Environment variables that put a program on such a disk, to be given to it beside its settings. */
export function diskEnvironment(settings: DiskSettings): Record<string, string> {
  const { folder, traceFile, syncMs, failFile, clockFile } = settings;
  return {
    LD_PRELOAD: buildShim(),
    ENGAWA_DISK_PREFIX: folder,
    ...(traceFile === undefined ? {} : { ENGAWA_DISK_TRACE: traceFile }),
    ...(syncMs === undefined ? {} : { ENGAWA_DISK_SYNC_MS: String(syncMs) }),
    ...(failFile === undefined ? {} : { ENGAWA_DISK_FAIL: failFile }),
    ...(clockFile === undefined ? {} : { ENGAWA_CLOCK: clockFile }),
  };
}
