import { parseArgs } from 'node:util';
import type { LastSeen } from '../dialects/zigbee2mqtt.ts';
import { LIMITS } from '../limits.ts';
import { readDate } from '../replay/household-power.ts';
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
}

/** What the arguments mean, or the sentence that says what is wrong with them. */
export type Read<Value> = { ok: true; value: Value } | { ok: false; reason: string };

/** The text of `engawa sim --help`. */
export const HELP = `A simulated home that speaks as Zigbee2MQTT does: seven sensors and two people, to any MQTT server.

Usage: engawa sim --url mqtt://USER:PASSWORD@HOST:PORT [OPTIONS]
       engawa sim --out FILE.jsonl --days N [OPTIONS]
       engawa sim replay [FILE] --url mqtt://… [OPTIONS]

  --url URL         the MQTT server, mqtt:// or mqtts:// for TLS; or in the environment: ENGAWA_SIM_URL
  --out FILE        write the messages to a file instead, one JSON object a line
  --truth FILE      write beside it what really happened and what became of each message, one JSON object a line
  --speed N         home seconds in a real second; default 1
  --clock R:H:N     share a clock: at real time R (milliseconds) the home's time is H, N times as fast
  --start TIME      the home's time at the beginning, 2026-11-23 or 2026-11-23T06:30; default now
  --until TIME      the home's time at the end
  --days N          how many days of the home's time; default without end
  --seed N          another household, 0 to 4294967295; the same seed gives the same messages; default 1
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
  speed: { type: 'string' },
  clock: { type: 'string' },
  start: { type: 'string' },
  until: { type: 'string' },
  days: { type: 'string' },
  seed: { type: 'string', default: '1' },
  qos: { type: 'string', default: '0' },
  base: { type: 'string', default: 'zigbee2mqtt' },
  'last-seen': { type: 'string', default: 'disable' },
  'time-zone': { type: 'string' },
  as: { type: 'string' },
  from: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

const LAST_SEEN: readonly LastSeen[] = ['disable', 'ISO_8601', 'ISO_8601_local', 'epoch'];

class Wrong extends Error {}

/** Reads the arguments; `nowMs` is the machine's clock, `zone` its time zone. Undefined as value means: show the help. */
export function readArguments(words: readonly string[], nowMs: number, zone: string): Read<SimArguments | undefined> {
  try {
    return { ok: true, value: read(words, nowMs, zone) };
  } catch (error) {
    const isUnknownOption = String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
    if (error instanceof Wrong || isUnknownOption) {
      return { ok: false, reason: (error as Error).message };
    }
    throw error;
  }
}

function read(words: readonly string[], nowMs: number, zone: string): SimArguments | undefined {
  const { values, positionals } = parseArgs({ args: [...words], options: OPTIONS, allowPositionals: true });
  if (values.help || words.length === 0) {
    return undefined;
  }
  const [command, file, ...more] = positionals;
  check(command === undefined || command === 'replay', 'the only command is replay; see engawa sim --help');
  check(more.length === 0, 'replay takes one file');
  const isReplay = command === 'replay';
  check(isReplay || (values.as === undefined && values.from === undefined), '--as and --from belong to replay');
  check((values.url === undefined) !== (values.out === undefined), 'one of --url and --out is needed');
  const timeZone = readZone(values['time-zone'] ?? zone);
  const startMs = values.start === undefined ? undefined : readTime(values.start, '--start', timeZone);
  const days = values.days === undefined ? undefined : readWhole(values.days, '--days', LIMITS.daysMost);
  check(days !== 0, '--days takes 1 or more');
  const bounded = isReplay || days !== undefined || values.until !== undefined;
  check(values.out === undefined || bounded, '--out needs --days or --until, or the file would have no end');
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
    base: readTopic(values.base, '--base'),
    qos: readWhole(values.qos, '--qos', 2) as 0 | 1 | 2,
    seed: readWhole(values.seed, '--seed', 0xffffffff),
    timeZone,
    lastSeen:
      LAST_SEEN.find((kind) => kind === values['last-seen']) ?? fail(`--last-seen takes ${LAST_SEEN.join(', ')}`),
    clock: readOrigin(values.clock, values.speed, startMs ?? nowMs, nowMs),
    startMs,
    untilMs: values.until === undefined ? undefined : readTime(values.until, '--until', timeZone),
    days,
  };
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
