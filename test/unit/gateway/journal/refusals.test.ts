import { describe, expect, test } from 'vitest';
import { Refusals } from '../../../../gateway/journal/refusals.ts';
import { LIMITS } from '../../../../gateway/limits.ts';

const HOUR_MS = 3_600_000;

describe('refusals', () => {
  test('are added up by hour, device and reason, and written once', () => {
    const refusals = new Refusals();
    refusals.count(0, 1, 'noGrant');
    refusals.count(HOUR_MS - 1, 1, 'noGrant', 4);
    refusals.count(HOUR_MS, 1, 'noGrant');
    refusals.count(HOUR_MS, 2, 'late');
    expect(refusals.drain()).toEqual([
      ['refusal.add', 0, 1, 'noGrant', 5],
      ['refusal.add', 1, 1, 'noGrant', 1],
      ['refusal.add', 1, 2, 'late', 1],
    ]);
    expect(refusals.drain()).toEqual([]);
    expect(refusals.total).toBe(7);
  });

  test('that could not be written join what came meanwhile and count once in all', () => {
    const refusals = new Refusals();
    refusals.count(0, 1, 'noGrant', 2);
    const lost = refusals.drain();
    refusals.count(0, 1, 'noGrant');
    refusals.putBack([...lost, ['history.forget', 0]]);
    expect(refusals.drain()).toEqual([['refusal.add', 0, 1, 'noGrant', 3]]);
    expect(refusals.total).toBe(3);
  });

  test('stay within their limit of counters, and in the total', () => {
    const refusals = new Refusals();
    for (let device = 0; device <= LIMITS.refusalCounters; device += 1) refusals.count(0, device, 'late');
    expect(refusals.drain()).toHaveLength(LIMITS.refusalCounters);
    expect(refusals.total).toBe(LIMITS.refusalCounters + 1);
  });
});
