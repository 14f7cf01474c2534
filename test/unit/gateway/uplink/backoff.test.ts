import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LIMITS } from '../../../../gateway/limits.ts';
import { Backoff } from '../../../../gateway/uplink/backoff.ts';

const bounds = (backoff: Backoff, count: number) => Array.from({ length: count }, () => backoff.next());

test('bounds double from a second to five minutes, and begin again after an answer', () => {
  const backoff = new Backoff(() => 1);
  expect(bounds(backoff, 10)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300].map((seconds) => seconds * 1000));
  expect(backoff.next()).toBe(LIMITS.reconnectMaxMs);
  backoff.answered();
  expect(backoff.next()).toBe(1000);
});

test('waits are drawn from nothing up to the bound', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (drawn) => {
      expect(new Backoff(() => drawn).next()).toBeCloseTo(drawn * LIMITS.reconnectMinMs);
    }),
  );
});

test('the first bound is the time over which the broker wants its hubs spread, within the limits', () => {
  const backoff = new Backoff(() => 1);
  backoff.spread(250_000);
  expect(bounds(backoff, 3)).toEqual([250_000, 300_000, 300_000]);
  backoff.answered();
  backoff.spread(86_400_000);
  expect(backoff.next()).toBe(LIMITS.reconnectMaxMs);
  backoff.answered();
  backoff.spread(0);
  expect(backoff.next()).toBe(LIMITS.reconnectMinMs);
});
