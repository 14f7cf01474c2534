import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { TraceMessage } from '../message.ts';
import { UnreadableFile } from '../replay/rows.ts';

/** Characters collected before they are given to the file: a line at a time costs more than making the message. */
const BATCH_CHARACTERS = 65_536;

/** One message as a line of a trace file: its topic, payload, whether it is retained, home time in milliseconds, and quality of service. */
export function traceLine({ atMs, topic, payload, retain, qos }: TraceMessage): string {
  return `${JSON.stringify({ topic, payload, retained: retain, atMs, qos })}\n`;
}

/** Writes messages to a file, one JSON object a line, until they end or `signal` is aborted. */
export async function writeTrace(
  file: string,
  messages: Iterable<TraceMessage> | AsyncIterable<TraceMessage>,
  signal: AbortSignal,
): Promise<{ ok: true; count: number } | { ok: false; reason: string }> {
  const stream = createWriteStream(file);
  let batch = '';
  const put = async (): Promise<void> => {
    if (!stream.write(batch)) {
      await once(stream, 'drain');
    }
    batch = '';
  };
  try {
    await once(stream, 'open');
    let count = 0;
    for await (const message of messages) {
      if (signal.aborted) {
        break;
      }
      count += 1;
      batch += traceLine(message);
      if (batch.length > BATCH_CHARACTERS) {
        await put();
      }
    }
    await put();
    stream.end();
    await finished(stream);
    return { ok: true, count };
  } catch (error) {
    stream.destroy();
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined || error instanceof UnreadableFile) {
      throw error;
    }
    return {
      ok: false,
      reason: `the file in --out cannot be written (${code}); check that its folder exists and has room`,
    };
  }
}
