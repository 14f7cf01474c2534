import { fileURLToPath } from 'node:url';
import type { Speaker } from '../dialects/speaker.ts';
import { zigbee2mqttSpeaker } from '../dialects/zigbee2mqtt-speaker.ts';
import { applyFaults } from '../faults/apply.ts';
import { type Incident, isLinkFault, type LinkFault } from '../faults/fault.ts';
import { LIMITS } from '../limits.ts';
import { mergeByTime } from '../merge.ts';
import type { Told, TraceMessage } from '../message.ts';
import { play } from '../record/play.ts';
import { linesOf } from '../replay/lines.ts';
import { meterHousehold, type ReplayCounts, type ReplaySettings, replay } from '../replay/meter.ts';
import type { PowerColumns } from '../replay/power-columns.ts';
import { rowsOf } from '../replay/rows.ts';
import { isSensorLog, replaySensorLog } from '../replay/sensor-log.ts';
import { faultsAt } from '../scenario/scenario.ts';
import { speakersOf, startOf, tell } from '../trace.ts';
import { APARTMENT } from '../world/apartment.ts';
import type { HomePlan } from '../world/home-plan.ts';
import type { DayWorld } from '../world/house.ts';
import type { SimArguments } from './arguments.ts';
import { endOf } from './clock.ts';
import { litterPicker } from './litter.ts';

/** The two days of electricity that come with the simulator. */
const SAMPLE = fileURLToPath(new URL('../data/household-power-sample.csv', import.meta.url));

/** Who is told what really happens, while the messages are made. */
export interface Witness {
  /** Each day of the house, before anybody speaks of it; where there is a house. */
  onDay?(world: DayWorld): void;
  /** What a fault did to a message. */
  onIncident?(incident: Incident): void;
}

/** What a run says, and who says it. */
export interface Source {
  readonly speakers: readonly Speaker[];
  /** The home, where there is a house. */
  readonly home?: HomePlan;
  /** Everything from that instant on. */
  messages(startMs: number, witness?: Witness): Iterable<Told> | AsyncIterable<Told>;
  /** What happens to the connections in a run from that instant on. */
  linkFaults(startMs: number): readonly LinkFault[];
  /** After the last message: undefined, or why the run did not do what was asked. */
  outcome(): string | undefined;
}

/** Makes what the arguments ask for; `startMs` is about when it will begin. */
export function sourceOf(asked: SimArguments, startMs: number, say: (sentence: string) => void): Source {
  if (asked.play !== undefined) {
    return playSource(asked.play, asked.untilMs, say);
  }
  if (asked.replay !== undefined) {
    return replaySource(asked, asked.replay, startMs, say);
  }
  const homes = Array.from({ length: asked.homes }, (_, index) => {
    const base = asked.homes === 1 ? asked.base : `${asked.base}-${index + 1}`;
    const seed = (asked.seed + index) >>> 0;
    return { seed, speakers: speakersOf({ ...asked, base, seed, startMs }) };
  });
  const speakers = homes.flatMap((home) => home.speakers);
  return {
    speakers,
    home: asked.home ?? APARTMENT,
    messages(beginMs, { onDay, onIncident } = {}) {
      const pick = litterPicker();
      const noted = (world: DayWorld): void => {
        onDay?.(world);
        pick();
      };
      const span = { timeZone: asked.timeZone, startMs: beginMs, endMs: endOf(asked, beginMs) };
      const told = homes.map((home) => tell({ ...home, home: asked.home, ...span, onDay: noted }));
      return applyFaults(
        mergeByTime(told, timeOf),
        faultsAt(asked.faults, beginMs, asked.timeZone),
        asked.seed,
        (incident) => onIncident?.(incident),
        (atMs) => speakers.flatMap((speaker) => startOf(speaker, atMs)),
      );
    },
    linkFaults: (beginMs) => faultsAt(asked.faults, beginMs, asked.timeZone).filter(isLinkFault),
    outcome: () => undefined,
  };
}

function timeOf({ atMs }: Told): number {
  return atMs;
}

function replaySource(
  asked: SimArguments,
  { file, name, fromWallMs, columns }: NonNullable<SimArguments['replay']>,
  startMs: number,
  say: (sentence: string) => void,
): Source {
  const counts: ReplayCounts = { samples: 0, missing: 0, malformed: 0, skipped: 0 };
  const { base, lastSeen, timeZone } = asked;
  const bridge = zigbee2mqttSpeaker(meterHousehold(name), { base, lastSeen, timeZone }, startMs);
  const settings = (beginMs: number): Omit<ReplaySettings, 'rows'> => ({
    name,
    base,
    startMs: beginMs,
    timeZone,
    fromWallMs,
    days: asked.days,
    onMalformed({ line, reason }) {
      if (counts.malformed <= LIMITS.rowProblemsNamed) {
        say(`line ${line} ${reason}; left out`);
      }
    },
    counts,
  });
  const messages = (beginMs: number): AsyncIterable<Told> =>
    until(replayed(file ?? SAMPLE, columns, settings(beginMs)), bridge.client, asked.untilMs);
  const outcome = (): string | undefined => {
    const { samples, missing, malformed, skipped } = counts;
    say(`${samples} samples, ${missing} rows without a value, ${malformed} malformed, ${skipped} before the beginning`);
    return samples > 0
      ? undefined
      : 'the file holds no sample at or after this time of day; begin earlier with --start, or take another --from';
  };
  return { speakers: [bridge], messages, linkFaults: () => [], outcome };
}

/** The messages of a file: a log of sensors by its first line, else a meter's. */
async function* replayed(
  file: string,
  columns: PowerColumns | undefined,
  settings: Omit<ReplaySettings, 'rows'>,
): AsyncGenerator<TraceMessage> {
  const first = columns === undefined ? await linesOf(file, LIMITS.lineBytes).next() : undefined;
  yield* isSensorLog(first?.value ?? '')
    ? replaySensorLog({ ...settings, file })
    : replay({ ...settings, rows: rowsOf(file, columns) });
}

/** Who plays a file: a client without a word of its own. */
const PLAYER: Speaker = {
  client: 'engawa-sim-play',
  devices: [],
  drawsClientId: true,
  will: undefined,
  listens: [],
  start: () => [],
  again: () => [],
  stop: () => [],
  day: () => [],
  answer: () => [],
};

function playSource(file: string, untilMs: number | undefined, say: (sentence: string) => void): Source {
  const counts = { played: 0, binary: 0, malformed: 0 };
  return {
    speakers: [PLAYER],
    linkFaults: () => [],
    messages(startMs) {
      const onMalformed = (line: number, reason: string): void => {
        if (counts.malformed <= LIMITS.rowProblemsNamed) {
          say(`line ${line} ${reason}; left out`);
        }
      };
      return until(play({ file, startMs, counts, onMalformed }), PLAYER.client, untilMs);
    },
    outcome() {
      say(`${counts.played} messages played, ${counts.binary} without text and ${counts.malformed} malformed left out`);
      return counts.played > 0
        ? undefined
        : 'the file holds no message that can be played; engawa sim capture writes one';
    },
  };
}

async function* until(
  messages: AsyncIterable<TraceMessage>,
  client: string,
  endMs: number | undefined,
): AsyncGenerator<Told> {
  for await (const message of messages) {
    if (endMs !== undefined && message.atMs >= endMs) {
      return;
    }
    yield { ...message, client };
  }
}
