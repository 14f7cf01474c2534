import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LIMITS } from '../limits.ts';
import { readSpeed } from '../runner/clock.ts';
import { LineFile } from '../runner/line-file.ts';
import { check, fail, readTime, readWhole, readZone, Wrong } from '../runner/read-words.ts';
import { HOMES, isHomeName } from '../world/homes.ts';
import { enrolFleet, runFleet } from './fleet.ts';
import { type EnrolledHub, OperatorProblem } from './operator.ts';
import type { FleetCounts } from './simulated-hub.ts';

/** The text of `engawa sim hubs --help`. */
export const FLEET_HELP = `Simulated hubs, enrolled with an operator, that speak the real uplink protocol to its data broker.

Usage: engawa sim hubs --hubs FILE --offer NAME [--broker URL --invites FILE] [OPTIONS]

  --hubs FILE       what the hubs keep: their secrets, one hub a line; made with mode 0600, read by the next run
  --invites FILE    enrol one more hub for each invite code in it; takes the output of: engawa broker hub invite
  --broker URL      the data broker's HTTP address, for --invites
  --offer NAME      the offer to which every home says yes
  --home NAME       apartment (default), family-house or quiet-flat
  --seed N          the first home's seed; default 1
  --speed N         home seconds in a real second; default 1
  --start TIME      the homes' time at the beginning; default now
  --days N          days of the homes' time; default without end
  --cadence N       seconds between two cells of the shaped lane; default 60
  --truth FILE      write a line for each acknowledged record, with the pseudonym its recipient sees
  --time-zone ZONE  default this machine's
`;

const OPTIONS = {
  hubs: { type: 'string' },
  invites: { type: 'string' },
  broker: { type: 'string' },
  offer: { type: 'string' },
  home: { type: 'string', default: 'apartment' },
  seed: { type: 'string', default: '1' },
  speed: { type: 'string', default: '1' },
  start: { type: 'string' },
  days: { type: 'string' },
  cadence: { type: 'string', default: '60' },
  truth: { type: 'string' },
  'time-zone': { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** What the command needs from its surroundings. */
export interface Around {
  readonly zone: string;
  readonly signal: AbortSignal;
  realMs(): number;
  say(sentence: string): void;
  print(text: string): void;
}

const DAY_MS = 86_400_000;

/** Runs `engawa sim hubs`: 0 when it did what was asked or was stopped, 1 when it could not, 2 when the arguments are wrong. */
export async function hubsCommand(words: readonly string[], around: Around): Promise<0 | 1 | 2> {
  try {
    return await obey(words, around);
  } catch (error) {
    if (error instanceof OperatorProblem) {
      around.say(error.message);
      return 1;
    }
    if (error instanceof Wrong || (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS')) {
      around.say((error as Error).message);
      return 2;
    }
    throw error;
  }
}

async function obey(words: readonly string[], around: Around): Promise<0 | 1> {
  const { values } = parseArgs({ args: [...words], options: OPTIONS });
  const { hubs: path, offer, invites, broker, home, truth } = values;
  if (values.help || words.length === 0) {
    around.print(FLEET_HELP);
    return 0;
  }
  if (path === undefined || offer === undefined) {
    fail('hubs takes --hubs, the file of the fleet, and --offer');
  }
  check(
    (invites === undefined) === (broker === undefined),
    '--invites and --broker go together: who to enrol, and where',
  );
  const timeZone = readZone(values['time-zone'] ?? around.zone);
  const startMs = values.start === undefined ? around.realMs() : readTime(values.start, '--start', timeZone);
  const days = values.days === undefined ? undefined : readWhole(values.days, '--days', LIMITS.daysMost);
  const pace = readSpeed(values.speed, '--speed');
  const speed = pace.ok ? pace.speed : fail(pace.reason);
  const plan = isHomeName(home) ? HOMES[home] : fail(`--home takes ${Object.keys(HOMES).join(', ')}`);
  const cadenceS = readWhole(values.cadence, '--cadence', 3600);
  const seed = readWhole(values.seed, '--seed', 0xffffffff);
  check(cadenceS > 0, '--cadence takes 1 or more seconds');
  if (invites !== undefined && broker !== undefined) {
    const count = await enrolInto(path, broker, textOf(invites), around);
    around.say(`${count} hubs enrolled`);
  }
  const file = truth === undefined ? undefined : await LineFile.open(truth, '--truth');
  const counts = await runFleet({
    ...around,
    hubs: hubsIn(path),
    offer,
    home: plan,
    seed,
    timeZone,
    startMs,
    endMs: days === undefined ? Number.MAX_SAFE_INTEGER : startMs + days * DAY_MS,
    clock: { originRealMs: around.realMs(), originHomeMs: startMs, speed },
    cadenceMs: cadenceS * 1000,
    truth: file,
  });
  await file?.end();
  around.say(told(counts));
  return 0;
}

async function enrolInto(path: string, broker: string, invites: string, { signal }: Around): Promise<number> {
  const file = openSync(path, 'a', 0o600);
  chmodSync(path, 0o600);
  let count = 0;
  try {
    await enrolFleet(broker, invites, signal, (hub) => {
      writeSync(file, `${JSON.stringify(hub)}\n`);
      count += 1;
    });
  } finally {
    closeSync(file);
  }
  return count;
}

function hubsIn(path: string): EnrolledHub[] {
  const fields = ['secret', 'operator', 'hub', 'enrolmentKey', 'ingressUrl', 'brokerUrl', 'rootKey'] as const;
  return textOf(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      try {
        const hub = JSON.parse(line) as EnrolledHub;
        if (fields.every((field) => typeof hub[field] === 'string')) {
          return hub;
        }
      } catch {
        // Told below, as a line that is no hub.
      }
      return fail(
        `line ${index + 1} of ${path} is no enrolled hub; take the line out, or enrol a new fleet into another file`,
      );
    });
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : fail(`${path} is not there; check its name`);
}

function told({ released, cells, acknowledged, refused, connections, lost, acknowledgedAfterMs }: FleetCounts): string {
  const sorted = [...acknowledgedAfterMs].sort((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const refusals = Object.entries(refused).map(([reason, count]) => `${reason} ${count}`);
  return [
    `${released} records released, ${acknowledged} acknowledged in ${cells} cells`,
    `answered after ${at(0.5)} ms (median), ${at(0.99)} ms (99 %)`,
    `${connections} connections, ${lost} ended`,
    ...(refusals.length === 0 ? [] : [`refused: ${refusals.join(', ')}`]),
  ].join('; ');
}
