import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Cadence } from '../../../../gateway/uplink/cadence.ts';

function instants(cadence: Cadence, fromMs: number, count: number): number[] {
  const at: number[] = [];
  for (let index = 0, nowMs = fromMs; index < count; index++) {
    nowMs = cadence.next(nowMs);
    at.push(nowMs);
  }
  return at;
}

test('cells go every ten seconds at a fixed phase', () => {
  expect(instants(new Cadence(10_000, 0.25), 0, 4)).toEqual([2_500, 12_500, 22_500, 32_500]);
});

test('a timer that fires early or late neither doubles a cell nor shifts the phase', () => {
  const cadence = new Cadence(10_000, 0.25);
  expect(cadence.next(0)).toBe(2_500);
  expect(cadence.next(2_499.4)).toBe(12_500);
  expect(cadence.next(14_000)).toBe(22_500);
});

test('after an outage the cadence is a third faster for a third of its length, and no longer', () => {
  const cadence = new Cadence(10_000, 0);
  cadence.outage(90_000, 100_000);
  expect(instants(cadence, 100_000, 7)).toEqual([105_000, 112_500, 120_000, 127_500, 135_000, 140_000, 150_000]);
});

test('hubs that catch up are spread as evenly as ever', () => {
  const hubs = 3_000;
  const tenths = new Array(10).fill(0);
  for (let hub = 0; hub < hubs; hub++) {
    const cadence = new Cadence(10_000, hub / hubs);
    cadence.outage(3_600_000, 0);
    tenths[Math.floor(cadence.next(0) / 750.001)] += 1;
  }
  for (const count of tenths) expect(count).toBeCloseTo(hubs / 10, -1);
});

test('a second outage never shortens what the first one left', () => {
  const cadence = new Cadence(10_000, 0);
  cadence.outage(90_000, 100_000);
  cadence.outage(30_000, 110_000);
  expect(cadence.fastLeftMs(110_000)).toBe(20_000);
  expect(cadence.fastLeftMs(200_000)).toBe(0);
});

test('a short break changes nothing', () => {
  const cadence = new Cadence(10_000, 0);
  cadence.outage(19_999, 100_000);
  expect(instants(cadence, 100_000, 2)).toEqual([110_000, 120_000]);
});

test('instants only ever grow, by at most one cadence beyond now', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.array(fc.double({ min: 0, max: 50_000, noNaN: true }), { maxLength: 40 }),
      (phase, steps) => {
        const cadence = new Cadence(10_000, phase);
        let nowMs = 0;
        let before = Number.NEGATIVE_INFINITY;
        for (const step of steps) {
          nowMs += step;
          const next = cadence.next(nowMs);
          expect(next).toBeGreaterThan(before);
          expect(next).toBeLessThanOrEqual(Math.max(nowMs, before) + 10_000.001);
          before = next;
        }
      },
    ),
  );
});
