import type { Bounds } from '../minimize/window.ts';

/** What is kept of home time over a restart. Real time in milliseconds. */
export interface TimeMark {
  /** Home time when this was written: it does not run behind it again. */
  readonly floorMs: number;
  /** The machine's start it was written in, with its monotonic time then; absent where the system does not say. */
  readonly boot: string | null;
  readonly monotonicMs: number;
  /** Whether somebody ever vouched for it, and by how much it may be off either way. */
  readonly vouched: boolean;
  readonly offByMs: number;
  /** How much later true time may be, for the times the machine was off since somebody vouched. */
  readonly gapMs: number;
  /** Where the present stretch of home time began, and the stretches before it that time may run through again, newest first. */
  readonly sinceMs: number;
  readonly stretches: readonly Bounds[];
  /** What they were when home time last came back. */
  readonly told: readonly Bounds[];
}

/** The mark of a home of which only the floor was kept. */
export function bareMark(floorMs: number): TimeMark {
  const known = { vouched: true, offByMs: 0, gapMs: 0 };
  return { floorMs, boot: null, monotonicMs: 0, ...known, sinceMs: floorMs, stretches: [], told: [] };
}

/** Reads a stored mark, or the bare number that earlier releases stored; undefined when there is none or it cannot be read. */
export function readTimeMark(stored: string | undefined): TimeMark | undefined {
  let value: unknown;
  try {
    value = JSON.parse(stored ?? 'null');
  } catch {
    return undefined;
  }
  if (typeof value === 'number') return value > 0 ? bareMark(value) : undefined;
  return isMark(value) ? value : undefined;
}

/** The text a mark is stored as. */
export function writeTimeMark(mark: TimeMark): string {
  return JSON.stringify(mark);
}

function isMark(value: unknown): value is TimeMark {
  if (typeof value !== 'object' || value === null) return false;
  const mark = value as Record<string, unknown>;
  const numbers = ['floorMs', 'monotonicMs', 'offByMs', 'gapMs', 'sinceMs'].map((name) => mark[name]);
  return (
    numbers.every(Number.isFinite) &&
    typeof mark.vouched === 'boolean' &&
    (mark.boot === null || typeof mark.boot === 'string') &&
    isList(mark.stretches) &&
    isList(mark.told)
  );
}

function isList(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => Number.isFinite(one?.startMs) && Number.isFinite(one?.endMs));
}
