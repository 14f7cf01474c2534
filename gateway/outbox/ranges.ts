import type { Interval } from '../../proto/wire.ts';

/** The intervals that cover exactly these sequences, in ascending order. */
export function rangesOf(sequences: readonly number[]): Interval[] {
  const ranges: { first: number; last: number }[] = [];
  for (const sequence of [...sequences].sort((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open && sequence <= open.last + 1) open.last = sequence;
    else ranges.push({ first: sequence, last: sequence });
  }
  return ranges;
}

/** What of the interval no known interval covers, in ascending order; known intervals may overlap and lie outside. */
export function gapsIn(within: Interval, known: readonly Interval[]): Interval[] {
  const gaps: Interval[] = [];
  let next = within.first;
  for (const { first, last } of [...known].sort((a, b) => a.first - b.first)) {
    if (next > within.last) break;
    if (first > next) gaps.push({ first: next, last: Math.min(first - 1, within.last) });
    next = Math.max(next, last + 1);
  }
  if (next <= within.last) gaps.push({ first: next, last: within.last });
  return gaps;
}
