/** `npm run check`: everything about the source that a program can judge. One line each, then `N passed, N failed`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { tallyLine } from '../tally.ts';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
  /** Said on the line of a check that held, where holding needs a word of explanation. */
  readonly note?: string;
}

interface Outcome {
  readonly ok: boolean;
  readonly seconds: number;
  readonly output: string;
}

const root = dirname(dirname(import.meta.dirname));
const LARGEST_PARALLEL = 4;
/** The wire as it was released, one descriptor per release, written by `buf build proto -o proto/released/N.binpb`. */
const RELEASED_FOLDER = 'proto/released';

const packaged = (name: string, ...rest: string[]) => [
  process.execPath,
  join(root, 'node_modules/.bin', name),
  ...rest,
];
const own = (path: string, ...rest: string[]) => [process.execPath, join(root, path), ...rest];

const MODULE_FOLDERS = ['bin', 'devices', 'gateway', 'broker', 'proto', 'firmware-sim', 'portal', 'test'];

function wireChecks(): Check[] {
  const buf = (...rest: string[]) => packaged('buf', ...rest);
  const folder = join(root, RELEASED_FOLDER);
  const released = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.binpb')) : [];
  const latest = released.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
  const lint: Check = { name: 'wire: buf lint', command: buf('lint', 'proto') };
  if (latest === undefined) return [{ ...lint, note: 'no released wire yet to stay compatible with' }];
  return [
    lint,
    {
      name: `wire: compatible with ${latest}`,
      command: buf('breaking', 'proto', '--against', join(RELEASED_FOLDER, latest)),
    },
  ];
}

/** All checks, the slowest first so that two at a time end soonest. */
function checks(): Check[] {
  const portalTypes = existsSync(join(root, 'portal/tsconfig.json'));
  return [
    { name: 'types', command: packaged('tsc', '--noEmit', '-p', 'tsconfig.json') },
    {
      name: 'imports',
      command: packaged('depcruise', ...MODULE_FOLDERS, '--output-type', 'err-long'),
    },
    ...(portalTypes
      ? [{ name: 'types: portal', command: packaged('tsc', '--noEmit', '-p', 'portal/tsconfig.json') }]
      : []),
    { name: 'dead code', command: packaged('knip', '--no-progress') },
    { name: 'format and lint', command: packaged('biome', 'check', '--error-on-warnings', '.') },
    { name: 'generated code is fresh', command: own('proto/generate.ts', '--check') },
    { name: 'models of the simulator are fresh', command: own('firmware-sim/models/generate.ts', '--check') },
    { name: '.env.example is fresh', command: own('bin/settings.ts', '--check') },
    ...wireChecks(),
  ];
}

async function run({ command: [program = '', ...rest] }: Check): Promise<Outcome> {
  const startedMs = performance.now();
  const child: ChildProcess = spawn(program, rest, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { ok: code === 0, seconds: (performance.now() - startedMs) / 1000, output };
}

function print(check: Check, { ok, seconds, output }: Outcome): void {
  const note = ok && check.note !== undefined ? ` (${check.note})` : '';
  console.log(`${ok ? 'ok    ' : 'failed'} ${check.name} ${seconds.toFixed(1)} s${note}`);
  if (!ok) console.log(output.trimEnd().replace(/^/gm, '       '));
}

const waiting = checks();
const tally = { passed: 0, failed: 0, skipped: 0 };

async function worker(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const outcome = await run(check);
    print(check, outcome);
    if (outcome.ok) tally.passed += 1;
    else tally.failed += 1;
  }
}

await Promise.all(Array.from({ length: Math.min(availableParallelism(), LARGEST_PARALLEL) }, worker));
console.log(tallyLine(tally));
process.exitCode = tally.failed === 0 ? 0 : 1;
