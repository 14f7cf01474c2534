import { type LastSeen, startMessages, stateMessage } from './dialects/zigbee2mqtt.ts';
import { type Household, household, type Sensor } from './household.ts';
import type { TraceMessage } from './message.ts';
import { type Random, randomStream } from './random.ts';
import { thingsOf } from './things/catalogue.ts';
import type { Fields, Report } from './things/thing.ts';
import { dayAt } from './world/calendar.ts';
import { dayWorld } from './world/happenings.ts';

/** What a trace is made from; instants in milliseconds of UTC, the end not included. */
export interface TraceOptions {
  readonly seed: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly timeZone: string;
  /** Zigbee2MQTT's base topic; default `zigbee2mqtt`. */
  readonly base?: string;
  /** Zigbee2MQTT's `last_seen` setting; default `disable`, as there. */
  readonly lastSeen?: LastSeen;
}

/** What the simulated Zigbee2MQTT remembers of one sensor. */
interface Remembered {
  readonly sensor: Sensor;
  fields: Fields;
  heardMs: number;
  linkquality: number;
}

interface Spoken extends Report {
  readonly index: number;
}

/**
 * Everything the household's Zigbee2MQTT publishes between two instants, made day by day while it is read.
 * The same options give the same bytes on every machine. Throws RangeError for an unknown time zone.
 */
export function* trace(options: TraceOptions): Generator<TraceMessage> {
  const { seed, startMs, endMs, timeZone } = options;
  const settings = { base: options.base ?? 'zigbee2mqtt', lastSeen: options.lastSeen ?? 'disable', timeZone };
  const home = household(seed);
  const things = thingsOf(home);
  const firstDay = dayAt(startMs, timeZone);
  const memory = home.sensors.map((sensor, index): Remembered => {
    const fields = things[index]?.initial(firstDay) ?? {};
    return { sensor, fields, heardMs: startMs, linkquality: sensor.baseLinkquality };
  });
  let started = false;
  for (let day = firstDay; ; day += 1) {
    const world = dayWorld(seed, day, timeZone);
    const spoken = things.flatMap((thing, index): Spoken[] =>
      thing.day(world, randomStream(seed, 'thing', index, day)).map((report) => ({ ...report, index })),
    );
    // A stable sort: at the same instant the sensors keep the order of the household.
    spoken.sort((left, right) => left.atMs - right.atMs);
    const signal = randomStream(seed, 'signal', day);
    for (const report of spoken) {
      if (!started && report.atMs >= startMs) {
        started = true;
        yield* beginning(home, memory, settings, startMs);
      }
      if (report.atMs >= endMs) {
        return;
      }
      const remembered = hear(memory, report, signal);
      if (started && remembered !== undefined) {
        const { sensor, fields, heardMs, linkquality } = remembered;
        yield stateMessage(sensor, fields, { atMs: report.atMs, heardMs, linkquality }, settings);
      }
    }
    if (world.endMs >= endMs) {
      return;
    }
  }
}

/** What is published at the start: the bridge, the devices, and all cached states. */
function* beginning(
  home: Household,
  memory: readonly Remembered[],
  settings: Parameters<typeof startMessages>[1],
  startMs: number,
): Generator<TraceMessage> {
  yield* startMessages(home, settings, startMs);
  for (const { sensor, fields, heardMs, linkquality } of memory) {
    yield stateMessage(sensor, fields, { atMs: startMs, heardMs: Math.min(heardMs, startMs), linkquality }, settings);
  }
}

/** A report reaches the coordinator: what it carries replaces what was remembered. */
function hear(memory: readonly Remembered[], report: Spoken, signal: Random): Remembered | undefined {
  const remembered = memory[report.index];
  if (remembered !== undefined) {
    remembered.fields = { ...remembered.fields, ...report.fields };
    remembered.heardMs = report.atMs;
    remembered.linkquality = Math.min(255, Math.max(1, signal.around(remembered.sensor.baseLinkquality, 14)));
  }
  return remembered;
}
