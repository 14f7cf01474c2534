import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  COUNTER_HOLD_MS,
  POWER_HOLD_MS,
  type Share,
  WINDOW_OPERATORS,
} from '../../../../gateway/minimize/operators.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const KWH = 1_000_000;
const { count, lastState, mean, sum, sumOfDifferences: differences } = WINDOW_OPERATORS;

/** Readings of one device: minute and value. */
type Readings = readonly (readonly [minute: number, value: number])[];

function taken(operator: typeof mean, readings: Readings, before?: Share): Share {
  const share = readings.reduce<Share | undefined>(
    (left, [minute, value]) => operator.add(left, { value, atMs: minute * MINUTE_MS }, 1),
    before,
  );
  if (!share) throw new Error('nothing was read');
  return share;
}

const someReadings = fc
  .uniqueArray(fc.integer({ min: 0, max: 240 }), { minLength: 1, maxLength: 20 })
  .chain((minutes) =>
    fc
      .array(fc.integer({ min: 0, max: 3_000_000 }), { minLength: minutes.length, maxLength: minutes.length })
      .map((values) => minutes.sort((a, b) => a - b).map((minute, at) => [minute, values[at] ?? 0] as const)),
  );

describe('the differences of a counter', () => {
  test('begin with its second reading: the first is where it stands, and leaves nowhere', () => {
    const first = taken(differences, [[0, 5000 * KWH]]);
    expect(first).toEqual({ value: 5000 * KWH, sinceMs: 0, freshUntilMs: COUNTER_HOLD_MS, total: 0, coveredMs: 0 });
    expect(differences.close([first])).toBeUndefined();
    const second = taken(differences, [[10, 5000 * KWH + 250_000]], first);
    expect(second).toEqual({
      value: 5000 * KWH + 250_000,
      sinceMs: 10 * MINUTE_MS,
      freshUntilMs: 10 * MINUTE_MS + COUNTER_HOLD_MS,
      total: 250_000,
      coveredMs: 10 * MINUTE_MS,
    });
    expect(differences.close([second])).toEqual({ value: 250, coveredMs: 10 * MINUTE_MS });
  });

  test('do not depend on where the counter stands', () => {
    fc.assert(
      fc.property(someReadings, fc.integer({ min: 0, max: 1_000_000 * KWH }), (readings, stands) => {
        let total = 0;
        const rising = readings.map(([minute, value]) => {
          total += value % 20_000;
          return [minute, total] as const;
        });
        const lifted = rising.map(([minute, value]) => [minute, value + stands] as const);
        expect(taken(differences, lifted).total).toBe(taken(differences, rising).total);
      }),
    );
  });

  test('are never more than it rose from its first to its last reading, and never negative', () => {
    fc.assert(
      fc.property(someReadings, (readings) => {
        const rising = [...readings]
          .sort(([, a], [, b]) => a - b)
          .map(([, value], at) => [readings[at]?.[0] ?? 0, value] as const);
        const { total } = taken(differences, rising);
        const rise = (rising.at(-1)?.[1] ?? 0) - (rising[0]?.[1] ?? 0);
        expect(total).toBeGreaterThanOrEqual(0);
        expect(total).toBeLessThanOrEqual(rise);
      }),
    );
  });

  test('of a counter that went back, or was set, are none; the next count from there', () => {
    const back = taken(differences, [
      [0, 900_000],
      [10, 1000],
      [20, 3000],
    ]);
    expect([back.total, back.coveredMs]).toEqual([2000, 10 * MINUTE_MS]);
    const most = KWH + 100_000_000 / 6;
    for (const [rise, counted] of [
      [0, true],
      [-1, false],
      [Math.floor(most), true],
      [Math.ceil(most), false],
    ] as const) {
      const share = taken(differences, [
        [0, 900_000],
        [10, 900_000 + rise],
      ]);
      expect([share.total, share.coveredMs]).toEqual(counted ? [rise, 10 * MINUTE_MS] : [0, 0]);
      expect([share.value, share.sinceMs]).toEqual([900_000 + rise, 10 * MINUTE_MS]);
    }
  });

  test('of a counter that rose as fast as can be are counted', () => {
    // 100 kW for 36 s are 1 kWh, and one more may be the step of a coarse counter.
    for (const [rise, total] of [
      [2 * KWH, 2 * KWH],
      [2 * KWH + 1, 0],
    ] as const) {
      const first = taken(differences, [[0, 0]]);
      expect(differences.add(first, { value: rise, atMs: 36_000 }, undefined).total).toBe(total);
    }
  });

  test('over a silence of more than an hour are none', () => {
    expect(
      taken(differences, [
        [0, 0],
        [60, 600_000],
      ]),
    ).toMatchObject({ total: 600_000, coveredMs: HOUR_MS });
    const after = differences.add(taken(differences, [[0, 0]]), { value: 600_000, atMs: HOUR_MS + 1 }, undefined);
    expect(after).toMatchObject({ total: 0, coveredMs: 0, value: 600_000, sinceMs: HOUR_MS + 1 });
    expect(after.freshUntilMs).toBe(2 * HOUR_MS + 1);
  });

  test('across the end of a window count for the next in proportion to the time', () => {
    const closed = taken(differences, [
      [0, 0],
      [50, 500_000],
    ]);
    const carried = differences.carry(closed, HOUR_MS);
    expect(carried).toMatchObject({ total: 0, coveredMs: 0, sinceMs: HOUR_MS, value: 500_000 });
    const next = taken(differences, [[80, 800_000]], carried);
    expect([next.total, next.coveredMs]).toEqual([200_000, 20 * MINUTE_MS]);
  });

  test('of two readings in one moment, or from before the window, wait for the next', () => {
    const first = taken(differences, [
      [0, 0],
      [10, 100],
    ]);
    expect(taken(differences, [[10, 150]], first)).toBe(first);
    expect(
      taken(
        differences,
        [
          [10, 150],
          [20, 300],
        ],
        first,
      ),
    ).toMatchObject({ total: 300, coveredMs: 20 * MINUTE_MS });
    const carried = differences.carry(first, 30 * MINUTE_MS);
    expect(taken(differences, [[30, 200]], carried)).toBe(carried);
    expect(taken(differences, [[29, 200]], carried)).toBe(carried);
  });

  test('of a counter that is not known any more begin anew, and what was counted stays', () => {
    const lost = differences.lose(
      taken(differences, [
        [0, 0],
        [10, 100],
      ]),
      12 * MINUTE_MS,
    );
    expect(lost).toMatchObject({ total: 100, freshUntilMs: 10 * MINUTE_MS });
    const again = taken(differences, [[20, 5000]], lost);
    expect(again).toMatchObject({ total: 100, coveredMs: 10 * MINUTE_MS, value: 5000, sinceMs: 20 * MINUTE_MS });
    expect(taken(differences, [[30, 5600]], again)).toMatchObject({ total: 700, coveredMs: 20 * MINUTE_MS });
    expect(taken(differences, [[10, 7000]], lost)).toMatchObject({ value: 7000, total: 100 });
    // Known again from before where its share stands: it counts from there.
    const ahead = differences.carry(lost as Share, 30 * MINUTE_MS);
    expect(taken(differences, [[25, 5000]], ahead)).toMatchObject({
      ...{ total: 0, sinceMs: 30 * MINUTE_MS, value: 5000 },
    });
  });

  test('add up over devices, observed by all of them', () => {
    const one = taken(differences, [
      [0, 0],
      [60, 300_000],
    ]);
    const other = taken(differences, [
      [0, 0],
      [30, 200_500],
    ]);
    expect(differences.close([one, other])).toEqual({ value: 500.5, coveredMs: 45 * MINUTE_MS });
    expect(differences.close([])).toBeUndefined();
    expect(differences.advance(one, 2 * HOUR_MS)).toBe(one);
  });
});

describe('mean', () => {
  test('lies between the least and the greatest value, and a value said again while it holds changes nothing', () => {
    fc.assert(
      fc.property(someReadings, fc.integer({ min: 1, max: 14 }), (readings, later) => {
        const [last] = readings.slice(-1);
        if (!last) return;
        const endMs = (last[0] + 15) * MINUTE_MS;
        const close = (list: Readings) => mean.close([mean.advance(taken(mean, list), endMs)]);
        const values = readings.map(([, value]) => value / 1000);
        const said = close(readings)?.value ?? Number.NaN;
        expect(said).toBeGreaterThanOrEqual(Math.min(...values) - 1e-6);
        expect(said).toBeLessThanOrEqual(Math.max(...values) + 1e-6);
        const again = mean.advance(taken(mean, [...readings, [last[0] + later, last[1]]]), endMs);
        expect(mean.close([again])?.value).toBeCloseTo(said, 9);
      }),
    );
  });

  test('holds a value for a quarter of an hour and no longer, to the millisecond', () => {
    const share = taken(mean, [[0, 1000]]);
    expect(mean.advance(share, POWER_HOLD_MS - 1)).toMatchObject({ coveredMs: POWER_HOLD_MS - 1 });
    expect(mean.advance(share, POWER_HOLD_MS + 1)).toMatchObject({ coveredMs: POWER_HOLD_MS, sinceMs: POWER_HOLD_MS });
    expect(mean.advance(share, 0)).toBe(share);
    expect(mean.advance(share, 1)).toMatchObject({ total: 1000, coveredMs: 1, sinceMs: 1 });
  });

  test('of no device, or none that was observed, is none; one that was not observed lowers only what was observed', () => {
    expect(mean.close([])).toBeUndefined();
    const seen = mean.advance(taken(mean, [[0, 7000]]), 10 * MINUTE_MS);
    const unseen = taken(mean, [[10, 9000]]);
    expect(mean.close([unseen])).toBeUndefined();
    expect(mean.close([seen, unseen])).toEqual({ value: 7, coveredMs: 5 * MINUTE_MS });
  });

  test('of a device that is not known any more is held until then', () => {
    const share = taken(mean, [[0, 1000]]);
    expect(mean.lose(share, 5 * MINUTE_MS)).toMatchObject({ coveredMs: 5 * MINUTE_MS, freshUntilMs: 5 * MINUTE_MS });
    expect(mean.lose(share, 20 * MINUTE_MS)).toMatchObject({ coveredMs: POWER_HOLD_MS, freshUntilMs: POWER_HOLD_MS });
  });

  test('carries the value into the next window, not what was counted', () => {
    const share = mean.advance(taken(mean, [[0, 1000]]), 5 * MINUTE_MS);
    expect(mean.carry(share, 10 * MINUTE_MS)).toEqual({ ...share, sinceMs: 10 * MINUTE_MS, total: 0, coveredMs: 0 });
    expect(mean.carry(share, 2 * MINUTE_MS).sinceMs).toBe(5 * MINUTE_MS);
  });
});

describe('sum', () => {
  test('of the parts of a window is the sum of the window', () => {
    fc.assert(
      fc.property(someReadings, fc.integer({ min: 0, max: 260 }), (readings, cut) => {
        const endMs = 300 * MINUTE_MS;
        const whole = sum.advance(taken(sum, readings), endMs).total;
        const cutMs = cut * MINUTE_MS;
        const early = readings.filter(([minute]) => minute < cut);
        const late = readings.filter(([minute]) => minute >= cut);
        if (early.length === 0 || late.length === 0) return;
        const first = sum.advance(taken(sum, early), cutMs);
        const second = sum.advance(taken(sum, late, sum.carry(first, cutMs)), endMs);
        expect(first.total + second.total).toBe(whole);
      }),
    );
  });

  test('is in watt-hours, of all devices, over what was observed of all of them', () => {
    const one = sum.advance(taken(sum, [[0, 2_000_000]]), 15 * MINUTE_MS);
    expect(sum.close([one])).toEqual({ value: 500, coveredMs: 15 * MINUTE_MS });
    expect(sum.close([one, taken(sum, [[0, 1]])])).toEqual({ value: 500, coveredMs: 7.5 * MINUTE_MS });
    expect(sum.close([])).toBeUndefined();
    expect(sum.close([taken(sum, [[0, 1]])])).toBeUndefined();
  });
});

describe('count', () => {
  test('depends neither on order nor on moments, and counts of parts add up', () => {
    const states = fc.array(fc.tuple(fc.integer({ min: 0, max: 240 }), fc.integer({ min: 0, max: 2 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(states, fc.nat(), (readings, cut) => {
        const { total } = taken(count, readings);
        expect(total).toBe(readings.filter(([, value]) => value === 1).length);
        expect(
          taken(
            count,
            [...readings].reverse().map(([minute, value]) => [minute + 3, value]),
          ).total,
        ).toBe(total);
        const at = 1 + (cut % readings.length);
        const carried = count.carry(taken(count, readings.slice(0, at)), 0);
        const rest = at < readings.length ? taken(count, readings.slice(at), carried).total : carried.total;
        expect(taken(count, readings.slice(0, at)).total + rest).toBe(total);
      }),
    );
  });

  test('of no device is zero, seen by the hub itself', () => {
    expect(count.close([])).toEqual({ value: 0, coveredMs: undefined });
    const share = taken(count, [[1, 1]]);
    expect(share).toEqual({ value: 1, sinceMs: MINUTE_MS, freshUntilMs: MINUTE_MS, total: 1, coveredMs: 0 });
    expect([count.advance(share, 1), count.lose(share, 1)]).toEqual([share, share]);
    expect(count.close([share, share])).toEqual({ value: 2, coveredMs: undefined });
  });
});

describe('lastState', () => {
  test('depends on the last change alone', () => {
    fc.assert(
      fc.property(someReadings, (readings) => {
        const [last] = readings.slice(-1);
        if (!last) return;
        expect(taken(lastState, readings)).toEqual(taken(lastState, [last]));
        expect(lastState.close([taken(lastState, readings)])).toEqual({ value: last[1], coveredMs: undefined });
      }),
    );
  });

  test('of several devices is that of the latest change, of the first named in a tie, of none nothing', () => {
    const [one, other, later] = [
      [3, 1],
      [3, 2],
      [4, 3],
    ].map(([minute = 0, value = 0]) => taken(lastState, [[minute, value]]));
    if (!one || !other || !later) throw new Error('three shares');
    expect(lastState.close([one, other])?.value).toBe(1);
    expect(lastState.close([one, later, other])?.value).toBe(3);
    expect(lastState.close([])).toBeUndefined();
    expect(one).toEqual({
      value: 1,
      atMs: 3 * MINUTE_MS,
      sinceMs: 3 * MINUTE_MS,
      freshUntilMs: 3 * MINUTE_MS,
      total: 0,
      coveredMs: 0,
    });
    expect([lastState.advance(one, 9), lastState.carry(one, 9)]).toEqual([one, one]);
    expect(lastState.lose(one, 9)).toBeUndefined();
  });
});
