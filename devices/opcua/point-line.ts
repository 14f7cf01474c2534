import type { Arrived, CountIntake, Take } from '../intake.ts';
import { OPCUA_SOURCE, valuePayload } from './decode.ts';
import type { ValueSaid } from './said.ts';

/** A value that waited longer than this is a picture of how things stand: when it became so is past telling. */
const LATE_MS = 5_000;
/** Further back than this is no value out of order but a clock that was set. */
const CLOCK_SET_MS = 120_000;
/** First and longest wait before a value that could not be committed is tried again. */
export const AGAIN_MS = 1_000;
const AGAIN_LONGEST_MS = 30_000;
const FIRST_BAD = 0x80_00_00_00;

/** What a line needs. */
export interface PointLineParts {
  readonly nodeId: string;
  readonly take: Take;
  readonly count: CountIntake;
  readonly nowMs: () => number;
  /** Resolves after so long, or at once when the line is given up. */
  readonly pause: (ms: number) => Promise<void>;
  readonly isOver: () => boolean;
}

interface Waiting {
  readonly value: Pick<ValueSaid, 'status' | 'value' | 'sourceMs' | 'heardMs' | 'isFirst'>;
  /** Tells that it needs no room any more. */
  readonly done: () => void;
}

/** The values of one node on their way into the walk, one after the other: a value is taken in when the one before it is committed. */
export class PointLine {
  readonly #parts: PointLineParts;
  readonly #waiting: Waiting[] = [];
  #latest: Waiting['value'] | undefined;
  #isBusy = false;

  constructor(parts: PointLineParts) {
    this.#parts = parts;
  }

  /** Takes in a value; one that the source dates before the one known already is dropped, counted. */
  push(value: Waiting['value'], done: () => void): void {
    if (this.#isLate(value)) {
      this.#parts.count('lateValue');
      done();
      return;
    }
    this.#latest = value;
    this.#waiting.push({ value, done });
    void this.#run();
  }

  /** Says the latest value once more, where it is usable: a server tells changes only, and what did not change still holds. */
  sayAgain(): void {
    const value = this.#latest;
    if (!value || this.#isBusy || value.status >= FIRST_BAD) return;
    this.#waiting.push({
      value: { ...value, sourceMs: undefined, heardMs: this.#parts.nowMs(), isFirst: false },
      done: () => undefined,
    });
    void this.#run();
  }

  /** A new subscription begins with a picture, whatever its date. */
  #isLate({ sourceMs, isFirst }: Waiting['value']): boolean {
    const latestMs = this.#latest?.sourceMs;
    if (isFirst || sourceMs === undefined || latestMs === undefined) return false;
    return sourceMs < latestMs && latestMs - sourceMs <= CLOCK_SET_MS;
  }

  async #run(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    let againMs = AGAIN_MS;
    for (let next = this.#waiting[0]; next && !this.#parts.isOver(); next = this.#waiting[0]) {
      const fate = await takeSafely(this.#parts.take, this.#arrived(next));
      if (fate === 'committed') {
        this.#waiting.shift();
        next.done();
        againMs = AGAIN_MS;
        continue;
      }
      this.#parts.count('commitFailed');
      await this.#parts.pause(againMs);
      againMs = Math.min(againMs * 2, AGAIN_LONGEST_MS);
      // Only the newest is tried again: the others are how things were.
      for (const { done } of this.#waiting.splice(0, this.#waiting.length - 1)) done();
    }
    this.#isBusy = false;
  }

  #arrived({ value: { status, value, sourceMs, heardMs, isFirst } }: Waiting): Arrived {
    return arrival({
      topic: this.#parts.nodeId,
      payload: valuePayload(status, value),
      retained: isFirst || this.#parts.nowMs() - heardMs > LATE_MS,
      receivedAtMs: heardMs,
      sourceMs,
    });
  }
}

/** Hands a message to the walk; a fault there is a failure like others. */
export async function takeSafely(take: Take, arrived: Arrived): ReturnType<Take> {
  try {
    return await take(arrived);
  } catch {
    return 'failed';
  }
}

/** A message of the OPC UA server, which has neither packets nor client ids. */
export function arrival(
  message: Pick<Arrived, 'topic' | 'payload' | 'retained' | 'receivedAtMs' | 'sourceMs'>,
): Arrived {
  return {
    source: OPCUA_SOURCE,
    client: '',
    base: '',
    packetId: undefined,
    qos: 1,
    dup: false,
    connection: 0,
    ...message,
  };
}
