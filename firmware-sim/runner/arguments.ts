import { parseArgs } from 'node:util';
import type { HomeDevice } from '../dialects/speakers.ts';
import type { LastSeen } from '../dialects/zigbee2mqtt.ts';
import { LIMITS } from '../limits.ts';
import type { OpcuaAddress } from '../opcua/server.ts';
import type { PowerColumns } from '../replay/power-columns.ts';
import { momentMs, type PlannedFault, type Scenario } from '../scenario/scenario.ts';
import type { HomePlan } from '../world/home-plan.ts';
import type { ClockOrigin } from './clock.ts';
import { readOpcua } from './opcua-words.ts';
import { readColumns } from './read-columns.ts';
import { readHomeName, readHomes, scenarioOf } from './read-home-words.ts';
import { readOrigin } from './read-pace.ts';
import { check, fail, readDay, readTime, readTopic, readWhole, readZone, Wrong } from './read-words.ts';

/** What `engawa sim` and `engawa sim replay` are asked to do. */
export interface SimArguments {
  readonly replay:
    | {
        readonly file: string | undefined;
        readonly name: string;
        readonly fromWallMs: number | undefined;
        /** The columns of a meter's file; undefined for a file whose form is known. */
        readonly columns: PowerColumns | undefined;
      }
    | undefined;
  /** A captured file to play. */
  readonly play: string | undefined;
  /** The topic filter of what is to be captured. */
  readonly capture: string | undefined;
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
  /** Rooms, people, animals and appliances; undefined means the demonstration's. */
  readonly home: HomePlan | undefined;
  /** The home's devices; undefined means those that go with the home. */
  readonly devices: readonly HomeDevice[] | undefined;
  readonly faults: readonly PlannedFault[];
  /** Where the home's meter is offered by OPC UA; undefined means nowhere. */
  readonly opcua: OpcuaAddress | undefined;
  /** How many homes there are, each with its own seed and base topic. */
  readonly homes: number;
  /** Whether a live view is drawn; undefined means where there is a terminal. */
  readonly view: boolean | undefined;
}

/** What the arguments mean, or the sentence that says what is wrong with them. */
export type Read<Value> = { ok: true; value: Value } | { ok: false; reason: string };

const OPTIONS = {
  url: { type: 'string' },
  out: { type: 'string' },
  truth: { type: 'string' },
  scenario: { type: 'string' },
  home: { type: 'string' },
  homes: { type: 'string' },
  topics: { type: 'string' },
  'opcua-port': { type: 'string' },
  'opcua-bind': { type: 'string' },
  'opcua-folder': { type: 'string' },
  speed: { type: 'string' },
  realtime: { type: 'boolean' },
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
  'time-column': { type: 'string' },
  'power-column': { type: 'string' },
  unit: { type: 'string' },
  view: { type: 'boolean' },
  'no-view': { type: 'boolean' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

const LAST_SEEN: readonly LastSeen[] = ['disable', 'ISO_8601', 'ISO_8601_local', 'epoch'];

const NO_SCENARIO: Scenario = { faults: [] };

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
  const { command, file } = readCommand(positionals);
  checkTogether(values, command);
  const scenario =
    values.scenario === undefined ? NO_SCENARIO : scenarioOf(values.scenario, machine.readText(values.scenario));
  const times = readTimes(values, scenario, machine);
  const { startMs, untilMs, days } = times;
  const isEndless = command === undefined && days === undefined && untilMs === undefined;
  check(values.out === undefined || !isEndless, '--out needs --days or --until, or the file would have no end');
  check(startMs === undefined || values.clock === undefined, 'of --start and --clock only one can set the home time');
  return {
    ...whatFor(command, file, values),
    url: values.url,
    out: values.out,
    truth: values.truth,
    base: readTopic(values.base ?? scenario.base ?? 'zigbee2mqtt', '--base'),
    qos: readWhole(values.qos, '--qos', 2) as 0 | 1 | 2,
    seed: values.seed === undefined ? (scenario.seed ?? 1) : readWhole(values.seed, '--seed', 0xffffffff),
    timeZone: times.timeZone,
    lastSeen: readLastSeen(values['last-seen'] ?? scenario.lastSeen ?? 'disable'),
    clock: readOrigin(values, scenario.speed, startMs ?? nowMs, nowMs),
    startMs,
    untilMs,
    days,
    home: readHomeName(values.home, scenario),
    devices: scenario.devices,
    faults: scenario.faults,
    opcua: readOpcua(values),
    homes: readHomes(values.homes ?? '1', scenario.devices),
    view: values.view ?? (values['no-view'] === true ? false : undefined),
  };
}

/** What a command is given beside the options that all have. */
function whatFor(
  command: Command | undefined,
  file: string | undefined,
  values: Values,
): Pick<SimArguments, 'replay' | 'play' | 'capture'> {
  const { as: name = 'electricity_meter', from, topics = '#' } = values;
  const nothing = { replay: undefined, play: undefined, capture: undefined };
  if (command === 'replay') {
    const fromWallMs = from === undefined ? undefined : readDay(from);
    return { ...nothing, replay: { file, name: readTopic(name, '--as'), fromWallMs, columns: readColumns(values) } };
  }
  return command === undefined
    ? nothing
    : { ...nothing, ...(command === 'play' ? { play: file } : { capture: topics }) };
}

const COMMANDS = ['replay', 'capture', 'play'] as const;
type Command = (typeof COMMANDS)[number];

function readCommand([word, file, ...more]: readonly string[]): {
  command: Command | undefined;
  file: string | undefined;
} {
  const command = COMMANDS.find((each) => each === word);
  check(command === word, 'the commands are replay, capture and play (and models); see engawa sim --help');
  check(more.length === 0 && (command !== 'capture' || file === undefined), `${word} takes one file at most`);
  check(command !== 'play' || file !== undefined, 'play takes the file to play');
  return { command, file };
}

/** What goes with what. */
function checkTogether(values: Values, command: Command | undefined): void {
  const {
    as: name,
    from,
    url,
    out,
    scenario,
    home,
    homes,
    topics,
    'opcua-port': opcuaPort,
    view,
    'no-view': noView,
  } = values;
  const ofReplay = [name, from, values['time-column'], values['power-column'], values.unit];
  check(
    command === 'replay' || ofReplay.every((option) => option === undefined),
    '--as and --from belong to replay, as do --time-column, --power-column and --unit',
  );
  check(view === undefined || noView === undefined, 'of --view and --no-view only one can hold');
  check(view === undefined || out === undefined, '--view shows what is published; it does not go with --out');
  check(command === 'capture' || topics === undefined, '--topics belongs to capture');
  if (command === 'capture') {
    check(url !== undefined && out !== undefined, 'capture takes --url, from where, and --out, the file');
  } else {
    const sinks = [url, out].filter((sink) => sink !== undefined).length;
    check(sinks === 1 || (sinks === 0 && opcuaPort !== undefined), 'one of --url and --out is needed, or --opcua-port');
  }
  if (opcuaPort !== undefined) {
    check(command === undefined, `--opcua-port does not go with ${command}: the meter is that of the simulated house`);
    check(out === undefined, '--opcua-port does not go with --out: a server lives in time, a file is written at once');
    check(homes === undefined || homes === '1', '--opcua-port offers the meter of one home; leave --homes out');
  }
  const hasHouse = [scenario, home, homes].some((option) => option !== undefined);
  check(command === undefined || !hasHouse, `--scenario, --home and --homes do not go with ${command}`);
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

function readLastSeen(text: string): LastSeen {
  return LAST_SEEN.find((kind) => kind === text) ?? fail(`--last-seen takes ${LAST_SEEN.join(', ')}`);
}
