import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestedServer } from './servers.ts';

const RUNNER = join(import.meta.dirname, 'one_test.py');
/** What a checkout must have. */
const NEEDED = ['interoperability/client_test.py', 'interoperability/mqtt/clients/V311/__init__.py'];
const OLDEST_PYTHON = [3, 8] as const;
/** The caller's checkout stays as it is. */
const ENVIRONMENT = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };

/** A file with tests: the suite's own, or ours. */
export interface Script {
  readonly file: string;
  readonly tests: readonly string[];
}

/** What is missing to run the suite from this checkout, as a sentence that says what to do; undefined: nothing. */
export function missing(checkout: string): string | undefined {
  const [major, minor] = OLDEST_PYTHON;
  const probe = spawnSync('python3', ['-c', `import sys; sys.exit(sys.version_info < (${major}, ${minor}))`]);
  if (probe.status !== 0) {
    return `The suite is written in Python: install python3, version ${major}.${minor} or later (apt-get install python3), and run this again.`;
  }
  const absent = NEEDED.find((file) => !existsSync(join(checkout, file)));
  if (absent === undefined) return undefined;
  return `${checkout} is no checkout of paho.mqtt.testing: it has no ${absent}. Clone https://github.com/eclipse/paho.mqtt.testing and give the path of the clone.`;
}

/** The tests of the checkout's suite and our own, in the order of their files. */
export function scripts(checkout: string): Script[] {
  const files = [join(checkout, 'interoperability/client_test.py'), join(import.meta.dirname, 'own_statements.py')];
  return files.map((file) => {
    const { stdout, stderr } = spawnSync('python3', [RUNNER, checkout, file, '--list'], {
      encoding: 'utf8',
      env: ENVIRONMENT,
    });
    const tests = stdout.split('\n').filter((line) => /^\w+\.\w+$/.test(line));
    if (tests.length === 0) throw new Error(`No tests were found in ${file}:\n${stdout}${stderr}`);
    return { file, tests };
  });
}

/** Runs one test against one server in a process of its own, ended when it takes longer than `timeoutMs`; rejects once `signal` is aborted. */
export async function runTest(options: {
  readonly checkout: string;
  readonly file: string;
  readonly test: string;
  readonly server: TestedServer;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<{ passed: boolean; said: string }> {
  const { checkout, file, test, timeoutMs, signal } = options;
  const { port, takenPort, door } = options.server;
  const account = door ? [String(door.port), door.account.user, door.account.password, door.account.base] : [];
  const child = spawn('python3', [RUNNER, checkout, file, test, String(port), String(takenPort), ...account], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ENVIRONMENT,
    timeout: timeoutMs,
    signal,
    killSignal: 'SIGKILL',
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      said += text;
    });
  }
  const [code, endedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (endedBy !== null) said += `\nEnded with ${endedBy} after ${timeoutMs / 1_000} s.\n`;
  return { passed: code === 0, said };
}
