import { expect, test } from 'vitest';
import { LIMITS } from '../../../../gateway/limits.ts';
import { BacklogMark } from '../../../../gateway/uplink/backlog-mark.ts';
import { Outage } from '../../../../gateway/uplink/outage.ts';

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;

test('inside one process an outage lasts from the lost connection to the next', () => {
  const outage = new Outage(undefined);
  expect(outage.up(5, NOW)).toBe(0);
  outage.down(1000);
  outage.down(2000);
  expect(outage.up(61_000, NOW)).toBe(60_000);
  expect(outage.up(90_000, NOW)).toBe(0);
});

test('a hub that was restarted meanwhile counts from the contact an earlier process stored, once', () => {
  const outage = new Outage(NOW - HOUR_MS);
  outage.down(0);
  expect(outage.up(10_000, NOW)).toBe(HOUR_MS);
  outage.down(20_000);
  expect(outage.up(30_000, NOW)).toBe(10_000);
});

test('a clock that ran backwards makes no outage, one that leapt none of more than a year', () => {
  expect(new Outage(NOW).up(0, 0)).toBe(0);
  expect(new Outage(0).up(0, NOW)).toBe(366 * 24 * HOUR_MS);
});

test('contact is stored once a minute, and at the end always', () => {
  const outage = new Outage(undefined);
  expect(outage.contact(NOW, 0)).toBe(NOW);
  expect(outage.contact(NOW + LIMITS.contactEveryMs - 1, 0)).toBeUndefined();
  expect(outage.contact(NOW + LIMITS.contactEveryMs - 1, 0, true)).toBe(NOW + LIMITS.contactEveryMs - 1);
});

test('faster cadence that is still owed survives a restart', () => {
  const fastMs = HOUR_MS * LIMITS.catchUpShare;
  const stored = new Outage(undefined).contact(NOW, fastMs / 2);
  expect(new Outage(stored).up(0, NOW)).toBe(HOUR_MS / 2);
});

test('a clock set back is stored as it is now', () => {
  expect(new Outage(NOW).contact(NOW - HOUR_MS, 0)).toBe(NOW - HOUR_MS);
});

test('rows that waited through an outage are backlog, what came after a short break is not', () => {
  const mark = new BacklogMark();
  mark.up(50, LIMITS.backlogAfterMs - 1);
  expect(mark.isBacklog(1)).toBe(false);
  mark.up(70, LIMITS.backlogAfterMs);
  expect([mark.isBacklog(70), mark.isBacklog(71), mark.upTo]).toEqual([true, false, 70]);
  mark.up(0, HOUR_MS);
  expect(mark.upTo).toBe(70);
});
