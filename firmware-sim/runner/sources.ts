import { fileURLToPath } from 'node:url';
import type { Speaker } from '../dialects/speaker.ts';
import { zigbee2mqttSpeaker } from '../dialects/zigbee2mqtt-speaker.ts';
import { LIMITS } from '../limits.ts';
import type { Told, TraceMessage } from '../message.ts';
import { meterHousehold, type ReplayCounts, type ReplaySettings, replay } from '../replay/meter.ts';
import { rowsOf } from '../replay/rows.ts';
import { speakersOf, tell } from '../trace.ts';
import type { DayWorld } from '../world/house.ts';
import type { SimArguments } from './arguments.ts';

const DAY_MS = 86_400_000;

/** The two days of electricity that come with the simulator. */
const SAMPLE = fileURLToPath(new URL('../data/household-power-sample.csv', import.meta.url));

/** What a run says, and who says it. */
export interface Source {
  readonly speakers: readonly Speaker[];
  /** Everything from that instant on; `onDay` is shown each day of the house, where there is a house. */
  messages(startMs: number, onDay?: (world: DayWorld) => void): Iterable<Told> | AsyncIterable<Told>;
  /** After the last message: undefined, or why the run did not do what was asked. */
  outcome(): string | undefined;
}

/** Makes what the arguments ask for; `startMs` is about when it will begin. */
export function sourceOf(asked: SimArguments, startMs: number, say: (sentence: string) => void): Source {
  if (asked.replay !== undefined) {
    return replaySource(asked, asked.replay, startMs, say);
  }
  const endMs = (beginMs: number): number =>
    Math.min(
      asked.untilMs ?? Number.MAX_SAFE_INTEGER,
      asked.days === undefined ? Number.MAX_SAFE_INTEGER : beginMs + asked.days * DAY_MS,
    );
  const { seed, timeZone } = asked;
  const speakers = speakersOf({ ...asked, startMs });
  return {
    speakers,
    messages: (beginMs, onDay) =>
      tell({
        seed,
        timeZone,
        speakers,
        startMs: beginMs,
        endMs: endMs(beginMs),
        ...(onDay === undefined ? {} : { onDay }),
      }),
    outcome: () => undefined,
  };
}

function replaySource(
  asked: SimArguments,
  { file, name, fromWallMs }: NonNullable<SimArguments['replay']>,
  startMs: number,
  say: (sentence: string) => void,
): Source {
  const counts: ReplayCounts = { samples: 0, missing: 0, malformed: 0, skipped: 0 };
  const { base, lastSeen, timeZone } = asked;
  const bridge = zigbee2mqttSpeaker(meterHousehold(name), { base, lastSeen, timeZone }, startMs);
  const settings = (beginMs: number): ReplaySettings => ({
    rows: rowsOf(file ?? SAMPLE),
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
    until(replay(settings(beginMs)), bridge.client, asked.untilMs);
  const outcome = (): string | undefined => {
    const { samples, missing, malformed, skipped } = counts;
    say(`${samples} samples, ${missing} rows without a value, ${malformed} malformed, ${skipped} before the beginning`);
    return samples > 0
      ? undefined
      : 'the file holds no sample at or after this time of day; begin earlier with --start, or take another --from';
  };
  return { speakers: [bridge], messages, outcome };
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
