import { describe, expect, test } from 'vitest';
import { HomeClock } from '../../../../gateway/time/home-clock.ts';

const HOUR_MS = 3_600_000;
/** Noon of a winter's day, in every zone the same date. */
const NOON_MS = Date.UTC(2027, 0, 20, 12);

class HandClock {
  #wallMs = NOON_MS;
  #monotonicMs = 1000;

  wallMs = (): number => this.#wallMs;
  monotonicMs = (): number => this.#monotonicMs;

  pass(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
  }

  set(wallMs: number): void {
    this.#wallMs = wallMs;
  }
}

function clock(floorMs = 0, timeZone = 'Asia/Tokyo', speed = 1) {
  const machine = new HandClock();
  const scale = speed === 1 ? undefined : { originRealMs: NOON_MS, originHomeMs: NOON_MS, speed };
  return { machine, home: new HomeClock(machine, { floorMs, timeZone, scale }) };
}

describe('home time', () => {
  test('follows the wall clock while that is not behind the stored floor', () => {
    const { machine, home } = clock(NOON_MS - HOUR_MS);
    expect(home.now()).toEqual({ ms: NOON_MS, estimated: false });
    machine.pass(1234);
    expect(home.now()).toEqual({ ms: NOON_MS + 1234, estimated: false });
    expect(home.speed).toBe(1);
  });

  test('is floor plus monotonic time, and estimated, while the wall clock is behind the floor', () => {
    const { machine, home } = clock(NOON_MS + 10 * HOUR_MS);
    expect(home.now()).toEqual({ ms: NOON_MS + 10 * HOUR_MS, estimated: true });
    machine.pass(5000);
    expect(home.now()).toEqual({ ms: NOON_MS + 10 * HOUR_MS + 5000, estimated: true });
    machine.set(NOON_MS + 11 * HOUR_MS);
    expect(home.now()).toEqual({ ms: NOON_MS + 11 * HOUR_MS, estimated: false });
  });

  test('does not believe a wall clock from before this release', () => {
    const { machine, home } = clock();
    machine.set(Date.UTC(2025, 5, 1));
    expect(home.now().estimated).toBe(true);
  });

  test('never runs backwards, and goes on through an ordinary correction', () => {
    const { machine, home } = clock();
    home.now();
    machine.set(NOON_MS - 500);
    expect(home.now()).toEqual({ ms: NOON_MS, estimated: false });
    machine.pass(400);
    expect(home.now().ms).toBe(NOON_MS);
    machine.pass(200);
    expect(home.now()).toEqual({ ms: NOON_MS + 100, estimated: false });
  });

  test('does not follow a leap of the wall clock, and is not sold as certain while it lasts', () => {
    const { machine, home } = clock();
    home.now();
    machine.set(NOON_MS + 24 * HOUR_MS);
    expect(home.now()).toEqual({ ms: NOON_MS, estimated: true });
    machine.pass(60_000);
    expect(home.now()).toEqual({ ms: NOON_MS + 60_000, estimated: true });
    machine.set(NOON_MS + 61_000);
    expect(home.now()).toEqual({ ms: NOON_MS + 61_000, estimated: false });
  });

  test('runs faster in the demonstration only as it is told', () => {
    const { machine, home } = clock(0, 'Asia/Tokyo', 60);
    machine.pass(1000);
    expect(home.now()).toEqual({ ms: NOON_MS + 60_000, estimated: false });
    expect(home.speed).toBe(60);
    machine.set(NOON_MS + HOUR_MS);
    expect(home.now()).toEqual({ ms: NOON_MS + 60 * HOUR_MS, estimated: false });
    machine.set(NOON_MS);
    expect(home.now()).toEqual({ ms: NOON_MS + 60 * HOUR_MS, estimated: true });
  });
});

describe('the moment of a decision', () => {
  test.each([
    ['Asia/Tokyo', 21 * 60],
    ['UTC', 12 * 60],
    ['America/New_York', 7 * 60],
    ['Asia/Kathmandu', 17 * 60 + 45],
    ['Pacific/Kiritimati', 2 * 60],
    ['Pacific/Marquesas', 2 * 60 + 30],
  ])('has the minute of the day in %s', (zone, minuteOfDay) => {
    expect(clock(0, zone).home.moment()).toMatchObject({ nowMs: NOON_MS, minuteOfDay, trusted: true });
  });

  test('does not know the hour where the clocks change within what it may be off by', () => {
    const changeMs = Date.UTC(2027, 2, 28, 1);
    const trustedAt = (ms: number): boolean => {
      const machine = new HandClock();
      machine.set(ms);
      const home = new HomeClock(machine, { floorMs: 0, timeZone: 'Europe/Berlin', voucher: 'nobody' });
      home.hear('service');
      expect(home.now().estimated).toBe(false);
      return home.moment().trusted;
    };
    const around = [-17_000, -15_000, 0, 15_000, 17_000].map((off) => trustedAt(changeMs + off));
    expect(around).toEqual([true, false, false, false, true]);
  });

  test('says by how much an untrusted clock may be late', () => {
    const { home } = clock(NOON_MS + HOUR_MS);
    expect(home.moment()).toMatchObject({ trusted: false });
    expect(home.moment().laterByMs).toBeGreaterThan(0);
  });

  test.each([
    ['Europe/Paris', Date.UTC(2027, 2, 28, 0, 59, 59), 3600, Date.UTC(2027, 2, 28, 1), 7200],
    ['Europe/Paris', Date.UTC(2027, 9, 31, 0, 59, 59), 7200, Date.UTC(2027, 9, 31, 1), 3600],
    ['America/New_York', Date.UTC(2027, 2, 14, 6, 59, 59), -18_000, Date.UTC(2027, 2, 14, 7), -14_400],
    ['America/New_York', Date.UTC(2027, 10, 7, 5, 59, 59), -14_400, Date.UTC(2027, 10, 7, 6), -18_000],
  ])('changes its offset in %s at the instant the clocks change', (zone, before, beforeS, after, afterS) => {
    const { home } = clock(0, zone);
    expect([home.offsetS(before), home.offsetS(before), home.offsetS(after)]).toEqual([beforeS, beforeS, afterS]);
  });
});
