import type { Moment, Speaker } from './dialects/speaker.ts';
import { clientsOf, type HomeDevice } from './dialects/speakers.ts';
import type { LastSeen } from './dialects/zigbee2mqtt.ts';
import { DEMONSTRATION } from './household.ts';
import type { Told } from './message.ts';
import { dayAt } from './world/calendar.ts';
import { dayWorld } from './world/happenings.ts';
import type { DayWorld } from './world/house.ts';

const ZIGBEE_DEMONSTRATION = DEMONSTRATION.map((device): HomeDevice => ({ ...device, dialect: 'zigbee2mqtt' }));

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
  /** The home's devices; default the demonstration's seven Zigbee sensors. */
  readonly devices?: readonly HomeDevice[];
}

/** The MQTT clients of a home. Throws RangeError for a device of a kind that its firmware does not have. */
export function speakersOf(options: Omit<TraceOptions, 'endMs'>): Speaker[] {
  const { base = 'zigbee2mqtt', lastSeen = 'disable', devices = ZIGBEE_DEMONSTRATION } = options;
  return clientsOf(devices, { ...options, base, lastSeen });
}

/** Everything a home's clients publish between two instants; see `tell`. */
export function trace(options: TraceOptions): Generator<Told> {
  return tell({ ...options, speakers: speakersOf(options) });
}

/** Who speaks in a home, and between which instants. */
export interface Telling extends Pick<TraceOptions, 'seed' | 'startMs' | 'endMs' | 'timeZone'> {
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
export function* tell({ seed, startMs, endMs, timeZone, speakers, onDay }: Telling): Generator<Told> {
  let started = false;
  for (let day = dayAt(startMs, timeZone); ; day += 1) {
    const world = dayWorld(seed, day, timeZone);
    onDay?.(world);
    for (const { moment, speaker } of turnsOf(speakers, world)) {
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
    if (world.endMs >= endMs) {
      return;
    }
  }
}

/** Everybody's moments of a day in the order of time; at the same instant the clients keep their order. */
function turnsOf(speakers: readonly Speaker[], world: DayWorld): Turn[] {
  const turns = speakers.flatMap((speaker) => speaker.day(world).map((moment): Turn => ({ moment, speaker })));
  return speakers.length === 1 ? turns : turns.sort((left, right) => left.moment.atMs - right.moment.atMs);
}

function* beginning(speakers: readonly Speaker[], startMs: number): Generator<Told> {
  for (const speaker of speakers) {
    for (const message of speaker.start(startMs)) {
      yield { ...message, client: speaker.client };
    }
  }
}
