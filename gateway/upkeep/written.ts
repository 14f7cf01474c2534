import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';

/** What the count of written bytes leans on. */
export interface WrittenParts {
  readonly store: {
    figures(): { readonly writtenBytes: number };
    later(operations: readonly Operation[]): void;
    get<Row>(statement: 'meta.get', key: string): Row | undefined;
    onSettled(listener: () => void): void;
  };
  /** The home's day now, as a number that grows by one at its midnight. */
  readonly dayNow: () => number;
  /** Running time of this machine in milliseconds. */
  readonly monotonicMs: () => number;
}

/** How much the hub writes in 24 hours of running; `isProjected` while it has not run for so long. */
export interface WrittenADay {
  readonly bytes: number;
  readonly isProjected: boolean;
  readonly totalBytes: number;
}

interface Day {
  readonly day: number;
  bytes: number;
  /** How long the hub ran in it. */
  ranMs: number;
}

interface Kept {
  totalBytes: number;
  readonly days: Day[];
}

const KEY = 'written';
const DAY_MS = 86_400_000;

/**
 * How much the hub writes to its card. It counts what the store itself writes (`StoreFigures.writtenBytes`), and is kept
 * in the database as a total and by days of home time, without a sync of its own: a killed hub loses the last minutes of
 * the count, bytes and running time alike.
 */
export class Written {
  readonly #parts: WrittenParts;
  readonly #kept: Kept;
  #countedBytes = 0;
  #countedMs: number;
  #keptAtMs: number;

  /** Counts from the opening of the store on. */
  constructor(parts: WrittenParts) {
    this.#parts = parts;
    this.#kept = readKept(parts.store.get<{ value: Buffer }>('meta.get', KEY)?.value);
    this.#countedMs = parts.monotonicMs();
    this.#keptAtMs = this.#countedMs;
    parts.store.onSettled(() => this.#keep());
  }

  /** How much is written in a day, from the last days; null until the hub has run long enough for a figure. */
  aDay(): WrittenADay | null {
    this.#count();
    const { days, totalBytes } = this.#kept;
    const ranMs = days.reduce((sum, day) => sum + day.ranMs, 0);
    if (ranMs < LIMITS.writtenLeastMs) return null;
    const bytes = days.reduce((sum, day) => sum + day.bytes, 0);
    return { bytes: Math.round((bytes / ranMs) * DAY_MS), isProjected: ranMs < DAY_MS, totalBytes };
  }

  #count(): void {
    const { store, dayNow, monotonicMs } = this.#parts;
    const { writtenBytes } = store.figures();
    const nowMs = monotonicMs();
    const day = this.#day(dayNow());
    const bytes = writtenBytes - this.#countedBytes;
    day.bytes += bytes;
    day.ranMs += nowMs - this.#countedMs;
    this.#kept.totalBytes += bytes;
    this.#countedBytes = writtenBytes;
    this.#countedMs = nowMs;
  }

  #day(number: number): Day {
    const { days } = this.#kept;
    const found = days.find(({ day }) => day === number);
    if (found) return found;
    const made = { day: number, bytes: 0, ranMs: 0 };
    days.push(made);
    if (days.length > LIMITS.writtenDays) days.shift();
    return made;
  }

  #keep(): void {
    const nowMs = this.#parts.monotonicMs();
    if (nowMs - this.#keptAtMs < LIMITS.writtenKeptMs) return;
    this.#keptAtMs = nowMs;
    this.#count();
    this.#parts.store.later([['meta.put', KEY, Buffer.from(JSON.stringify(this.#kept))]]);
  }
}

/** What was kept; what cannot be read is counted anew. */
function readKept(value: Buffer | undefined): Kept {
  try {
    const { totalBytes, days } = JSON.parse(value?.toString() ?? '') as { totalBytes: unknown; days: unknown };
    if (isCount(totalBytes) && Array.isArray(days) && days.every(isDay)) return { totalBytes, days };
  } catch {
    // Nothing was kept yet.
  }
  return { totalBytes: 0, days: [] };
}

function isDay(value: unknown): value is Day {
  const { day, bytes, ranMs } = value as Record<string, unknown>;
  return Number.isSafeInteger(day) && isCount(bytes) && isCount(ranMs);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0;
}
