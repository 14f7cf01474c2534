import { describe, expect, it } from 'vitest';
import { CANARIES } from './canaries.ts';
import { simulate } from './link.ts';
import { runSeeds } from './range.ts';

const SEEDS = Number(process.env.ENGAWA_SIMULATION_SEEDS ?? 10_000);
const CANARY_SEEDS = 3000;
/** Seeds that once broke a promise, each kept with what it found. */
const FIXED_SEEDS = [
  [57, 'a row deleted by another answer could no longer be found by the purge of its cell'],
  [11801, 'a void range already received was never declared again, so its row stayed for ever'],
  [23816, 'two restores left the same distance to the kept ordinal'],
] as const;

describe('hub and broker over a bad network, through crashes and restores', () => {
  it(`lose, double and resurrect nothing in ${SEEDS} seeds`, { timeout: 60_000 + SEEDS * 5 }, async () => {
    const { broken, counts } = await runSeeds(0, SEEDS);
    expect(broken).toEqual([]);
    for (const [name, count] of Object.entries(counts)) expect(count, `${name} never happened`).toBeGreaterThan(0);
  });

  it.each(FIXED_SEEDS)('seed %i stays right: %s', (seed) => {
    expect(simulate({ seed }).violations).toEqual([]);
  });

  it('a longer stretch with many restarts stays right', () => {
    for (const seed of [1, 2, 3, 40, 41, 64]) expect(simulate({ seed, steps: 2000 }).violations).toEqual([]);
  });

  it('the same seed gives the same trace, another seed another', () => {
    const hashes = [1, 64, 41, 1, 64, 41].map((seed) => simulate({ seed }).traceHash);
    expect(hashes.slice(0, 3)).toEqual(hashes.slice(3));
    expect(new Set(hashes).size).toBe(3);
  });
});

describe('the checkers see a machine broken on purpose', () => {
  it.each(CANARIES)('$name', ({ faults, sees }) => {
    for (let seed = 0; seed < CANARY_SEEDS; seed++) {
      if (simulate({ seed, faults }).violations.some(({ kind }) => kind === sees)) return;
    }
    expect.fail(`not seen in ${CANARY_SEEDS} seeds`);
  });
});
