import type { Intervals } from './intervals.ts';
import type { Interval } from './wire.ts';

/** Intervals as numbers that are small when sequences are dense: per interval the gap before it, then its count less 1. */
export function stepsOf(intervals: Intervals): number[] {
  const steps: number[] = [];
  let end = -1;
  for (const { first, last } of intervals.toArray()) {
    steps.push(first - end - 2, last - first);
    end = last;
  }
  return steps;
}

/** The intervals such numbers stand for; throws RangeError on an odd count or sequences out of range. */
export function intervalsOf(steps: readonly number[]): Interval[] {
  if (steps.length % 2 !== 0) throw new RangeError('steps come in pairs');
  const intervals: Interval[] = [];
  let end = -1;
  for (let at = 0; at < steps.length; at += 2) {
    const first = end + 2 + (steps[at] as number);
    end = first + (steps[at + 1] as number);
    if (!Number.isSafeInteger(end + 1)) throw new RangeError('a sequence is out of range');
    intervals.push({ first, last: end });
  }
  return intervals;
}

/** The bytes of a number as a varint, for sizes: 7 bits a byte. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
