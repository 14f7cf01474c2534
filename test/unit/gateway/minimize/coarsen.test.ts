import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { band, coarsen, round, type Step, suppress } from '../../../../gateway/minimize/coarsen.ts';
import { BANDS } from '../../../../proto/lists.ts';

const aValue = fc.oneof(
  fc.integer({ min: -100_000, max: 100_000 }),
  fc.double({ min: -100_000, max: 100_000, noNaN: true }),
  fc.constantFrom(0, -0, 0.5, -0.5, 49, 50, 51, -49, -50, -51),
);
const aStep = fc.constantFrom(1, 5, 10, 100, 7);
const someBands = fc.oneof(
  fc.constantFrom(...Object.values(BANDS).map(({ edges }) => edges)),
  fc
    .uniqueArray(fc.integer({ min: 1, max: 50_000 }), { maxLength: 12 })
    .map((edges) => [0, ...edges.sort((a, b) => a - b)]),
);

describe('round', () => {
  test('gives a multiple of the step, at most half a step away, and never -0', () => {
    fc.assert(
      fc.property(aValue, aStep, (value, step) => {
        const rounded = round(value, step);
        expect(Number.isInteger(rounded) && Math.abs(rounded % step) === 0).toBe(true);
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(step / 2);
        expect(Object.is(rounded, -0)).toBe(false);
        expect(round(rounded, step)).toBe(rounded);
      }),
    );
  });

  test('is monotone', () => {
    fc.assert(
      fc.property(aValue, aValue, aStep, (one, other, step) => {
        expect(round(Math.min(one, other), step)).toBeLessThanOrEqual(round(Math.max(one, other), step));
      }),
    );
  });

  test.each([
    [4, 10, 0],
    [4.999, 10, 0],
    [5, 10, 10],
    [14.9, 10, 10],
    [15, 10, 20],
    [-4, 10, 0],
    [-5, 10, 0],
    [-5.1, 10, -10],
    [-15, 10, -10],
    [49.999, 100, 0],
    [50, 100, 100],
    [2, 5, 0],
    [3, 5, 5],
    [0.5, 1, 1],
    [0, 10, 0],
  ])('of %d to multiples of %i is %i', (value, step, expected) => {
    expect(round(value, step)).toBe(expected);
  });
});

describe('band', () => {
  test('gives one of the edges, with the sign of the value, and never -0', () => {
    fc.assert(
      fc.property(aValue, someBands, (value, bands) => {
        const edge = band(value, bands);
        expect(bands).toContain(Math.abs(edge));
        expect(Math.abs(edge)).toBeLessThanOrEqual(Math.abs(value));
        if (edge !== 0) expect(Math.sign(edge)).toBe(Math.sign(value));
        expect(Object.is(edge, -0)).toBe(false);
        expect(band(edge, bands)).toBe(edge);
      }),
    );
  });

  test('is the same for every value of a band, and another for every value beyond it', () => {
    fc.assert(
      fc.property(
        someBands,
        fc.nat(),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (bands, at, share) => {
          const index = at % bands.length;
          const from = bands[index] ?? 0;
          const beyond = bands[index + 1];
          const inside = from + share * ((beyond ?? from + 1000) - from);
          if (beyond !== undefined && inside >= beyond) return;
          expect(band(inside, bands)).toBe(from);
          expect(band(-inside, bands)).toBe(from === 0 ? 0 : -from);
          if (beyond !== undefined) expect(band(beyond, bands)).toBe(beyond);
        },
      ),
    );
  });

  test('is monotone', () => {
    fc.assert(
      fc.property(aValue, aValue, someBands, (one, other, bands) => {
        expect(band(Math.min(one, other), bands)).toBeLessThanOrEqual(band(Math.max(one, other), bands));
      }),
    );
  });

  test.each([
    [0, 0],
    [49, 0],
    [50, 50],
    [99, 50],
    [100, 100],
    [12_799, 6400],
    [12_800, 12_800],
    [9_999_999, 12_800],
    [-49, 0],
    [-50, -50],
    [-99, -50],
    [-100, -100],
  ])('of %i W is %i W', (value, expected) => {
    expect(band(value, BANDS.mean_power_band_w.edges)).toBe(expected);
  });

  test('without any edge is zero', () => {
    expect(band(12, [])).toBe(0);
  });
});

describe('suppress', () => {
  const aSaid = fc.record({ value: aValue, observedPermille: fc.integer({ min: 0, max: 1000 }) });

  test('leaves what it does not take as it was, and of what it takes nothing', () => {
    fc.assert(
      fc.property(aSaid, fc.constantFrom('value', 'observedPermille'), fc.integer(), (said, what, below) => {
        expect(suppress(said, what, below)).toEqual(said[what] < below ? undefined : said);
      }),
    );
  });

  test('tells nothing of what it took: any two that are below the threshold come to the same', () => {
    fc.assert(
      fc.property(aSaid, aSaid, (one, other) => {
        const below = Math.max(one.observedPermille, other.observedPermille) + 1;
        const steps: Step[] = [{ operator: 'suppress', what: 'observedPermille', below }];
        expect([coarsen(one, steps), coarsen(other, steps)]).toEqual([undefined, undefined]);
      }),
    );
  });

  test.each([
    ['observedPermille', 249, undefined],
    ['observedPermille', 250, { value: 3, observedPermille: 250 }],
    ['observedPermille', 251, { value: 3, observedPermille: 251 }],
  ] as const)('by %s below 250 of %i', (what, observedPermille, expected) => {
    expect(suppress({ value: 3, observedPermille }, what, 250)).toEqual(expected);
  });

  test('by value takes what is less than the threshold', () => {
    const few: Step = { operator: 'suppress', what: 'value', below: 3 };
    expect([2, 3].map((value) => coarsen({ value, observedPermille: 1 }, [few])?.value)).toEqual([undefined, 3]);
  });
});

describe('steps', () => {
  const said = { value: 847.4, observedPermille: 400 };

  test('are taken in their order', () => {
    const round100: Step = { operator: 'round', toMultiplesOf: 100 };
    const bands: Step = { operator: 'band', bands: [0, 810, 840] };
    expect(coarsen(said, [round100, bands])).toEqual({ value: 0, observedPermille: 400 });
    expect(coarsen(said, [bands, round100])).toEqual({ value: 800, observedPermille: 400 });
  });

  test('after one that suppressed do nothing', () => {
    const steps: Step[] = [
      { operator: 'suppress', what: 'value', below: 900 },
      { operator: 'round', toMultiplesOf: 10 },
      { operator: 'suppress', what: 'value', below: 1 },
    ];
    expect(coarsen(said, steps)).toBeUndefined();
  });

  test('that are none leave everything as it is', () => {
    expect(coarsen(said, [])).toEqual(said);
  });
});
