import { parseArgs } from 'node:util';
import type { Scenario } from './scenarios/scenario.ts';

/** What the bench was asked for. */
export interface BenchArguments {
  readonly only: readonly string[] | undefined;
  readonly runs: number;
  readonly quick: boolean;
  readonly jsonFile: string | undefined;
  readonly write: boolean;
  readonly peers: boolean;
  readonly help: boolean;
}

const USUAL_RUNS = 3;

const OPTIONS = {
  only: { type: 'string' },
  runs: { type: 'string' },
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  write: { type: 'boolean', default: false },
  'no-peers': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What `--help` says. */
export const HELP = (scenarios: readonly Scenario[]): string =>
  [
    'Measures the hub, beside the bridge of Mosquitto and a flow of Node-RED doing the same work.',
    '',
    '  --only NAME,…   only these parts (rate before overload, which leans on it)',
    '  --runs N        so many runs of each, in turn (3)',
    '  --quick         fewer and shorter: a first look, not a result',
    '  --no-peers      the hub alone',
    '  --json FILE     every value of every run, as JSON',
    '  --write         puts the tables into docs/performance.md',
    '',
    'Parts:',
    ...scenarios.map(({ name, measures }) => `  ${name.padEnd(10)} ${measures}`),
  ].join('\n');

/** Reads the command line, or says in a sentence what is wrong with it. */
export function readArguments(args: readonly string[], scenarios: readonly Scenario[]): BenchArguments | string {
  const values = parse(args);
  if (typeof values === 'string') return values;
  const only = values.only?.split(',').filter(Boolean);
  const unknown = only?.find((name) => !scenarios.some((one) => one.name === name));
  if (unknown !== undefined) return `There is no part "${unknown}". See --help.`;
  const runs = values.runs === undefined ? (values.quick ? 1 : USUAL_RUNS) : Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) return '--runs must be a whole number from 1.';
  const { quick, write, help, json: jsonFile } = values;
  return { only, runs, quick, jsonFile, write, peers: !values['no-peers'], help };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (fault) {
    return fault instanceof Error ? fault.message : 'The options cannot be read.';
  }
}
