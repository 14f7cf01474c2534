/**
 * Runs the tests and ends with the line `N passed, N failed` (and `, N skipped` when some were).
 * `--long` raises the number of simulation seeds, kills, power cuts and fault rounds; any other argument is passed on to vitest.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { needsOf, testFiles } from './needs.ts';
import { type Report, tallyLine, tallyOf, withoutSkipping } from './tally.ts';

const LONG = {
  ENGAWA_CONSENT_CASES: '1000000',
  ENGAWA_SIMULATION_SEEDS: '1000000',
  ENGAWA_HOSTILE_MESSAGES: '1000000',
  ENGAWA_KILLS: '1000',
  ENGAWA_POWER_CUTS: '1000',
  ENGAWA_FAULT_ROUNDS: '20',
};

const testFolder = import.meta.dirname;
const root = dirname(testFolder);
const passedOn = process.argv.slice(2).filter((argument) => argument !== '--long');
const isLong = process.argv.includes('--long');
const inCi = process.env.CI === 'true';

/** Test files that need a program this machine lacks; each is named, with the reason. */
function filesToLeaveOut(): string[] {
  const missing = new Set((process.env.ENGAWA_TEST_MISSING ?? '').split(',').filter((name) => name !== ''));
  if (missing.size === 0) return [];
  return testFiles(testFolder).filter((file) => {
    const lacks = [...needsOf(file, testFolder)].filter((name) => missing.has(name));
    if (lacks.length > 0) console.log(`Left out, ${lacks.join(' and ')} not installed: ${relative(root, file)}`);
    return lacks.length > 0;
  });
}

async function runVitest(reportFile: string, leftOut: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${reportFile}`,
      ...leftOut.flatMap((file) => ['--exclude', relative(root, file)]),
      ...passedOn,
    ],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, ...(isLong ? LONG : {}) } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const reportFolder = mkdtempSync(join(tmpdir(), 'engawa-report-'));
try {
  const reportFile = join(reportFolder, 'report.json');
  const leftOut = filesToLeaveOut();
  const exitCode = await runVitest(reportFile, leftOut);
  const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as Report) : undefined;
  const counted = tallyOf(report, exitCode, leftOut.length);
  const tally = inCi ? withoutSkipping(counted) : counted;
  if (inCi && counted.skipped > 0) console.log(`${counted.skipped} skipped, which counts as failed here (CI=true)`);
  console.log(tallyLine(tally));
  process.exitCode = tally.failed === 0 && tally.passed > 0 ? 0 : 1;
} finally {
  rmSync(reportFolder, { recursive: true, force: true });
}
