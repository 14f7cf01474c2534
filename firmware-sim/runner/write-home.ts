import type { TraceMessage } from '../message.ts';
import type { LineFile } from './line-file.ts';

/** One message as it stands in a trace file; `atMs` is the home's time in milliseconds of UTC. */
export interface TraceLine {
  readonly topic: string;
  readonly payload: string;
  readonly retained: boolean;
  readonly atMs: number;
  readonly qos: 0 | 1;
}

/** Writes messages one after the other until they end or `signal` is aborted; resolves with their number. */
export async function writeMessages<M extends TraceMessage>(
  file: LineFile,
  messages: Iterable<M> | AsyncIterable<M>,
  signal: AbortSignal,
  onWritten: (message: M, index: number) => Promise<void> | undefined,
): Promise<number> {
  let count = 0;
  for await (const message of messages) {
    if (signal.aborted) {
      break;
    }
    const { topic, payload, retain, atMs, qos } = message;
    file.add({ topic, payload, retained: retain, atMs, qos } satisfies TraceLine);
    await file.room();
    await onWritten(message, count);
    count += 1;
  }
  return count;
}
