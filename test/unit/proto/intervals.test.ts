import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Intervals } from '../../../proto/intervals.ts';
import { Received } from '../../../proto/received.ts';
import { intervalsOf, stepsOf, varintBytes } from '../../../proto/steps.ts';
import { intervals } from './arbitrary.ts';

const ranges = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9 })), { maxLength: 20 });

function both(list: readonly (readonly [number, number])[]) {
  const set = Intervals.fromArray([]);
  const model = new Set<number>();
  for (const [first, count] of list) {
    set.add(first, count);
    for (let at = 0; at < count; at++) model.add(first + at);
  }
  return { set, model };
}

describe('intervals', () => {
  it('agree with a plain set of numbers', () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 12 }), (list, first, count) => {
        const { set, model } = both(list);
        const asked = Array.from({ length: count }, (_, at) => first + at);
        expect(set.has(first)).toBe(model.has(first));
        expect(set.covers(first, count)).toBe(asked.every((sequence) => model.has(sequence)));
        expect(set.overlaps(first, count)).toBe(asked.some((sequence) => model.has(sequence)));
        expect(set.within(first, count).length > 0).toBe(set.overlaps(first, count));
        expect(set.highest).toBe(Math.max(0, ...model));
      }),
    );
  });

  it('are sorted, disjoint and never touch, in whatever order they were added', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        const { set } = both(list);
        const array = set.toArray();
        for (const [at, { first }] of array.entries()) expect(first).toBeGreaterThan((array[at - 1]?.last ?? -1) + 1);
        expect(both([...list].reverse()).set.toArray()).toEqual(array);
        expect(Intervals.fromArray(array).toArray()).toEqual(array);
        expect(set.size).toBe(array.length);
      }),
    );
  });

  it('name the oldest hole, the one before the first included', () => {
    expect(both([]).set.oldestHole()).toBeUndefined();
    expect(both([[1, 9]]).set.oldestHole()).toBeUndefined();
    expect(both([[4, 2]]).set.oldestHole()).toEqual({ first: 1, last: 3 });
    expect(
      both([
        [1, 2],
        [6, 1],
        [9, 1],
      ]).set.oldestHole(),
    ).toEqual({ first: 3, last: 5 });
  });

  it('refuse what is no sequence', () => {
    const { set } = both([]);
    for (const [first, count] of [
      [0, 1],
      [1, 0],
      [1.5, 1],
      [Number.MAX_SAFE_INTEGER, 2],
      [Number.NaN, 1],
    ] as const) {
      expect(() => set.add(first, count)).toThrow(RangeError);
    }
  });
});

describe('steps', () => {
  it('give back the intervals they stand for', () => {
    fc.assert(
      fc.property(intervals, (list) => {
        expect(intervalsOf(stepsOf(Intervals.fromArray(list)))).toEqual(list);
      }),
    );
  });

  it('refuse an odd count and sequences out of range', () => {
    expect(() => intervalsOf([1])).toThrow(RangeError);
    expect(() => intervalsOf([Number.MAX_SAFE_INTEGER, 5])).toThrow(RangeError);
  });

  it('know the size of a number', () => {
    expect([0, 127, 128, 16_383, 16_384, 2 ** 35].map(varintBytes)).toEqual([1, 1, 2, 2, 3, 6]);
  });
});

describe('what is received', () => {
  it('is kept run by run', () => {
    const received = new Received();
    received.merge({ run: 'a', intervals: [{ first: 1, last: 3 }] });
    received.merge({ run: 'a', intervals: [{ first: 5, last: 5 }] });
    expect([received.has('a', 3), received.has('a', 4), received.has('b', 3)]).toEqual([true, false, false]);
    expect(received.covers({ run: 'a', first: 1, count: 3, void: false })).toBe(true);
    expect(received.overlaps({ run: 'a', first: 4, count: 1, void: false })).toBe(false);
  });
});
