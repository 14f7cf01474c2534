import { startMessages, stateMessage } from '../dialects/zigbee2mqtt.ts';
import { household, type Sensor, type ZigbeePlan } from '../household.ts';
import { LIMITS } from '../limits.ts';
import type { TraceMessage } from '../message.ts';
import { wallMs as wallOf } from '../world/calendar.ts';
import { instantsOf, sameDay } from './dates.ts';
import { linesOf, UnreadableFile } from './lines.ts';
import type { ReplaySettings } from './meter.ts';
import { readTimestamp } from './timestamp.ts';

/** What a line of a log of binary sensors says; `kind` is undefined for a number, which no binary sensor says. */
export interface SensorEvent {
  readonly wallMs: number;
  readonly name: string;
  readonly kind: 'contact' | 'motion' | undefined;
  /** Open, or somebody is there. */
  readonly on: boolean;
}

const DAY_MS = 86_400_000;

/** The words of such logs, and whether they are those of a door. */
const WORDS: Readonly<Record<string, { on: boolean; door?: true }>> = {
  ON: { on: true },
  OFF: { on: false },
  OPEN: { on: true, door: true },
  CLOSE: { on: false, door: true },
  CLOSED: { on: false, door: true },
  PRESENT: { on: true },
  ABSENT: { on: false },
  TRUE: { on: true },
  FALSE: { on: false },
  '1': { on: true },
  '0': { on: false },
};

/** Whether a first line is that of such a log: it begins with a date and a time, where others have names of columns. */
export function isSensorLog(firstLine: string): boolean {
  return /^\uFEFF?\d{4}-\d{2}-\d{2}[T \t,]+\d{2}:\d{2}/.test(firstLine);
}

/** Reads a line of a log of binary sensors as CASAS writes it: date, time, sensor, word; what follows is left out. */
export function readSensorLine(line: string): SensorEvent | { readonly reason: string } {
  const [date = '', time = '', name = '', word = ''] = line
    .replace(/^\uFEFF/, '')
    .replace(/^(\d{4}-\d{2}-\d{2})T/, '$1 ')
    .trim()
    .split(/[\s,]+/);
  const wallMs = readTimestamp(`${date} ${time}`);
  if (wallMs === undefined) {
    return { reason: 'has no date and time such as 2009-10-16 00:01:04' };
  }
  if (name === '' || name.length > 100 || /[+#/\0]/.test(name)) {
    return { reason: 'names no sensor after the time' };
  }
  const meaning = WORDS[word.toUpperCase()];
  if (meaning === undefined) {
    return /^-?\d+(\.\d+)?$/.test(word)
      ? { wallMs, name, kind: undefined, on: false }
      : { reason: 'says none of ON, OFF, OPEN, CLOSE, PRESENT, ABSENT, TRUE, FALSE, 1, 0' };
  }
  return { wallMs, name, kind: meaning.door === true || /^D\d/.test(name) ? 'contact' : 'motion', on: meaning.on };
}

/** How a log becomes messages; like the settings of a meter's, from a file. */
export type SensorLogSettings = Omit<ReplaySettings, 'rows' | 'name'> & { readonly file: string };

/**
 * Says what a log says as Zigbee2MQTT would: doors as `contact`, everything else as `occupancy`. Reads the file twice, because
 * every sensor is announced before it speaks. Dates are moved so that the replay begins at `startMs`. Throws UnreadableFile.
 */
export async function* replaySensorLog(settings: SensorLogSettings): AsyncGenerator<TraceMessage> {
  const { file, counts, startMs, timeZone, base, fromWallMs = Number.NEGATIVE_INFINITY } = settings;
  const home = household(141, await sensorsOf(file), { residents: [] });
  const sensors = new Map(home.sensors.map((sensor) => [sensor.name, sensor]));
  const zigbee2mqtt = { base, lastSeen: 'disable', timeZone } as const;
  yield* startMessages(home, zigbee2mqtt, startMs);
  const startWallMs = wallOf(startMs, timeZone);
  const instant = instantsOf(timeZone);
  let beginMs: number | undefined;
  for await (const event of eventsOf(settings)) {
    beginMs ??= event.wallMs >= fromWallMs ? sameDay(event.wallMs, startWallMs) : undefined;
    if (beginMs === undefined || event.wallMs < beginMs) {
      counts.skipped += 1;
      continue;
    }
    if (settings.days !== undefined && event.wallMs >= beginMs + settings.days * DAY_MS) {
      return;
    }
    const sensor = sensors.get(event.name);
    counts[sensor === undefined || event.kind === undefined ? 'missing' : 'samples'] += 1;
    if (sensor !== undefined && event.kind !== undefined) {
      const atMs = Math.max(startMs, instant(event.wallMs - beginMs + startWallMs));
      const signal = { atMs, heardMs: atMs, linkquality: sensor.baseLinkquality };
      yield stateMessage(sensor, fieldsOf(sensor, event.on), signal, zigbee2mqtt);
    }
  }
}

/** The lines that can be read, in the order of time; the others are counted and named. */
async function* eventsOf({ file, counts, onMalformed }: SensorLogSettings): AsyncGenerator<SensorEvent> {
  let lastMs = Number.NEGATIVE_INFINITY;
  let number = 0;
  for await (const line of linesOf(file, LIMITS.lineBytes)) {
    number += 1;
    if (line?.trim() === '') {
      continue;
    }
    const event = line === undefined ? { reason: `is longer than ${LIMITS.lineBytes} bytes` } : readSensorLine(line);
    const isLate = 'wallMs' in event && event.wallMs < lastMs;
    if ('reason' in event || isLate) {
      counts.malformed += 1;
      const reason = 'reason' in event ? event.reason : 'is earlier than the line before it';
      onMalformed({ kind: 'malformed', line: number, reason });
    } else {
      lastMs = event.wallMs;
      yield event;
    }
  }
}

/** What a door or a motion sensor says; `contact` false means open. */
function fieldsOf({ kind }: Sensor, on: boolean): Record<string, boolean | number> {
  return kind === 'contact' ? { battery: 97, contact: !on } : { battery: 97, occupancy: on };
}

/** Every sensor of a log, in the order of its first word. */
async function sensorsOf(file: string): Promise<ZigbeePlan[]> {
  const plans = new Map<string, ZigbeePlan>();
  for await (const line of linesOf(file, LIMITS.lineBytes)) {
    const event = readSensorLine(line ?? '');
    if (!('reason' in event) && event.kind !== undefined && !plans.has(event.name)) {
      const model = event.kind === 'contact' ? 'SNZB-04' : 'SNZB-03';
      plans.set(event.name, { name: event.name, kind: event.kind, watches: event.name, model });
    }
    if (plans.size > LIMITS.devicesMost) {
      throw new UnreadableFile(`the file has more than ${LIMITS.devicesMost} sensors; divide it`);
    }
  }
  return [...plans.values()];
}
