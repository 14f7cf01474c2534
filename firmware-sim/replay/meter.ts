import { startMessages, stateMessage } from '../dialects/zigbee2mqtt.ts';
import type { Household, Sensor } from '../household.ts';
import type { TraceMessage } from '../message.ts';
import { productNamed } from '../models/products.ts';
import { wallMs } from '../world/calendar.ts';
import { instantsOf, sameTimeOfDay } from './dates.ts';
import type { Row } from './household-power.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How a file becomes a meter's messages; instants in milliseconds. */
export interface ReplaySettings {
  readonly rows: AsyncIterable<Row>;
  /** The meter's friendly name. */
  readonly name: string;
  readonly base: string;
  /** The home's time when the replay begins. */
  readonly startMs: number;
  readonly timeZone: string;
  /** The day of the file to begin with (form of `wallMs`); default its first. */
  readonly fromWallMs: number | undefined;
  /** How many days to replay; default all that follow. */
  readonly days: number | undefined;
  /** Is told about each row that cannot be read. */
  onMalformed(row: Row & { kind: 'malformed' }): void;
  readonly counts: ReplayCounts;
}

/** What became of the rows that the replay came to; `skipped` lie before its beginning. */
export interface ReplayCounts {
  samples: number;
  missing: number;
  malformed: number;
  skipped: number;
}

/** The electricity meter as a household of one sensor. */
export function meterHousehold(name: string): Household {
  const product = productNamed('EMIZB-141');
  if (product === undefined) {
    throw new Error('the meter is missing in the table of models');
  }
  const sensor: Sensor = {
    name,
    kind: 'meter',
    watches: 'total',
    product,
    ieee: '0x0015bc001b02e4a1',
    networkAddress: 41_217,
    baseLinkquality: 148,
  };
  return { seed: 141, residents: [], sensors: [sensor] };
}

/**
 * Turns samples into messages of a Zigbee electricity meter. The time of day is kept and the date is moved by whole days,
 * so that the replay begins at `startMs`; a missing or malformed row publishes nothing.
 */
export async function* replay(settings: ReplaySettings): AsyncGenerator<TraceMessage> {
  const { counts, startMs, timeZone } = settings;
  const home = meterHousehold(settings.name);
  const [sensor] = home.sensors;
  if (sensor === undefined) {
    throw new Error('the meter is missing');
  }
  const zigbee2mqtt = { base: settings.base, lastSeen: 'disable', timeZone } as const;
  yield* startMessages(home, zigbee2mqtt, startMs);
  const startWallMs = wallMs(startMs, timeZone);
  const instant = instantsOf(timeZone);
  let beginMs: number | undefined;
  let wattMinutes = 0;
  for await (const row of settings.rows) {
    if (row.kind === 'malformed') {
      counts.malformed += 1;
      settings.onMalformed(row);
      continue;
    }
    if (row.wallMs < (settings.fromWallMs ?? Number.NEGATIVE_INFINITY)) {
      counts.skipped += 1;
      continue;
    }
    beginMs ??= sameTimeOfDay(row.wallMs, startWallMs);
    if (row.wallMs < beginMs) {
      counts.skipped += 1;
      continue;
    }
    if (settings.days !== undefined && row.wallMs >= beginMs + settings.days * DAY_MS) {
      return;
    }
    counts[row.kind === 'sample' ? 'samples' : 'missing'] += 1;
    if (row.kind === 'sample') {
      wattMinutes += (row.watts * (row.overMs ?? MINUTE_MS)) / MINUTE_MS;
      const atMs = Math.max(startMs, instant(row.wallMs - beginMs + startWallMs));
      const signal = { atMs, heardMs: atMs, linkquality: 140 + (counts.samples % 17) };
      yield stateMessage(sensor, reading(row.watts, wattMinutes), signal, zigbee2mqtt);
    }
  }
}

/** Power in watts; energy in kilowatt-hours, counted in the meter's pulses of one watt-hour. */
function reading(watts: number, wattMinutes: number): Record<string, number> {
  return { battery: 96, energy: Math.floor(wattMinutes / 60) / 1000, power: watts, pulse_configuration: 1000 };
}
