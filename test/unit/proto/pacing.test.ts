import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnsweredCell,
  heard,
  idleLoad,
  type Load,
  mayCarryBacklog,
  paced,
  reconnectSpreadMs,
  UNHEARD,
} from '../../../proto/pacing.ts';

const pacing = (backlogWaitMs: number) => ({ backlogWaitMs, reconnectSpreadMs: 0 });
const BOUNDS = { busyFromMs: 100, longestWaitMs: 3_600_000 };
const at = (nowMs: number, underWay = 0, credit = 8) => ({ nowMs, underWay, credit });

describe('a hub', () => {
  it('sends no backlog before what it asked on a connection is answered; without pacing that means at once', () => {
    expect(mayCarryBacklog(UNHEARD, at(1e9))).toBe(false);
    expect(mayCarryBacklog(heard(undefined, 5), at(5))).toBe(true);
  });

  it('waits as long as it was told, and then has one cell with backlog under way', () => {
    const pace = heard(pacing(700), 100);
    expect([mayCarryBacklog(pace, at(799)), mayCarryBacklog(pace, at(800))]).toEqual([false, true]);
    expect(mayCarryBacklog(pace, at(900, 1))).toBe(false);
  });

  it('has two cells with backlog under way, and leaves one of its credit to live data', () => {
    const pace = heard(pacing(0), 0);
    expect([1, 2].map((underWay) => mayCarryBacklog(pace, at(1, underWay)))).toEqual([true, false]);
    expect([0, 1].map((underWay) => mayCarryBacklog(pace, at(1, underWay, 2)))).toEqual([true, false]);
    expect([0, 1].map((underWay) => mayCarryBacklog(pace, at(1, underWay, 1)))).toEqual([true, false]);
  });
});

describe('a broker', () => {
  const CELL = { nowMs: 0, hadBacklog: true, asks: true, waitedMs: 0, workMs: 10, drawn: 0.5 };
  const answerAll = (load: Load, cells: number, change: Partial<AnsweredCell>) => {
    const waits: number[] = [];
    let after = load;
    for (let cell = 0; cell < cells; cell++) {
      const result = paced(after, { ...CELL, ...change }, BOUNDS);
      after = result.load;
      waits.push(result.backlogWaitMs);
    }
    return { load: after, waits };
  };

  it('says "at once" as often as it has time to spare, and then gives places', () => {
    const { waits } = answerAll(idleLoad(10), 8, { nowMs: 1000 });
    // A fifth of a quarter of a second is five cells of 10 ms; a place takes 12.5 ms, for four fifths of the time.
    expect(waits).toEqual([0, 0, 0, 0, 0, 13, 25, 38]);
  });

  it('gives only places while cells wait long, the wider the longer they do', () => {
    const first = (waitedMs: number) => answerAll(idleLoad(10), 1, { nowMs: 1000, waitedMs }).waits;
    expect([100, 150, 9000].map((waitedMs) => first(waitedMs)[0])).toEqual([13, 19, 25]);
  });

  it('gives nothing to a cell that does not ask', () => {
    const { load, waits } = answerAll(idleLoad(10), 3, { nowMs: 1000, waitedMs: 500, asks: false });
    expect([load.placeMs, ...waits]).toEqual([0, 0, 0, 0]);
  });

  it('learns what a cell costs, whatever it guessed first', () => {
    for (const guessMs of [0.01, 500]) {
      const { load } = answerAll(idleLoad(guessMs), 400, { workMs: 7 });
      expect(load.cellMs).toBeCloseTo(7, 1);
    }
  });

  it('leaves to everything else the time that it takes', () => {
    let load = idleLoad(10);
    for (let nowMs = 0; nowMs < 20_000; nowMs += 10) {
      load = paced(load, { ...CELL, nowMs, hadBacklog: false, asks: false, workMs: 4 }, BOUNDS).load;
    }
    expect(load.otherShare).toBeCloseTo(0.4, 1);
    const { waits } = answerAll(load, 1, { nowMs: 20_000, waitedMs: 100 });
    expect(waits[0]).toBeGreaterThan(24);
  });

  it('scatters waits evenly around the place', () => {
    const waits = [0, 0.5, 0.999].map(
      (drawn) => answerAll({ ...idleLoad(10), placeMs: 100_000 }, 1, { waitedMs: 100, drawn }).waits[0],
    );
    expect(waits.map((wait) => Math.round((wait ?? 0) / 1000))).toEqual([50, 100, 150]);
  });

  it('never asks for a negative wait or one above its bound', () => {
    const cells = fc.record({
      stepMs: fc.double({ min: -50, max: 100_000, noNaN: true }),
      hadBacklog: fc.boolean(),
      asks: fc.boolean(),
      waitedMs: fc.integer({ min: 0, max: 6000 }),
      workMs: fc.double({ min: -1, max: 500, noNaN: true }),
      drawn: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 60 }), (list) => {
        let load = idleLoad(1);
        let nowMs = 0;
        for (const { stepMs, ...cell } of list) {
          nowMs += stepMs;
          const result = paced(load, { nowMs, ...cell }, BOUNDS);
          load = result.load;
          expect(Number.isInteger(result.backlogWaitMs)).toBe(true);
          expect(result.backlogWaitMs).toBeGreaterThanOrEqual(0);
          expect(result.backlogWaitMs).toBeLessThanOrEqual(BOUNDS.longestWaitMs);
          expect(load.otherShare).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('spreads a million hubs over 250 seconds at 4,000 a second, and ten over nothing one notices', () => {
    expect([reconnectSpreadMs(1_000_000, 4000), reconnectSpreadMs(10, 4000), reconnectSpreadMs(0, 4000)]).toEqual([
      250_000, 3, 0,
    ]);
  });
});
