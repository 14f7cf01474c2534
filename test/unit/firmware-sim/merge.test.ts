import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeByTime } from '../../../firmware-sim/merge.ts';

it('merges like a stable sort of everything', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(50)), { maxLength: 9 }), (lists) => {
      const sources = lists.map((times, source) =>
        times.sort((a, b) => a - b).map((atMs, index) => ({ atMs, source, index })),
      );
      const sorted = sources
        .flat()
        .sort((left, right) => left.atMs - right.atMs || left.source - right.source || left.index - right.index);
      expect([...mergeByTime(sources, ({ atMs }) => atMs)]).toEqual(sorted);
    }),
  );
});

it('reads only one item ahead', () => {
  let read = 0;
  function* endless(step: number): Generator<number> {
    for (let at = 0; ; at += step) {
      read += 1;
      yield at;
    }
  }
  const merged = mergeByTime([endless(2), endless(3)], (at) => at);
  expect([0, 1, 2, 3, 4].map(() => merged.next().value)).toEqual([0, 0, 2, 3, 4]);
  expect(read).toBeLessThan(8);
});
