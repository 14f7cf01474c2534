import { describe, expect, it } from 'vitest';
import { type StampedeFaults, stampede, unbearable } from './stampede.ts';
import { stampedeOfCells } from './stampede-cells.ts';

const HOUR_MS = 3_600_000;
/** One worker with as many hubs as it serves. */
const HUBS = 10_000;
const afterAnHour = (seed: number, faults: StampedeFaults = {}) =>
  stampede({ seed, hubs: HUBS, outageMs: HOUR_MS, backlogCells: 5, faults });

describe('ten thousand hubs come back at once', () => {
  it.each([1, 2, 3])('after an hour, each with an hour of an event a second: seed %i', (seed) => {
    const result = afterAnHour(seed);
    expect(unbearable(result)).toEqual([]);
    // 50,000 full cells of 7.5 ms are 375 s of work beside the other cells; five minutes pass until the last hub is back.
    expect(result.drainedMs).toBeLessThan(720_000);
  });

  it('after a restart of the broker of ten seconds', () => {
    const result = stampede({ seed: 1, hubs: HUBS, outageMs: 10_000, backlogCells: 0 });
    expect(unbearable(result)).toEqual([]);
  });

  it('the same seed gives the same stampede', () => {
    const one = () => stampede({ seed: 7, hubs: 500, outageMs: 600_000, backlogCells: 2 });
    expect(one()).toEqual(one());
  });
});

describe('the same check sees a fleet broken on purpose', () => {
  it('without jitter all begin in one second', () => {
    expect(unbearable(afterAnHour(1, { noJitter: true }))).toContain('attemptsPerSecondAfter');
  });

  it('without pacing cells are dropped, and live data waits behind them', () => {
    expect(unbearable(afterAnHour(1, { noPacing: true }))).toEqual(
      expect.arrayContaining(['longestQueue', 'dropped', 'liveWaitMs']),
    );
  });
});

describe('hubs with real links and full cells', () => {
  it('drain beside live data: everything once, marked as what it is, and nothing new waits for the backlog', () => {
    const result = stampedeOfCells({ seed: 1, hubs: 80, backlog: 4_000 });
    expect(result.wrong).toBe(0);
    expect(result.stored).toBeGreaterThan(80 * 4_000);
    expect(result.cellWaitMs).toBeLessThan(500);
    expect(result.liveWaitMs).toBeLessThan(700);
    // 320,000 records are 3 s of work; four fifths of the time is given away as places.
    expect(result.drainedMs).toBeLessThan(6_000);
  });
});
