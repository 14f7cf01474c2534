import { parseArgs } from 'node:util';
import type { HomeDevice } from '../dialects/speakers.ts';
import type { LastSeen } from '../dialects/zigbee2mqtt.ts';
import { LIMITS } from '../limits.ts';
import { readDate } from '../replay/household-power.ts';
import { readScenario } from '../scenario/read.ts';
import { momentMs, type PlannedFault, type Scenario } from '../scenario/scenario.ts';
import { instantOf, wallMs } from '../world/calendar.ts';
import { type ClockOrigin, readClock, readSpeed } from './clock.ts';

/** What `engawa sim` and `engawa sim replay` are asked to do. */
export interface SimArguments {
  readonly replay:
    | { readonly file: string | undefined; readonly name: string; readonly fromWallMs: number | undefined }
    | undefined;
  readonly url: string | undefined;
  readonly out: string | undefined;
  readonly truth: string | undefined;
  readonly base: string;
  readonly qos: 0 | 1 | 2;
  readonly seed: number;
  readonly timeZone: string;
  readonly lastSeen: LastSeen;
  readonly clock: ClockOrigin;
  /** Home time in milliseconds at which the run begins; undefined means when it is connected. */
  readonly startMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly days: number | undefined;
  /** The home's devices; undefined means the demonstration's. */
  readonly devices: readonly HomeDevice[] | undefined;
  readonly faults: readonly PlannedFault[];
  /** How many homes there are, each with its own seed and base topic. */
  readonly homes: number;
}

/** What the arguments mean, or the sentence that says what is wrong with them. */
export type Read<Value> = { ok: true; value: Value } | { ok: false; reason: string };

/** The text of `engawa sim --help`. */
export const HELP = `A simulated home that speaks as Zigbee2MQTT does: seven sensors and two people, to any MQTT server.

Usage: engawa sim --url mqtt://USER:PASSWORD@HOST:PORT [OPTIONS]
       engawa sim --out FILE.jsonl --days N [OPTIONS]
       engawa sim --scenario FILE.yaml --url mqtt://… [OPTIONS]
       engawa sim replay [FILE] --url mqtt://… [OPTIONS]

  --url URL         the MQTT server, mqtt:// or mqtts:// for TLS; or in the environment: ENGAWA_SIM_URL
  --out FILE        write the messages to a file instead, one JSON object a line
  --scenario FILE   a home's devices and its faults, from a YAML file; firmware-sim/scenario shows how; options win over it
  --truth FILE      write beside it what really happened and what became of each message, one JSON object a line
  --speed N         home seconds in a real second; default 1
  --clock R:H:N     share a clock: at real time R (milliseconds) the home's time is H, N times as fast
  --start TIME      the home's time at the beginning, 2026-11-23 or 2026-11-23T06:30; default now
  --until TIME      the home's time at the end
  --days N          how many days of the home's time; default without end
  --seed N          another household, 0 to 4294967295; the same seed gives the same messages; default 1
  --homes N         so many homes, each with its own Zigbee2MQTT: base topics TOPIC-1, TOPIC-2 …, seeds from --seed on
  --qos 0|1|2       quality of service of every message; default 0, as Zigbee2MQTT
  --base TOPIC      base topic; default zigbee2mqtt
  --last-seen KIND  disable (default), ISO_8601, ISO_8601_local or epoch
  --time-zone ZONE  the home's time zone, for example Asia/Tokyo; default this machine's
  --help            this text

replay publishes a household's electricity as a Zigbee meter: a household_power_consumption file (semicolons or
commas, plain or .gz). Without FILE it takes the sample that comes with Engawa. The time of day is kept, the date is
moved so that the replay begins now.

  --as NAME         the meter's name; default electricity_meter
  --from DATE       the day of the file to begin with, 2007-01-31 or 31/1/2007; default its first
`;

const OPTIONS = {
  url: { type: 'string' },
  out: { type: 'string' },
  truth: { type: 'string' },
  scenario: { type: 'string' },
  homes: { type: 'string' },
  speed: { type: 'string' },
  clock: { type: 'string' },
  start: { type: 'string' },
  until: { type: 'string' },
  days: { type: 'string' },
  seed: { type: 'string' },
  qos: { type: 'string', default: '0' },
  base: { type: 'string' },
  'last-seen': { type: 'string' },
  'time-zone': { type: 'string' },
  as: { type: 'string' },
  from: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

const LAST_SEEN: readonly LastSeen[] = ['disable', 'ISO_8601', 'ISO_8601_local', 'epoch'];

const NO_SCENARIO: Scenario = { faults: [] };

class Wrong extends Error {}

/** What reading the arguments needs: the machine's clock and time zone, and the text of a scenario file or the reason why there is none. */
export interface Machine {
  readonly nowMs: number;
  readonly zone: string;
  readText(path: string): Read<string>;
}

/** Reads the arguments. Undefined as value means: show the help. */
export function readArguments(words: readonly string[], machine: Machine): Read<SimArguments | undefined> {
  try {
    return { ok: true, value: read(words, machine) };
  } catch (error) {
    const isUnknownOption = String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
    if (error instanceof Wrong || isUnknownOption) {
      return { ok: false, reason: (error as Error).message };
    }
    throw error;
  }
}

function read(words: readonly string[], machine: Machine): SimArguments | undefined {
  const { nowMs } = machine;
  const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  if (values.help || words.length === 0) {
    return undefined;
  }
  const [command, file, ...more] = positionals;
  check(command === undefined || command === 'replay', 'the only command is replay; see engawa sim --help');
  check(more.length === 0, 'replay takes one file');
  const isReplay = command === 'replay';
  checkTogether(values, isReplay);
  const scenario = values.scenario === undefined ? NO_SCENARIO : scenarioOf(values.scenario, machine);
  const times = readTimes(values, scenario, machine);
  const { startMs, untilMs, days } = times;
  const isEndless = !isReplay && days === undefined && untilMs === undefined;
  check(values.out === undefined || !isEndless, '--out needs --days or --until, or the file would have no end');
  check(startMs === undefined || values.clock === undefined, 'of --start and --clock only one can set the home time');
  return {
    replay: isReplay
      ? {
          file,
          name: readTopic(values.as ?? 'electricity_meter', '--as'),
          fromWallMs: values.from === undefined ? undefined : readDay(values.from),
        }
      : undefined,
    url: values.url,
    out: values.out,
    truth: values.truth,
    base: readTopic(values.base ?? scenario.base ?? 'zigbee2mqtt', '--base'),
    qos: readWhole(values.qos, '--qos', 2) as 0 | 1 | 2,
    seed: values.seed === undefined ? (scenario.seed ?? 1) : readWhole(values.seed, '--seed', 0xffffffff),
    timeZone: times.timeZone,
    lastSeen: readLastSeen(values['last-seen'] ?? scenario.lastSeen ?? 'disable'),
    clock: readOrigin(
      values.clock,
      values.speed ?? (values.clock === undefined ? scenario.speed?.toString() : undefined),
      startMs ?? nowMs,
      nowMs,
    ),
    startMs,
    untilMs,
    days,
    devices: scenario.devices,
    faults: scenario.faults,
    homes: readHomes(values.homes ?? '1', scenario.devices),
  };
}

/** What goes with what. */
function checkTogether(values: Values, isReplay: boolean): void {
  const { as: name, from, url, out, scenario, homes } = values;
  check(isReplay || (name === undefined && from === undefined), '--as and --from belong to replay');
  check((url === undefined) !== (out === undefined), 'one of --url and --out is needed');
  check(!isReplay || (scenario === undefined && homes === undefined), '--scenario and --homes do not go with replay');
}

/** When the run begins and ends; what the options say wins over the scenario. */
function readTimes(
  values: Values,
  scenario: Scenario,
  { nowMs, zone }: Machine,
): Pick<SimArguments, 'timeZone' | 'startMs' | 'untilMs' | 'days'> {
  const timeZone = readZone(values['time-zone'] ?? scenario.timeZone ?? zone);
  const read = (text: string | undefined, option: string, planned: Scenario['start']): number | undefined => {
    if (text !== undefined) {
      return readTime(text, option, timeZone);
    }
    return planned === undefined ? undefined : momentMs(planned, nowMs, timeZone);
  };
  const startMs = read(values.start, '--start', scenario.start);
  if (values.days !== undefined || values.until !== undefined) {
    const days = values.days === undefined ? undefined : readWhole(values.days, '--days', LIMITS.daysMost);
    check(days !== 0, '--days takes 1 or more');
    return { timeZone, startMs, untilMs: read(values.until, '--until', undefined), days };
  }
  return { timeZone, startMs, untilMs: read(undefined, '--until', scenario.until), days: scenario.days };
}

function scenarioOf(path: string, machine: Machine): Scenario {
  const text = machine.readText(path);
  const read = readScenario(text.ok ? text.value : fail(text.reason));
  return read.ok ? read.scenario : fail(`${path} cannot be played:\n  ${read.problems.join('\n  ')}`);
}

function readHomes(text: string, devices: Scenario['devices']): number {
  const homes = readWhole(text, '--homes', LIMITS.homesMost);
  check(homes > 0, '--homes takes 1 or more');
  const zigbeeOnly = devices?.every(({ dialect }) => dialect === 'zigbee2mqtt') ?? true;
  check(
    homes === 1 || zigbeeOnly,
    '--homes goes with Zigbee devices only: other firmwares have no base topic of their own',
  );
  return homes;
}

function readLastSeen(text: string): LastSeen {
  return LAST_SEEN.find((kind) => kind === text) ?? fail(`--last-seen takes ${LAST_SEEN.join(', ')}`);
}

function readOrigin(clock: string | undefined, speed: string | undefined, homeMs: number, nowMs: number): ClockOrigin {
  if (clock !== undefined) {
    check(speed === undefined, '--clock already holds a speed; leave --speed out');
    const origin = readClock(clock);
    return origin.ok ? origin.origin : fail(origin.reason);
  }
  const pace = readSpeed(speed ?? '1', '--speed');
  return pace.ok ? { originRealMs: nowMs, originHomeMs: homeMs, speed: pace.speed } : fail(pace.reason);
}

function readWhole(text: string, option: string, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : fail(`${option} takes a whole number from 0 to ${most}`);
}

function readTopic(text: string, option: string): string {
  const fits = text.length > 0 && text.length <= 200 && !/[+#\0]/.test(text) && !/^[/$]|\/$/.test(text);
  return fits ? text : fail(`${option} takes a topic of 1 to 200 characters without + and #, and no / at its ends`);
}

function readZone(zone: string): string {
  try {
    wallMs(0, zone);
    return zone;
  } catch {
    return fail('--time-zone (or TZ) takes a name such as Asia/Tokyo or Europe/Paris');
  }
}

/** A day and, if given, a time of that day as the clock on the wall shows it, or an instant that ends in Z or an offset. */
function readTime(text: string, option: string, timeZone: string): number {
  const form = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})?)?$/.exec(text);
  const hasZone = form?.[3] !== undefined;
  const value =
    form === null ? Number.NaN : Date.parse(hasZone ? text : `${text}${form[1] === undefined ? 'T00:00' : ''}Z`);
  check(!Number.isNaN(value), `${option} takes 2026-11-23 or 2026-11-23T06:30`);
  return hasZone ? value : instantOf(value, timeZone);
}

function readDay(text: string): number {
  const value = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00Z`) : (readDate(text) ?? Number.NaN);
  return Number.isNaN(value) ? fail('--from takes a day of the file, 2007-01-31 or 31/1/2007') : value;
}

function check(holds: boolean, reason: string): void {
  if (!holds) {
    fail(reason);
  }
}

function fail(reason: string): never {
  throw new Wrong(reason);
}
