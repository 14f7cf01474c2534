import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const READY_MS = 60_000;
const STOP_MS = 20_000;
const LOOK_AGAIN_MS = 25;

/** One of the programs of `bin/`. */
export type ProgramName = 'start' | 'hub' | 'broker' | 'sim';

/** How a program ended. */
export interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program that runs as a process of its own, in a process group of its own. */
export interface Program {
  readonly pid: number;
  /** Everything it has written so far, to standard output and standard error. */
  said(): string;
  /** Resolves when what it said matches; rejects with its words when it ends before, or says nothing of the kind. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<End>;
  /** Tells it to stop, and waits until it and every process it started are gone. */
  stop(): Promise<End>;
  /** Ends it at once with SIGKILL; processes it started are left to notice. */
  kill(): Promise<void>;
}

/** Settings of a program, as environment variables; undefined leaves one out. */
export type Settings = Readonly<Record<string, string | undefined>>;

const started = new Set<{ readonly name: string; readonly program: Program }>();

let cache: string | undefined;

/** Programs that start again and again are compiled once; the folder goes away with the file's last test. */
function compileCache(): string {
  cache ??= mkdtempSync(join(tmpdir(), 'engawa-compiled-'));
  return cache;
}

/**
 * To be called once at the top of a test file: prints what its programs said when a test fails, and ends what still runs
 * when the file is done.
 */
export function mindPrograms(): void {
  afterEach(({ task }) => {
    if (task.result?.state !== 'fail') return;
    for (const { name, program } of started) console.log(`--- ${name} (${program.pid}) said:\n${program.said()}`);
  });
  afterAll(async () => {
    await Promise.all([...started].map(({ program }) => program.kill()));
    started.clear();
    if (cache !== undefined) rmSync(cache, { recursive: true, force: true });
    cache = undefined;
  });
}

/** What every program finds in its environment beside its settings. */
const surroundings = (): Settings => ({
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TMPDIR: process.env.TMPDIR,
  LANG: 'C',
  NODE_COMPILE_CACHE: compileCache(),
});

/** Starts a program of `bin/` with these words and settings and nothing else of this process's own settings. */
export function startProgram(name: ProgramName, words: readonly string[], settings: Settings): Program {
  const child = spawn(process.execPath, [join(root, 'bin', `${name}.ts`), ...words], {
    env: { ...surroundings(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const program = new Running(child);
  started.add({ name: [name, ...words].join(' '), program });
  return program;
}

/** Runs a command of a program to its end. */
export async function runProgram(
  name: ProgramName,
  words: readonly string[],
  settings: Settings,
): Promise<End & { readonly out: string; readonly err: string }> {
  const running = startProgram(name, words, settings) as Running;
  const end = await running.ended;
  return { ...end, out: running.out(), err: running.err() };
}

class Running implements Program {
  readonly #child: ChildProcess;
  readonly #said: { readonly err: boolean; readonly text: string }[] = [];
  readonly #listeners = new Set<() => void>();
  readonly ended: Promise<End>;

  constructor(child: ChildProcess) {
    this.#child = child;
    // A test process that ends early must not leave a program behind.
    const endWithUs = (): void => signalGroup(this.pid, 'SIGKILL');
    process.once('exit', endWithUs);
    for (const [stream, err] of [
      [child.stdout, false],
      [child.stderr, true],
    ] as const) {
      stream?.setEncoding('utf8');
      stream?.on('data', (text: string) => {
        this.#said.push({ err, text });
        this.#tell();
      });
    }
    this.ended = once(child, 'close').then(([code, signal]) => {
      process.off('exit', endWithUs);
      this.#tell();
      return { code, signal };
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  said(): string {
    return this.#said.map(({ text }) => text).join('');
  }

  out(): string {
    return this.#said.flatMap(({ err, text }) => (err ? [] : [text])).join('');
  }

  err(): string {
    return this.#said.flatMap(({ err, text }) => (err ? [text] : [])).join('');
  }

  until(pattern: RegExp): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const fail = (why: string): void => reject(new Error(`${why} before it said ${pattern}:\n${this.said()}`));
    const timer = setTimeout(() => fail('Too much time passed'), READY_MS);
    const look = (): void => {
      const found = pattern.exec(this.said());
      if (found) resolve(found);
      else if (this.#child.exitCode !== null || this.#child.signalCode !== null) fail('The program ended');
    };
    this.#listeners.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#listeners.delete(look);
    });
  }

  async stop(): Promise<End> {
    const family = descendants(this.pid);
    signal(this.pid, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(this.pid, 'SIGKILL'), STOP_MS);
    const end = await this.ended;
    clearTimeout(timer);
    for (const pid of family) await gone(pid);
    return end;
  }

  async kill(): Promise<void> {
    signalGroup(this.pid, 'SIGKILL');
    await this.ended;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone already.
  }
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  if (pid > 0) signal(-pid, name);
}

/** Every process below this one, where the system shows them as files. */
function descendants(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(file)) return [];
  const children = readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** Waits until a process is gone that was started by a program of ours; one that stays is ended, and that is an error. */
async function gone(pid: number): Promise<void> {
  const isThere = (): boolean => existsSync(`/proc/${pid}/stat`) && !/\) Z /.test(readStat(pid));
  for (const ends = Date.now() + STOP_MS; Date.now() < ends; await wait(LOOK_AGAIN_MS)) if (!isThere()) return;
  signal(pid, 'SIGKILL');
  throw new Error(`A process (${pid}) outlived the program that started it.`);
}

function readStat(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return ') Z ';
  }
}
