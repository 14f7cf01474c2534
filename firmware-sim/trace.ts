import { devicesOf } from './devices-of.ts';
import type { Moment, Speaker } from './dialects/speaker.ts';
import { clientsOf, type HomeDevice } from './dialects/speakers.ts';
import type { LastSeen } from './dialects/zigbee2mqtt.ts';
import { mergeByTime } from './merge.ts';
import type { Told } from './message.ts';
import { APARTMENT } from './world/apartment.ts';
import { dayAt } from './world/calendar.ts';
import { dayWorld } from './world/happenings.ts';
import type { HomePlan } from './world/home-plan.ts';
import type { DayWorld } from './world/house.ts';

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
  /** Rooms, people, animals and appliances; default the demonstration's apartment. */
  readonly home?: HomePlan | undefined;
  /** The home's devices; default those of `devicesOf`. */
  readonly devices?: readonly HomeDevice[] | undefined;
}

/** The MQTT clients of a home. Throws RangeError for a device of a kind that its firmware does not have. */
export function speakersOf(options: Omit<TraceOptions, 'endMs'>): Speaker[] {
  const { base = 'zigbee2mqtt', lastSeen = 'disable', home = APARTMENT, devices = devicesOf(home) } = options;
  return clientsOf(devices, { ...options, base, lastSeen });
}

/** Who speaks in a home, and between which instants. */
export interface Telling extends Pick<TraceOptions, 'seed' | 'startMs' | 'endMs' | 'timeZone' | 'home'> {
  readonly speakers: readonly Speaker[];
  /** Is shown each day of the house before anybody speaks of it. */
  onDay?(world: DayWorld): void;
}

interface Turn {
  readonly moment: Moment;
  readonly speaker: Speaker;
}

/**
 * Everything the clients of a home publish between two instants, made day by day while it is read. The same options give
 * the same bytes on every machine. Throws RangeError for an unknown time zone.
 */
export function* tell(telling: Telling): Generator<Told> {
  const { startMs, endMs, timeZone, speakers } = telling;
  let started = false;
  for (let day = dayAt(startMs, timeZone); ; day += 1) {
    const { turns, dayEndMs } = turnsOf(telling, day);
    for (const { moment, speaker } of turns) {
      if (!started && moment.atMs >= startMs) {
        started = true;
        yield* beginning(speakers, startMs);
      }
      if (moment.atMs >= endMs) {
        return;
      }
      for (const message of moment.speak()) {
        if (started) {
          yield { ...message, client: speaker.client };
        }
      }
    }
    if (dayEndMs >= endMs) {
      return;
    }
  }
}

/** Everybody's turns of a day in the order of time; what happened in the house is not kept while they are taken. */
function turnsOf(
  { seed, timeZone, speakers, home, onDay }: Telling,
  day: number,
): { turns: Iterable<Turn>; dayEndMs: number } {
  const world = dayWorld(seed, day, timeZone, home);
  onDay?.(world);
  const sources: Iterable<Turn>[] = [];
  for (const speaker of speakers) {
    sources.push(turnsTaken(speaker, speaker.day(world)));
  }
  return { turns: mergeByTime(sources, timeOf), dayEndMs: world.endMs };
}

function timeOf({ moment }: Turn): number {
  return moment.atMs;
}

function* turnsTaken(speaker: Speaker, moments: Iterable<Moment>): Generator<Turn> {
  for (const moment of moments) {
    yield { moment, speaker };
  }
}

/** What a client says when it starts, at the beginning and after a power cut. */
export function startOf(speaker: Speaker, atMs: number): Told[] {
  return speaker.start(atMs).map((message) => ({ ...message, client: speaker.client }));
}

function* beginning(speakers: readonly Speaker[], startMs: number): Generator<Told> {
  for (const speaker of speakers) {
    yield* startOf(speaker, startMs);
  }
}
