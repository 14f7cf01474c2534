import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { missing, runTest, scripts } from './python.ts';
import { startAedes, startEngawa, type TestedServer } from './servers.ts';
import { type Ending, judge, staleEntries, type Verdict } from './verdict.ts';

/** The MQTT 3.1.1 client tests of a checkout of paho.mqtt.testing, on plain aedes and on our listener; see README.md. */

const HELP = `node test/conformance/paho/run.ts CHECKOUT [--only WORD] [--seconds N] [--words]
  Runs the MQTT 3.1.1 client tests of CHECKOUT (a clone of https://github.com/eclipse/paho.mqtt.testing) and our own
  statements on plain aedes and on our listener. Needs python3. Ends with 0 when all that aedes passes passes on the
  listener or differs by design, 1 when not, 2 when it could not be run.
  --only WORD   only tests whose name has the word
  --seconds N   the longest a test may take (60)
  --words       what a test wrote, for each that did not pass on the listener`;

/** Tests of our own rules, which plain aedes does not have. */
const RULES = /^Rules\./;

interface Line {
  readonly test: string;
  readonly aedes: Ending | undefined;
  readonly engawa: Ending;
  readonly verdict: Verdict;
}

interface Given {
  readonly checkout: string;
  readonly only: string;
  readonly timeoutMs: number;
  readonly words: boolean;
}

const word = (ending: Ending | undefined): string => (ending ? (ending.passed ? 'pass' : 'fail') : '-');

function print({ test, aedes, engawa, verdict }: Line, words: boolean): void {
  const more = verdict.kind === 'both' || verdict.why === '' ? '' : `  ${verdict.kind}: ${verdict.why}`;
  console.log(`${test}: aedes ${word(aedes)}, Engawa ${word(engawa)}${more}`);
  if (verdict.kind === 'failure' || (words && !engawa.passed)) console.log(engawa.said.trim().replace(/^/gm, '    '));
}

/** What a test took in is what the server has more when it is over. */
async function watched(server: TestedServer, run: () => Promise<Omit<Ending, 'taken'>>): Promise<Ending> {
  const before = server.taken.length;
  const ending = await run();
  return { ...ending, taken: server.taken.slice(before) };
}

async function runAll({ checkout, only, timeoutMs, words }: Given, signal: AbortSignal): Promise<boolean> {
  const all = scripts(checkout);
  const chosen = all
    .map(({ file, tests }) => ({ file, tests: tests.filter((name) => name.includes(only)) }))
    .filter(({ tests }) => tests.length > 0);
  if (chosen.length === 0) throw new Error(`No test has "${only}" in its name. Leave --only out to see all of them.`);
  const stale = staleEntries(all.flatMap(({ tests }) => tests));
  for (const name of stale) console.log(`${name}: there is no such test: take it out of differences.ts`);
  let good = stale.length === 0;
  const [aedes, engawa] = [await startAedes(), await startEngawa()];
  try {
    for (const { file, tests } of chosen) {
      const lines: Line[] = [];
      for (const test of tests) {
        const on = (server: TestedServer) =>
          watched(server, () => runTest({ checkout, file, test, server, timeoutMs, signal }));
        const [theirs, ours] = await Promise.all([RULES.test(test) ? undefined : on(aedes), on(engawa)]);
        const line = { test, aedes: theirs, engawa: ours, verdict: judge(test, theirs, ours) };
        lines.push(line);
        print(line, words);
      }
      console.log(`${total(lines)}\n`);
      good &&= lines.every(({ verdict }) => verdict.kind !== 'failure');
    }
  } finally {
    await Promise.all([aedes.close(), engawa.close()]);
  }
  return good;
}

function total(lines: readonly Line[]): string {
  const count = (holds: (line: Line) => unknown): number => lines.filter(holds).length;
  const of = (kind: Verdict['kind']): number => count(({ verdict }) => verdict.kind === kind);
  return [
    `${lines.length} tests: aedes passes ${count(({ aedes }) => aedes?.passed)} of ${count(({ aedes }) => aedes)}`,
    `Engawa passes ${count(({ engawa }) => engawa.passed)}`,
    `${of('by design')} differ by design, ${of('neither')} pass on neither, ${of('failure')} failures`,
  ].join('; ');
}

/** What was asked for, or a sentence that says what is wrong with it. */
function read(args: readonly string[]): Given | string {
  const options = { only: { type: 'string' }, seconds: { type: 'string' }, words: { type: 'boolean' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const [checkout, ...rest] = positionals;
    const seconds = Number(values.seconds ?? 60);
    if (checkout === undefined || rest.length > 0) return HELP;
    if (!(seconds >= 1 && seconds <= 600)) return '--seconds takes a number from 1 to 600.';
    const given = { checkout: resolve(checkout), only: values.only ?? '', words: values.words ?? false };
    return missing(given.checkout) ?? { ...given, timeoutMs: seconds * 1_000 };
  } catch (fault) {
    return `${fault instanceof Error ? fault.message : String(fault)}\n${HELP}`;
  }
}

const given = read(process.argv.slice(2));
if (typeof given === 'string') {
  console.error(given);
  process.exitCode = 2;
} else {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  process.exitCode = await runAll(given, stop.signal).then(
    (good) => (good ? 0 : 1),
    (fault: unknown) => {
      console.error(stop.signal.aborted ? 'Stopped.' : fault instanceof Error ? fault.message : String(fault));
      return 2;
    },
  );
}
