import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { LIMITS } from '../limits.ts';
import type { TraceMessage } from '../message.ts';
import { type ReplayCounts, replay } from '../replay/meter.ts';
import { rowsOf, UnreadableFile } from '../replay/rows.ts';
import { trace } from '../trace.ts';
import type { SimArguments } from './arguments.ts';
import { homeClock } from './clock.ts';
import { openLink } from './link.ts';
import { publishTrace } from './publish-trace.ts';

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
  const opened = await openLink({ url: asked.url ?? '', base: asked.base, signal: around.signal, say: around.say });
  if (!opened.ok) {
    return around.signal.aborted ? undefined : opened.reason;
  }
  const clock = homeClock(asked.clock, around.realMs);
  const startMs = Math.floor(asked.startMs ?? clock.homeMs());
  around.say(`connected; the home's time is ${new Date(startMs).toISOString()}, ${asked.clock.speed} times as fast`);
  const source = sourceOf(asked, startMs, around);
  const counts = { sent: 0, lost: 0 };
  try {
    const { messages } = source;
    await publishTrace({ messages, link: opened.link, clock, qos: asked.qos, signal: around.signal, counts });
  } finally {
    await opened.link.end();
  }
  around.say(`${counts.sent} messages published, ${counts.lost} lost while there was no connection`);
  return around.signal.aborted ? undefined : source.outcome();
}

async function write(asked: SimArguments, file: string, around: Surroundings): Promise<string | undefined> {
  const source = sourceOf(asked, Math.floor(asked.startMs ?? asked.clock.originHomeMs), around);
  const stream = createWriteStream(file);
  try {
    await once(stream, 'open');
    let written = 0;
    for await (const { atMs, topic, payload, retain, qos } of source.messages) {
      if (around.signal.aborted) {
        break;
      }
      written += 1;
      if (!stream.write(`${JSON.stringify({ topic, payload, retained: retain, atMs, qos })}\n`)) {
        await once(stream, 'drain');
      }
    }
    stream.end();
    await finished(stream);
    around.say(`${written} messages written`);
    return source.outcome();
  } catch (error) {
    stream.destroy();
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || error instanceof UnreadableFile) {
      throw error;
    }
    return `the file in --out cannot be written (${code}); check that its folder exists and has room`;
  }
}

interface Source {
  readonly messages: Iterable<TraceMessage> | AsyncIterable<TraceMessage>;
  /** After the last message: undefined, or why the run did not do what was asked. */
  outcome(): string | undefined;
}

function sourceOf(asked: SimArguments, startMs: number, around: Surroundings): Source {
  if (asked.replay !== undefined) {
    return replaySource(asked, asked.replay, startMs, around);
  }
  const endMs = Math.min(
    asked.untilMs ?? Number.MAX_SAFE_INTEGER,
    asked.days === undefined ? Number.MAX_SAFE_INTEGER : startMs + asked.days * DAY_MS,
  );
  const { seed, timeZone, base, lastSeen } = asked;
  return { messages: trace({ seed, startMs, endMs, timeZone, base, lastSeen }), outcome: () => undefined };
}

function replaySource(
  asked: SimArguments,
  { file, name, fromWallMs }: NonNullable<SimArguments['replay']>,
  startMs: number,
  around: Surroundings,
): Source {
  const counts: ReplayCounts = { samples: 0, missing: 0, malformed: 0, skipped: 0 };
  const messages = replay({
    rows: rowsOf(file ?? SAMPLE),
    name,
    base: asked.base,
    startMs,
    timeZone: asked.timeZone,
    fromWallMs,
    days: asked.days,
    onMalformed({ line, reason }) {
      if (counts.malformed <= LIMITS.rowProblemsNamed) {
        around.say(`line ${line} ${reason}; left out`);
      }
    },
    counts,
  });
  const outcome = (): string | undefined => {
    const { samples, missing, malformed, skipped } = counts;
    around.say(
      `${samples} samples, ${missing} rows without a value, ${malformed} malformed, ${skipped} before the beginning`,
    );
    return samples > 0
      ? undefined
      : 'the file holds no sample at or after this time of day; begin earlier with --start, or take another --from';
  };
  return { messages: until(messages, asked.untilMs), outcome };
}

async function* until(messages: AsyncIterable<TraceMessage>, endMs: number | undefined): AsyncGenerator<TraceMessage> {
  for await (const message of messages) {
    if (endMs !== undefined && message.atMs >= endMs) {
      return;
    }
    yield message;
  }
}
