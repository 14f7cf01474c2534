import { LIMITS } from '../limits.ts';
import type { TraceMessage } from '../message.ts';
import { linesOf } from '../replay/lines.ts';

/** What became of the lines of a file that is played. */
export interface PlayCounts {
  played: number;
  /** Payloads that are no text: they are left out. */
  binary: number;
  malformed: number;
}

/** How a file is played; instants in milliseconds. */
export interface PlaySettings {
  readonly file: string;
  /** The home's time at its first message; the distances stay. */
  readonly startMs: number;
  readonly counts: PlayCounts;
  onMalformed(line: number, reason: string): void;
}

/** The messages of a file that was captured or written by `engawa sim --out`; a line that cannot be read is told and left out. */
export async function* play({ file, startMs, counts, onMalformed }: PlaySettings): AsyncGenerator<TraceMessage> {
  let number = 0;
  let shiftMs: number | undefined;
  let lastMs = startMs;
  for await (const line of linesOf(file, LIMITS.captureLineBytes)) {
    number += 1;
    if (line?.trim() === '') {
      continue;
    }
    const read = line === undefined ? `is longer than ${LIMITS.captureLineBytes} bytes` : readLine(line);
    if (typeof read === 'string') {
      counts.malformed += 1;
      onMalformed(number, read);
    } else if (read.payload === undefined) {
      counts.binary += 1;
    } else {
      const { topic, payload, retained, qos } = read;
      shiftMs ??= startMs - read.atMs;
      lastMs = Math.max(lastMs, read.atMs + shiftMs);
      counts.played += 1;
      yield { atMs: lastMs, topic, payload, retain: retained, qos };
    }
  }
}

interface Line {
  readonly topic: string;
  readonly payload: string | undefined;
  readonly retained: boolean;
  readonly atMs: number;
  readonly qos: 0 | 1;
}

/** One line, or what is wrong with it. */
function readLine(text: string): Line | string {
  let value: Readonly<Record<string, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is no JSON object';
  }
  const { topic, payload, payload_base64: binary, retained = false, atMs, qos = 0 } = value ?? {};
  if (typeof topic !== 'string' || topic === '' || /[+#\0]/.test(topic)) {
    return 'has no topic that can be published to';
  }
  if (typeof payload !== 'string' && typeof binary !== 'string') {
    return 'has no payload';
  }
  if (typeof atMs !== 'number' || !Number.isFinite(atMs)) {
    return 'has no atMs, the time in milliseconds';
  }
  const said = typeof payload === 'string' ? payload : undefined;
  return { topic, payload: said, retained: retained === true, atMs, qos: qos === 0 ? 0 : 1 };
}
