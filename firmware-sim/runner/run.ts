import { fileURLToPath } from 'node:url';
import type { Speaker } from '../dialects/speaker.ts';
import { zigbee2mqttSpeaker } from '../dialects/zigbee2mqtt-speaker.ts';
import { LIMITS } from '../limits.ts';
import type { Told, TraceMessage } from '../message.ts';
import { meterHousehold, type ReplayCounts, type ReplaySettings, replay } from '../replay/meter.ts';
import { rowsOf, UnreadableFile } from '../replay/rows.ts';
import { speakersOf, tell } from '../trace.ts';
import type { SimArguments } from './arguments.ts';
import { homeClock } from './clock.ts';
import { publishHome } from './publish-home.ts';
import { writeTrace } from './write-trace.ts';

const DAY_MS = 86_400_000;

/** The two days of electricity that come with the simulator. */
const SAMPLE = fileURLToPath(new URL('../data/household-power-sample.csv', import.meta.url));

/** What a run needs from its surroundings. */
export interface Surroundings {
  realMs(): number;
  signal: AbortSignal;
  say(sentence: string): void;
}

/** Runs what the arguments ask for; resolves with undefined when done or stopped, or with the sentence that says why it failed. */
export async function run(asked: SimArguments, around: Surroundings): Promise<string | undefined> {
  try {
    return asked.out === undefined ? await publish(asked, around) : await write(asked, asked.out, around);
  } catch (error) {
    if (error instanceof UnreadableFile) {
      return error.message;
    }
    throw error;
  }
}

async function publish(asked: SimArguments, around: Surroundings): Promise<string | undefined> {
  const { signal, say } = around;
  const clock = homeClock(asked.clock, around.realMs);
  const counts = { sent: 0, lost: 0 };
  const source = sourceOf(asked, Math.floor(asked.startMs ?? clock.homeMs()), around);
  const opened = await publishHome({
    url: asked.url ?? '',
    speakers: source.speakers,
    clock,
    qos: asked.qos,
    signal,
    counts,
    say,
    messages() {
      const startMs = Math.floor(asked.startMs ?? clock.homeMs());
      say(`connected; the home's time is ${new Date(startMs).toISOString()}, ${asked.clock.speed} times as fast`);
      return source.messages(startMs);
    },
  });
  if (!opened.ok) {
    return signal.aborted ? undefined : opened.reason;
  }
  await opened.finished;
  say(`${counts.sent} messages published, ${counts.lost} lost while there was no connection`);
  return signal.aborted ? undefined : source.outcome();
}

async function write(asked: SimArguments, file: string, around: Surroundings): Promise<string | undefined> {
  const startMs = Math.floor(asked.startMs ?? asked.clock.originHomeMs);
  const source = sourceOf(asked, startMs, around);
  const written = await writeTrace(file, source.messages(startMs), around.signal);
  if (!written.ok) {
    return written.reason;
  }
  around.say(`${written.count} messages written`);
  return source.outcome();
}

interface Source {
  readonly speakers: readonly Speaker[];
  messages(startMs: number): Iterable<Told> | AsyncIterable<Told>;
  /** After the last message: undefined, or why the run did not do what was asked. */
  outcome(): string | undefined;
}

function sourceOf(asked: SimArguments, startMs: number, around: Surroundings): Source {
  if (asked.replay !== undefined) {
    return replaySource(asked, asked.replay, startMs, around);
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
    messages: (beginMs) => tell({ seed, timeZone, speakers, startMs: beginMs, endMs: endMs(beginMs) }),
    outcome: () => undefined,
  };
}

function replaySource(
  asked: SimArguments,
  { file, name, fromWallMs }: NonNullable<SimArguments['replay']>,
  startMs: number,
  around: Surroundings,
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
        around.say(`line ${line} ${reason}; left out`);
      }
    },
    counts,
  });
  const messages = (beginMs: number): AsyncIterable<Told> =>
    until(replay(settings(beginMs)), bridge.client, asked.untilMs);
  const outcome = (): string | undefined => {
    const { samples, missing, malformed, skipped } = counts;
    around.say(
      `${samples} samples, ${missing} rows without a value, ${malformed} malformed, ${skipped} before the beginning`,
    );
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
