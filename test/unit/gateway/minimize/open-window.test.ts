import { describe, expect, test } from 'vitest';
import { observe } from '../../../../devices/observation.ts';
import type { Kind } from '../../../../devices/vocabulary.ts';
import type { LiveGrant } from '../../../../gateway/consent/grant.ts';
import type { Permitted } from '../../../../gateway/consent/permitted.ts';
import { LIMITS } from '../../../../gateway/limits.ts';
import { minimize } from '../../../../gateway/minimize/minimize.ts';
import {
  comeBack,
  type OpenWindow,
  resume,
  roll,
  WATCH_GAP_MS,
  watch,
} from '../../../../gateway/minimize/open-window.ts';
import type { Share } from '../../../../gateway/minimize/operators.ts';
import type { Level } from '../../../../proto/lists.ts';
import { NOON_MS } from '../../../kit/inner-home.ts';

const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const UTC = () => 0;
const at = (minute: number) => NOON_MS + minute * MINUTE_MS;

function grantOf(level: Level, more: Partial<LiveGrant> = {}): LiveGrant {
  return {
    agreement: 1,
    offer: 'offer',
    offerKey: 'ab'.repeat(16),
    category: 'power.appliance',
    level,
    windowMinutes: 15,
    lane: 'shaped',
    subject: 'home',
    epochDays: 30,
    legalClass: 'personal',
    voices: [{ person: 1, scope: {} }],
    fromMs: 0,
    expiresMs: NOON_MS * 2,
    ...more,
  };
}
const L4 = grantOf('L4');

/** A held value: until minute 20, counted until minute 5. */
const HELD: Share = { value: 1000, sinceMs: at(5), freshUntilMs: at(20), total: 42, coveredMs: 7 };
/** A value that is known but not held, as a state is. */
const KNOWN: Share = { value: 1, sinceMs: at(5), freshUntilMs: at(5), total: 3, coveredMs: 0 };

/** The quarter of an hour from noon, watched until minute 10. */
const QUARTER: OpenWindow = {
  category: 'power.appliance',
  property: 'power.active',
  subject: 0,
  startMs: NOON_MS,
  endMs: at(15),
  watchedUntilMs: at(10),
  watchedMs: 10 * MINUTE_MS,
  estimatedTime: false,
  shares: { 1: HELD, 2: KNOWN },
};

function see(grant: LiveGrant, kind: Kind, value: number, atMs: number, window?: OpenWindow) {
  const reading = { thing: 't', kind, value, quality: 'good' } as const;
  const observation = observe(reading, { device: 1, atMs, estimatedTime: false, origin: 'change' });
  return minimize({ observation, grant } as unknown as Permitted, window, UTC);
}

describe('watching', () => {
  test('counts what lies between two looks that are at most five minutes apart, up to the end of the window', () => {
    expect(watch(QUARTER, at(11))).toEqual({ ...QUARTER, watchedUntilMs: at(11), watchedMs: 11 * MINUTE_MS });
    const from = { ...QUARTER, watchedUntilMs: at(3), watchedMs: 0 };
    expect(watch(from, at(3) + WATCH_GAP_MS)).toMatchObject({ watchedMs: WATCH_GAP_MS, watchedUntilMs: at(8) });
    expect(watch(from, at(3) + WATCH_GAP_MS + 1)).toMatchObject({ watchedMs: 0, watchedUntilMs: at(8) + 1 });
    expect(watch(QUARTER, at(99))).toMatchObject({ watchedMs: QUARTER_MS, watchedUntilMs: at(15) });
    for (const minute of [10, 9]) expect(watch(QUARTER, at(minute))).toBe(QUARTER);
  });

  test('goes on after a pause from now: what was held is held from now, what is known stays as it is', () => {
    expect(resume(QUARTER, at(12))).toEqual({
      ...QUARTER,
      watchedUntilMs: at(12),
      shares: { 1: { ...HELD, sinceMs: at(12) }, 2: KNOWN },
    });
    expect(resume(QUARTER, at(3))).toEqual(QUARTER);
  });

  test('begins in the next window at its start, also when that is not the very next', () => {
    const counted = { ...QUARTER, property: 'contact.state', category: 'contact.doorWindow', shares: {} } as const;
    const grant = grantOf('L3');
    const { window } = roll(grant, { ...counted, endMs: NOON_MS + 4 * 60 * MINUTE_MS }, at(9 * 60 - 58), UTC);
    expect(window).toMatchObject({ startMs: at(8 * 60), watchedUntilMs: at(8 * 60 + 2), watchedMs: 2 * MINUTE_MS });
  });
});

describe('closing', () => {
  const closed = (grant: LiveGrant, window: OpenWindow) => roll(grant, window, at(15), UTC);

  test('of a state that nobody watched says nothing, whatever the state', () => {
    const window: OpenWindow = {
      ...QUARTER,
      category: 'contact.doorWindow',
      property: 'contact.state',
      watchedUntilMs: NOON_MS,
      watchedMs: 0,
      shares: { 1: KNOWN },
    };
    const result = closed(L4, window);
    expect([result.ready, result.withheld]).toEqual([[], undefined]);
    expect(closed(L4, { ...window, watchedUntilMs: at(14) }).ready).toMatchObject([{ value: 1, observedPermille: 66 }]);
  });

  test.each([
    [249, [], 'suppressed'],
    [250, [{ value: 100, observedPermille: 250 }], undefined],
  ] as const)('of power at L3 that was observed for %i thousandths', (permille, ready, withheld) => {
    const endMs = NOON_MS + 4 * 60 * MINUTE_MS;
    const coveredMs = (permille * 4 * 60 * MINUTE_MS) / 1000;
    const share = { value: 0, sinceMs: endMs, freshUntilMs: NOON_MS, total: 150_000 * coveredMs, coveredMs };
    const result = roll(grantOf('L3'), { ...QUARTER, endMs, shares: { 1: share } }, endMs, UTC);
    expect(result.ready).toMatchObject(ready);
    expect([result.ready.length, result.withheld]).toEqual([ready.length, withheld]);
  });

  test('by the next observation tells the same, and why it tells nothing', () => {
    const endMs = NOON_MS + 4 * 60 * MINUTE_MS;
    const step = see(grantOf('L3'), 'power.active', 5000, endMs, { ...QUARTER, endMs });
    expect([step.ready, step.withheld, step.refusal]).toEqual([[], 'suppressed', undefined]);
    expect(step.window?.startMs).toBe(endMs);
  });
});

describe('what has no profile', () => {
  test('a counter under a grant for certain hours is refused, power is not, nor a counter at any hour', () => {
    const hours = { hours: { fromMinute: 480, toMinute: 1200 } };
    for (const [kind, scope, refusal] of [
      ['energy.import', hours, 'noProfile'],
      ['energy.import', { rooms: ['hall'] }, undefined],
      ['power.active', hours, undefined],
    ] as const) {
      const step = see(grantOf('L4', { voices: [{ person: 1, scope }] }), kind, 5000, NOON_MS);
      expect([kind, step.refusal, step.withheld, step.ready.length]).toEqual([kind, refusal, undefined, 0]);
      expect(step.window === undefined).toBe(refusal !== undefined);
    }
    const before = see(
      grantOf('L4', { voices: [{ person: 1, scope: hours }] }),
      'energy.import',
      5000,
      NOON_MS,
      QUARTER,
    );
    expect(before.window).toBe(QUARTER);
  });

  test('a kind in a category it does not belong to is refused', () => {
    const reading = { thing: 't', kind: 'power.active', value: 1, quality: 'good' } as const;
    const about = { device: 1, atMs: NOON_MS, estimatedTime: false, origin: 'change' } as const;
    for (const category of ['lock.state', 'home.mesh', 'lock.keyHolder'] as const) {
      const permitted = { observation: observe(reading, { ...about, category }), grant: grantOf('L5') };
      expect(minimize(permitted as unknown as Permitted, undefined, UTC)).toMatchObject({
        ready: [],
        refusal: 'noProfile',
      });
    }
  });
});

describe('coming back from a time that was wrong', () => {
  const stretch = (from: number, to: number) => ({ startMs: at(from), endMs: at(to) });
  const TOLD = stretch(-60, -45);
  const back = (ms: number, told = [TOLD], window: OpenWindow = QUARTER) => comeBack(L4, window, { ms, told }, UTC);

  test('within the same window: everything moves back, nothing before its start, and its time is estimated', () => {
    expect(back(at(2))).toEqual({
      ...QUARTER,
      watchedUntilMs: at(2),
      estimatedTime: true,
      shares: {
        1: { ...HELD, sinceMs: NOON_MS, freshUntilMs: at(12) },
        2: { ...KNOWN, sinceMs: at(-3), freshUntilMs: at(-3) },
      },
      told: [TOLD],
    });
    expect(back(at(7)).shares).toMatchObject({ 1: { sinceMs: at(2) }, 2: { sinceMs: at(2) } });
  });

  test('to an earlier window: into the one that holds now', () => {
    expect(back(at(-20))).toMatchObject({ startMs: at(-30), endMs: at(-15), watchedUntilMs: at(-20) });
    expect(back(at(-20)).shares[1]).toMatchObject({ sinceMs: at(-25), freshUntilMs: at(-10) });
    expect(back(at(-29)).shares).toMatchObject({ 1: { sinceMs: at(-30) }, 2: { sinceMs: at(-34) } });
  });

  test('to a time that was told: into the first window after it, which it waits for', () => {
    expect(back(at(-50))).toMatchObject({ startMs: at(-45), endMs: at(-30), watchedUntilMs: at(-45) });
    const more = [TOLD, stretch(-45, -30), stretch(-15, 0)];
    expect(back(at(-50), more)).toMatchObject({
      startMs: at(-30),
      endMs: at(-15),
      watchedUntilMs: at(-30),
      told: more,
    });
    expect(back(at(-50), [stretch(-60, -40)])).toMatchObject({ startMs: at(-30) });
  });

  test('not out of a window that has begun, though part of it was told', () => {
    const told = [stretch(0, 5)];
    for (const minute of [0, 2]) expect(back(at(minute), told)).toMatchObject({ startMs: NOON_MS, endMs: at(15) });
  });

  test('not at all by a minute, without a stretch that was told, a second time, or where nothing gathers', () => {
    expect(LIMITS.clockToleranceMs).toBe(MINUTE_MS);
    expect(back(at(9))).toBe(QUARTER);
    expect(back(at(9) - 1)).not.toBe(QUARTER);
    expect(back(at(12))).toBe(QUARTER);
    expect(back(at(2), [])).toBe(QUARTER);
    const once = { ...QUARTER, told: [TOLD] };
    expect(back(at(2), [{ ...TOLD }], once)).toBe(once);
    for (const other of [stretch(-61, -45), stretch(-60, -44)])
      expect(back(at(2), [other], once)).toMatchObject({ told: [other, TOLD] });
    expect(comeBack(grantOf('L5'), QUARTER, { ms: at(2), told: [TOLD] }, UTC)).toBe(QUARTER);
  });

  test('remembers no more stretches than it may', () => {
    const most = 2 * LIMITS.toldStretches;
    const many = Array.from({ length: most }, (_, n) => stretch(-1000 - 15 * n, -990 - 15 * n));
    const { told } = back(at(2), [TOLD], { ...QUARTER, told: many });
    expect(told).toEqual([TOLD, ...many.slice(0, most - 1)]);
    const rolled = roll(L4, { ...QUARTER, told: [TOLD, ...many] }, at(15), UTC).window;
    expect(rolled?.told).toEqual([TOLD, { startMs: NOON_MS, endMs: at(15) }, ...many.slice(0, most - 1)]);
  });

  test('the next window is told of the one that closed, and goes round what was told', () => {
    const next = roll(L4, { ...QUARTER, told: [TOLD, stretch(15, 30)] }, at(16), UTC).window;
    expect(next).toMatchObject({ startMs: at(30), endMs: at(45), watchedUntilMs: at(30), watchedMs: 0 });
    expect(next?.told).toEqual([TOLD, { startMs: NOON_MS, endMs: at(15) }, stretch(15, 30)]);
    expect(roll(L4, { ...QUARTER, told: [] }, at(15), UTC).window?.told).toEqual([{ startMs: NOON_MS, endMs: at(15) }]);
    expect(roll(L4, QUARTER, at(15), UTC).window).not.toHaveProperty('told');
  });
});
