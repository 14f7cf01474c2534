import { describe, expect, test } from 'vitest';
import { overlap, windowAt } from '../../../../gateway/minimize/window.ts';
import { HomeClock } from '../../../../gateway/time/home-clock.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

function zoneOf(timeZone: string) {
  return new HomeClock({ wallMs: () => 0, monotonicMs: () => 0 }, { floorMs: 0, timeZone }).offsetS;
}
const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
function windowOf(zone: string, at: string, windowS: number) {
  const { startMs, endMs } = windowAt(Date.parse(`${at}Z`), windowS, zoneOf(zone));
  return `${iso(startMs)} ${iso(endMs)}`;
}

describe('a window', () => {
  test.each([
    ['UTC', '2027-01-20T12:07', 900, '2027-01-20T12:00 2027-01-20T12:15'],
    ['UTC', '2027-01-20T12:15', 900, '2027-01-20T12:15 2027-01-20T12:30'],
    ['Asia/Tokyo', '2027-01-20T14:59', 1800, '2027-01-20T14:30 2027-01-20T15:00'],
    ['Asia/Kathmandu', '2027-01-20T12:07', 3600, '2027-01-20T11:15 2027-01-20T12:15'],
    // The day, 4 hours: aligned to the home's midnight (15:00 UTC in Tokyo).
    ['Asia/Tokyo', '2027-01-20T14:59', 86_400, '2027-01-19T15:00 2027-01-20T15:00'],
    ['Asia/Tokyo', '2027-01-20T15:00', 14_400, '2027-01-20T15:00 2027-01-20T19:00'],
    // Spring, Paris: at 01:00 UTC the clock leaps from 02:00 to 03:00; the day has 23 hours; its first band would
    // have 3, finer than was agreed, and is joined with the next.
    ['Europe/Paris', '2027-03-28T12:00', 86_400, '2027-03-27T23:00 2027-03-28T22:00'],
    ['Europe/Paris', '2027-03-28T00:30', 14_400, '2027-03-27T23:00 2027-03-28T06:00'],
    ['Europe/Paris', '2027-03-28T01:30', 14_400, '2027-03-27T23:00 2027-03-28T06:00'],
    ['Europe/Paris', '2027-03-28T02:00', 14_400, '2027-03-27T23:00 2027-03-28T06:00'],
    ['Europe/Paris', '2027-03-28T00:59', 3600, '2027-03-28T00:00 2027-03-28T01:00'],
    ['Europe/Paris', '2027-03-28T01:00', 3600, '2027-03-28T01:00 2027-03-28T02:00'],
    // Autumn, Paris: at 01:00 UTC the clock falls from 03:00 to 02:00; 25 hours, the first band 5.
    ['Europe/Paris', '2027-10-31T12:00', 86_400, '2027-10-30T22:00 2027-10-31T23:00'],
    ['Europe/Paris', '2027-10-31T00:30', 14_400, '2027-10-30T22:00 2027-10-31T03:00'],
    ['Europe/Paris', '2027-10-31T01:30', 14_400, '2027-10-30T22:00 2027-10-31T03:00'],
    // New York: 07:00 UTC in spring, 06:00 UTC in autumn.
    ['America/New_York', '2027-03-14T12:00', 86_400, '2027-03-14T05:00 2027-03-15T04:00'],
    ['America/New_York', '2027-03-14T06:30', 14_400, '2027-03-14T05:00 2027-03-14T12:00'],
    ['America/New_York', '2027-11-07T12:00', 86_400, '2027-11-07T04:00 2027-11-08T05:00'],
    ['America/New_York', '2027-11-07T06:30', 14_400, '2027-11-07T04:00 2027-11-07T09:00'],
    ['America/New_York', '2027-11-07T05:59', 900, '2027-11-07T05:45 2027-11-07T06:00'],
    ['America/New_York', '2027-11-07T06:00', 900, '2027-11-07T06:00 2027-11-07T06:15'],
    // Casey went back by three hours at 18:00 UTC: the band in which the clock showed an hour twice holds its instants.
    ['Antarctica/Casey', '2011-10-27T18:00', 14_400, '2011-10-27T17:00 2011-10-27T21:00'],
    ['Antarctica/Casey', '2011-10-27T19:30', 14_400, '2011-10-27T17:00 2011-10-27T21:00'],
    // Lord Howe changes by half an hour, at 15:00 UTC in autumn and 15:30 in spring: half hours stand still, an hour that
    // would be cut is joined with the next.
    ['Australia/Lord_Howe', '2027-04-03T13:30', 3600, '2027-04-03T13:00 2027-04-03T14:00'],
    ['Australia/Lord_Howe', '2027-04-03T14:10', 1800, '2027-04-03T14:00 2027-04-03T14:30'],
    ['Australia/Lord_Howe', '2027-04-03T14:10', 3600, '2027-04-03T14:00 2027-04-03T15:30'],
    ['Australia/Lord_Howe', '2027-04-03T15:10', 3600, '2027-04-03T14:00 2027-04-03T15:30'],
    ['Australia/Lord_Howe', '2027-04-03T15:40', 3600, '2027-04-03T15:30 2027-04-03T16:30'],
    ['Australia/Lord_Howe', '2027-10-02T15:10', 3600, '2027-10-02T14:30 2027-10-02T15:30'],
    ['Australia/Lord_Howe', '2027-10-02T15:40', 1800, '2027-10-02T15:30 2027-10-02T16:00'],
    ['Australia/Lord_Howe', '2027-10-02T15:40', 3600, '2027-10-02T15:30 2027-10-02T17:00'],
    ['Australia/Lord_Howe', '2027-10-02T16:10', 3600, '2027-10-02T15:30 2027-10-02T17:00'],
  ])('in %s at %s of %i s is %s', (zone, at, windowS, expected) => {
    expect(windowOf(zone, at, windowS)).toBe(expected);
  });

  const changes: [string, number][] = [
    ['Europe/Paris', Date.UTC(2027, 2, 27)],
    ['Europe/Paris', Date.UTC(2027, 9, 30)],
    ['America/New_York', Date.UTC(2027, 2, 13)],
    ['America/New_York', Date.UTC(2027, 10, 6)],
    ['Asia/Tokyo', Date.UTC(2027, 5, 1)],
    // Clocks that change at midnight itself.
    ['Africa/Cairo', Date.UTC(2027, 3, 28)],
    ['Africa/Cairo', Date.UTC(2027, 9, 27)],
    ['America/Havana', Date.UTC(2027, 2, 13)],
    ['America/Havana', Date.UTC(2027, 10, 6)],
    ['Asia/Beirut', Date.UTC(2027, 2, 27)],
    ['Asia/Beirut', Date.UTC(2027, 9, 30)],
  ];
  test.each(
    changes.flatMap(([zone, fromMs]) =>
      [900, 1800, 3600, 14_400, 86_400].map((windowS) => [zone, iso(fromMs), windowS, fromMs] as const),
    ),
  )(
    'in %s from %s, windows of %i s follow each other without gap or overlap and hold their instants',
    (name, _, windowS, fromMs) => {
      const zone = zoneOf(name);
      let before = windowAt(fromMs, windowS, zone);
      for (let atMs = fromMs; atMs < fromMs + 4 * 24 * HOUR_MS; atMs += 15 * MINUTE_MS) {
        const now = windowAt(atMs, windowS, zone);
        expect(now.startMs).toBeLessThanOrEqual(atMs);
        expect(now.endMs).toBeGreaterThan(atMs);
        expect(now.startMs === before.startMs ? now.endMs : now.startMs).toBe(before.endMs);
        before = now;
      }
    },
  );
});

describe('two stretches', () => {
  test.each([
    [0, 10, 10, 20, false],
    [0, 11, 10, 20, true],
    [10, 20, 0, 10, false],
    [10, 20, 0, 11, true],
    [0, 30, 10, 20, true],
    [12, 13, 10, 20, true],
    [0, 5, 10, 20, false],
  ])('%i to %i and %i to %i share time: %s', (startMs, endMs, otherStartMs, otherEndMs, shares) => {
    expect(overlap({ startMs, endMs }, { startMs: otherStartMs, endMs: otherEndMs })).toBe(shares);
  });
});
