import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Observation, observe } from '../../devices/observation.ts';
import type { Kind } from '../../devices/vocabulary.ts';
import type { LiveGrant } from '../../gateway/consent/grant.ts';
import { minimize } from '../../gateway/minimize/minimize.ts';
import type { Minimized } from '../../gateway/minimize/minimized.ts';
import type { ZoneOffsetS } from '../../gateway/minimize/window.ts';
import { HomeClock } from '../../gateway/time/home-clock.ts';
import type { Category, Level } from '../../proto/lists.ts';
import { type Happening, STAGES, type Stages, walk } from '../kit/pure-walk.ts';

const HOUR_MS = 3_600_000;
const CATEGORY: Partial<Record<Kind, Category>> = {
  'contact.state': 'contact.doorWindow',
  'power.active': 'power.appliance',
};
/** Days on which the clocks change, and one on which they do not. */
const ZONES = [
  ['Asia/Tokyo', Date.UTC(2027, 0, 20)],
  ['Europe/Paris', Date.UTC(2027, 2, 27, 20)],
  ['Europe/Paris', Date.UTC(2027, 9, 30, 20)],
  ['America/New_York', Date.UTC(2027, 2, 13, 22)],
  ['America/New_York', Date.UTC(2027, 10, 6, 22)],
] as const;

interface Case {
  readonly zone: (typeof ZONES)[number];
  readonly level: Level;
  readonly windowMinutes: 15 | 30 | 60;
  readonly kind: Kind;
  readonly subject: 'home' | 'device';
  readonly fromMinute: number;
  readonly events: readonly { minute: number; device: number; value: number }[];
}

const aCase: fc.Arbitrary<Case> = fc.record({
  zone: fc.constantFrom(...ZONES),
  level: fc.constantFrom<Level>('L0', 'L1', 'L2', 'L3', 'L4', 'L5'),
  windowMinutes: fc.constantFrom(15 as const, 30 as const, 60 as const),
  kind: fc.constantFrom<Kind>('contact.state', 'power.active'),
  subject: fc.constantFrom('home' as const, 'device' as const),
  fromMinute: fc.integer({ min: 0, max: 600 }),
  events: fc.array(
    fc.record({
      minute: fc.integer({ min: 0, max: 52 * 60 }),
      device: fc.integer({ min: 1, max: 3 }),
      value: fc.integer({ min: 0, max: 1 }),
    }),
    { maxLength: 60 },
  ),
});

function zoneOf(name: string): ZoneOffsetS {
  return new HomeClock({ wallMs: () => 0, monotonicMs: () => 0 }, { floorMs: 0, timeZone: name }).offsetS;
}

function eventsOf({ zone: [, startMs], kind, events }: Case): Observation[] {
  return [...events]
    .sort((a, b) => a.minute - b.minute)
    .map(({ minute, device, value }) =>
      observe(
        { thing: 't', kind, value: kind === 'power.active' ? (value * 900 + device) * 1000 : value, quality: 'good' },
        { device, atMs: startMs + minute * 60_000, estimatedTime: false, origin: 'change' },
      ),
    );
}

function grantOf({ zone: [, startMs], kind, level, windowMinutes, subject, fromMinute }: Case): LiveGrant {
  return {
    agreement: 1,
    offer: 'o',
    offerKey: 'ab'.repeat(16),
    category: CATEGORY[kind] ?? 'power.appliance',
    level,
    windowMinutes,
    lane: 'shaped',
    subject,
    epochDays: 30,
    scope: {},
    fromMs: startMs + fromMinute * 60_000,
    expiresMs: startMs + 400 * 24 * HOUR_MS,
  };
}

/** The events, with the hub's look at the clock every minute between them. */
function happeningsOf(observations: readonly Observation[], startMs: number): Happening[] {
  const at = (nowMs: number, observation?: Observation): Happening => ({
    ...(observation ? { observation } : {}),
    place: { approved: true, room: undefined },
    moment: { nowMs, minuteOfDay: 0, trusted: true, laterByMs: 0 },
  });
  const looks = Array.from({ length: 60 * 60 }, (_, minute) => at(startMs + minute * 60_000));
  return [...looks, ...observations.map((one) => at(one.atMs, one))].sort((a, b) => a.moment.nowMs - b.moment.nowMs);
}

/** What the granted level allows at most, in words of its own: shortest window and how many values an hour. */
const SHORTEST_S: Partial<Record<Level, number>> = { L2: 23 * 3600, L3: 4 * 3600 };

function checkShape(one: Minimized, tested: Case, zone: ZoneOffsetS): void {
  const { level, windowMinutes, subject } = tested;
  if (level === 'L5') {
    expect(one.windowS).toBe(0);
    return;
  }
  expect(one.windowS).toBeGreaterThanOrEqual(SHORTEST_S[level] ?? windowMinutes * 60);
  const localS = one.timeS + zone(one.timeS * 1000);
  expect(localS % (level === 'L2' ? 86_400 : level === 'L3' ? 14_400 : windowMinutes * 60)).toBe(0);
  if (subject === 'home') expect(one.subject).toBe(0);
  expect(one.observedPermille).toBeGreaterThan(0);
  expect(one.observedPermille).toBeLessThanOrEqual(1000);
  expect(Number.isSafeInteger(one.value)).toBe(true);
}

/** Counts and energy again, by a slow way of its own: openings one by one, watts minute by minute. */
function expectedValue(one: Minimized, seen: readonly Observation[], tested: Case): number | undefined {
  const inside = (atMs: number) => atMs >= one.timeS * 1000 && atMs < (one.timeS + one.windowS) * 1000;
  const mine = seen.filter(({ device }) => tested.subject === 'home' || device === one.subject);
  if (one.quantity === 'count') return mine.filter(({ atMs, value }) => value === 1 && inside(atMs)).length;
  if (one.quantity !== 'energy_wh') return undefined;
  let milliwattMinutes = 0;
  for (const device of new Set(mine.map((each) => each.device))) {
    const own = mine.filter((each) => each.device === device);
    for (let atMs = one.timeS * 1000; atMs < (one.timeS + one.windowS) * 1000; atMs += 60_000) {
      const latest = own.filter((each) => each.atMs <= atMs).at(-1);
      if (latest && atMs < latest.atMs + 15 * 60_000) milliwattMinutes += latest.value;
    }
  }
  return Math.round(milliwattMinutes / 60 / 1000);
}

function property(stages: Stages) {
  return fc.property(aCase, (tested) => {
    const zone = zoneOf(tested.zone[0]);
    const observations = eventsOf(tested);
    const grant = grantOf(tested);
    const out = walk([grant], happeningsOf(observations, tested.zone[1]), stages, zone);
    const seen = observations.filter(({ atMs }) => atMs >= grant.fromMs);
    if (tested.level === 'L0' || tested.level === 'L1') expect(out).toEqual([]);
    for (const one of out) {
      checkShape(one, tested, zone);
      const expected = expectedValue(one, seen, tested);
      if (expected !== undefined) expect(one.value).toBe(expected);
      if (one.windowS > 0) expect((one.timeS + one.windowS) * 1000).toBeGreaterThan(grant.fromMs);
    }
    const places = out.filter(({ windowS }) => windowS > 0).map(({ subject, timeS }) => `${subject} ${timeS}`);
    expect(new Set(places).size).toBe(places.length);
    if (tested.level === 'L5') expect(out.length).toBe(seen.length);
  });
}

describe('guarantee 5, no finer than granted', () => {
  test('in value, time, space and rate: windows, their grid, their one release, and the values in them', () => {
    fc.assert(property(STAGES), { numRuns: 120 });
  });

  test('the property bites: a minimize that releases a window with every event is caught', () => {
    const leaking: typeof minimize = (permitted, window, zone) => {
      const step = minimize(permitted, window, zone);
      const early = window ? minimize(permitted, { ...window, endMs: permitted.observation.atMs }, zone).ready : [];
      return { ...step, ready: [...step.ready, ...early] };
    };
    expect(fc.check(property({ ...STAGES, minimize: leaking }), { numRuns: 200 }).failed).toBe(true);
  });

  test('the property bites: a minimize that keeps each event at L4 is caught', () => {
    const keeping: typeof minimize = (permitted, window, zone) =>
      permitted.grant.level === 'L4'
        ? minimize({ ...permitted, grant: { ...permitted.grant, level: 'L5' } }, window, zone)
        : minimize(permitted, window, zone);
    expect(fc.check(property({ ...STAGES, minimize: keeping }), { numRuns: 200 }).failed).toBe(true);
  });

  test('the property bites: a minimize that loses the device and speaks of each apart is caught', () => {
    const apart: typeof minimize = (permitted, window, zone) =>
      minimize({ ...permitted, grant: { ...permitted.grant, subject: 'device' } }, window, zone);
    expect(fc.check(property({ ...STAGES, minimize: apart }), { numRuns: 400 }).failed).toBe(true);
  });

  test('a window that filled under one agreement is never given to the next', () => {
    fc.assert(
      fc.property(aCase, fc.integer({ min: 1, max: 50 * 60 }), (tested, changeMinute) => {
        const zone = zoneOf(tested.zone[0]);
        const first = { ...grantOf(tested), fromMs: tested.zone[1] };
        const changeMs = tested.zone[1] + changeMinute * 60_000;
        const second = { ...first, agreement: 2, fromMs: changeMs };
        const observations = eventsOf(tested);
        const later = observations.filter(({ atMs }) => atMs >= changeMs);
        const all = walk([second], happeningsOf(observations, tested.zone[1]), STAGES, zone);
        const only = walk([second], happeningsOf(later, tested.zone[1]), STAGES, zone);
        expect(all).toEqual(only);
      }),
      { numRuns: 60 },
    );
  });
});
