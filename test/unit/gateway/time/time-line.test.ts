import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../gateway/limits.ts';
import { bareMark, readTimeMark, writeTimeMark } from '../../../../gateway/time/time-mark.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, START_MS, World } from './world.ts';

const YEARS_MS = 20 * 365 * DAY_MS;

/** A machine whose clock a time server has set, and the server gone again. */
function set(kind?: ConstructorParameters<typeof World>[0]): World {
  const world = new World(kind);
  world.server = { lieMs: 0 };
  world.pass(MINUTE_MS);
  world.loseServer();
  world.pass(1000);
  return world;
}

/** By how much home time is behind true time, and whether it is sold as certain. */
const state = (world: World) => ({
  behindMs: Math.round(world.trueMs - world.clock.now().ms),
  estimated: world.clock.now().estimated,
});
const RIGHT = { behindMs: 0, estimated: false };
const laterBy = (world: World) => world.clock.moment().laterByMs;

describe('a machine without battery clock', () => {
  test('has an estimate until a time server answers, and is right from then on', () => {
    const world = new World();
    expect(world.clock.now()).toEqual({ ms: START_MS, estimated: true });
    world.server = { lieMs: 0 };
    world.pass(10_000);
    expect(state(world)).toEqual(RIGHT);
  });

  test('stays trusted without internet for a month of running, and says by how much it may be off', () => {
    const world = set();
    world.pass(32 * DAY_MS);
    expect(state(world)).toEqual(RIGHT);
    expect(world.clock.moment().offByMs).toBeGreaterThan(4 * MINUTE_MS);
    world.pass(DAY_MS);
    expect(state(world).estimated).toBe(true);
    expect(laterBy(world)).toBeLessThan(6 * MINUTE_MS);
  });

  test('loses nothing by a restart of the hub alone', () => {
    const world = set();
    world.pass(HOUR_MS);
    world.restart();
    expect(state(world)).toEqual(RIGHT);
  });

  test('after a power cut is behind by as long as it was off, estimated, and judged a month later', () => {
    const world = set();
    world.powerCut(5 * HOUR_MS);
    expect(state(world)).toEqual({ behindMs: 5 * HOUR_MS, estimated: true });
    expect(laterBy(world)).toBeGreaterThanOrEqual(LIMITS.offMs);
    world.pass(3 * DAY_MS);
    expect(state(world)).toEqual({ behindMs: 5 * HOUR_MS, estimated: true });
    world.restart();
    expect(laterBy(world)).toBeGreaterThanOrEqual(LIMITS.offMs);
    world.server = { lieMs: 0 };
    world.pass(1000);
    expect(state(world)).toEqual(RIGHT);
    expect(laterBy(world)).toBeLessThan(MINUTE_MS);
  });

  test('does not believe 1970, nor a clock from before this release', () => {
    for (const wakesAtMs of [0, Date.UTC(2025, 5, 1)]) {
      const world = set();
      const before = world.clock.now().ms;
      world.powerCut(HOUR_MS, wakesAtMs);
      world.pass(1000);
      expect(world.clock.now()).toEqual({ ms: before + 1000, estimated: true });
      expect(world.mark.floorMs).toBe(before + 1000);
    }
  });

  test.each([HOUR_MS, YEARS_MS])(
    'does not believe a person who sets the clock ahead, nor keep it as the floor',
    (by) => {
      const world = set();
      const before = world.clock.now().ms;
      world.set(world.wallMs + by);
      world.pass(2 * HOUR_MS);
      expect(world.clock.now()).toEqual({ ms: before + 2 * HOUR_MS, estimated: true });
      expect(world.mark.floorMs).toBe(before + 2 * HOUR_MS);
      world.set(world.trueMs);
      world.pass(1000);
      expect(state(world)).toEqual(RIGHT);
    },
  );

  test('goes on through a clock set back inside a window, and through an ordinary correction', () => {
    const world = set();
    world.set(world.wallMs - HOUR_MS);
    world.pass(MINUTE_MS);
    expect(state(world)).toEqual({ behindMs: 0, estimated: true });
    world.set(world.trueMs - 500);
    expect(state(world)).toEqual(RIGHT);
  });

  test('takes the word of a person who says that the clock is right', () => {
    const world = set();
    world.powerCut(5 * HOUR_MS);
    world.set(world.trueMs);
    expect(state(world).estimated).toBe(true);
    world.clock.hear('person');
    expect(state(world)).toEqual(RIGHT);
    world.pass(HOUR_MS);
    expect(state(world)).toEqual(RIGHT);
  });

  test('notices that it slept, and is careful until it did', () => {
    const world = set();
    world.sleep(8 * HOUR_MS);
    expect(state(world)).toEqual({ behindMs: 8 * HOUR_MS, estimated: true });
    expect(laterBy(world)).toBeGreaterThan(8 * HOUR_MS);
    world.pass(1000);
    expect(state(world)).toEqual(RIGHT);
  });

  test('makes home time stand still for a leap second, and not run back', () => {
    const world = set();
    for (let third = 0; third < 3; third += 1) {
      const before = world.clock.now().ms;
      world.set(world.wallMs - 333);
      expect(world.clock.now()).toEqual({ ms: before, estimated: false });
      world.trueMs -= 333;
      world.server = { lieMs: 0 };
      world.pass(0);
      expect(world.clock.now()).toEqual({ ms: before, estimated: false });
      world.pass(10_000);
      expect(state(world)).toEqual(RIGHT);
      world.loseServer();
    }
    expect(world.returns).toBe(0);
  });
});

describe('a machine with a battery clock', () => {
  const BATTERY = { battery: true, asks: true, drift: 0 };

  test('is right when it wakes, without internet', () => {
    const world = set(BATTERY);
    world.powerCut(10 * DAY_MS);
    world.pass(1000);
    expect(state(world)).toEqual(RIGHT);
    expect(world.clock.moment().offByMs).toBeGreaterThan(MINUTE_MS);
  });

  test('is not believed when its battery is flat, nor years ahead', () => {
    for (const wakesAtMs of [0, START_MS + YEARS_MS]) {
      const world = set(BATTERY);
      world.powerCut(HOUR_MS, wakesAtMs);
      world.pass(3 * HOUR_MS);
      expect(state(world)).toEqual({ behindMs: HOUR_MS, estimated: true });
    }
  });
});

describe('a machine that cannot be asked', () => {
  const UNKNOWN = { battery: true, asks: false, drift: 0 };

  test('is believed while it is plausible', () => {
    const world = new World(UNKNOWN);
    expect(state(world)).toEqual(RIGHT);
    world.powerCut(90 * DAY_MS);
    expect(state(world)).toEqual(RIGHT);
  });

  test('is not believed an hour long when it leaps ahead, and not at all by years', () => {
    const world = new World(UNKNOWN);
    world.pass(MINUTE_MS);
    world.set(world.wallMs + DAY_MS);
    world.trueMs += DAY_MS;
    for (let minute = 0; minute < 60; minute += 1) {
      world.pass(MINUTE_MS);
      expect(state(world)).toEqual({ behindMs: DAY_MS, estimated: true });
    }
    world.pass(MINUTE_MS);
    expect(state(world)).toEqual(RIGHT);
    world.set(world.wallMs + YEARS_MS);
    world.pass(DAY_MS);
    expect(state(world)).toEqual({ behindMs: 0, estimated: true });
  });
});

describe('a floor that was wrong', () => {
  test('is thrown away when a time server contradicts it for an hour, and home time comes back', () => {
    const world = set();
    world.server = { lieMs: YEARS_MS };
    for (let minute = 0; minute <= 61; minute += 1) world.pass(MINUTE_MS);
    expect(state(world)).toEqual({ behindMs: -YEARS_MS, estimated: false });
    world.server = { lieMs: 0 };
    for (let minute = 0; minute < 60; minute += 1) {
      world.pass(MINUTE_MS);
      expect(state(world)).toEqual({ behindMs: -YEARS_MS, estimated: true });
    }
    world.pass(MINUTE_MS);
    expect(state(world)).toEqual(RIGHT);
    expect(world.returns).toBe(1);
    expect(world.mark.floorMs).toBe(world.trueMs);
    expect(world.clock.told).toHaveLength(2);
    world.restart();
    expect(world.clock.told).toHaveLength(2);
  });

  test('is thrown away too when an earlier release had stored it', () => {
    const world = set();
    const text = String(world.trueMs + YEARS_MS);
    expect(readTimeMark(text)).toEqual(bareMark(world.trueMs + YEARS_MS));
  });

  test('is kept when the time server contradicts it for less than an hour', () => {
    const world = set();
    const before = world.trueMs;
    world.server = { lieMs: -DAY_MS };
    for (let minute = 0; minute < 59; minute += 1) world.pass(MINUTE_MS);
    world.server = { lieMs: 0 };
    world.pass(MINUTE_MS);
    expect(state(world)).toEqual(RIGHT);
    expect(world.clock.now().ms).toBe(before + HOUR_MS);
    expect(world.returns).toBe(0);
  });
});

describe('the mark', () => {
  test('is read as it was written', () => {
    const mark = set().mark;
    expect(readTimeMark(writeTimeMark(mark))).toEqual(mark);
  });

  test.each([undefined, '', '0', '{', 'null', '{}', '[]', '{"floorMs":1}', '"x"'])('is none when it is %s', (text) => {
    expect(readTimeMark(text)).toBeUndefined();
  });
});
