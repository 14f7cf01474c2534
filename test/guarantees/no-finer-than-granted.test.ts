import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Observation, observe } from '../../devices/observation.ts';
import type { Kind } from '../../devices/vocabulary.ts';
import type { LiveGrant } from '../../gateway/consent/grant.ts';
import { minimize } from '../../gateway/minimize/minimize.ts';
import type { Minimized } from '../../gateway/minimize/minimized.ts';
import { roll } from '../../gateway/minimize/open-window.ts';
import type { ZoneOffsetS } from '../../gateway/minimize/window.ts';
import { HomeClock } from '../../gateway/time/home-clock.ts';
import type { Category, Level } from '../../proto/lists.ts';
import { type Happening, STAGES, type Stages, walk } from '../kit/pure-walk.ts';

const HOUR_MS = 3_600_000;
/** What is walked, each as its category and how a case's small number becomes a value of it. */
type Thing = 'door' | 'animal' | 'plug' | 'meter' | 'battery';
interface About {
  readonly kind: Kind;
  readonly category: Category;
  readonly value: (event: { minute: number; device: number; value: number }) => number;
}
const THINGS: Record<Thing, About> = {
  door: { kind: 'contact.state', category: 'contact.doorWindow', value: ({ value }) => value },
  animal: { kind: 'occupancy.state', category: 'presence.animal', value: ({ value }) => value },
  plug: {
    kind: 'power.active',
    category: 'power.appliance',
    value: ({ device, value }) => (value * 900 + device) * 1000 - 700,
  },
  // Now and then a meter goes back a little, as one does that was changed.
  meter: {
    kind: 'energy.import',
    category: 'power.total',
    value: ({ minute, device, value }) => (minute * 7 + value * 100) * device * 1000,
  },
  battery: {
    kind: 'battery.percent',
    category: 'device.health',
    value: ({ minute, value }) => (minute + value * 37) % 101,
  },
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
  readonly thing: Thing;
  readonly subject: 'home' | 'device';
  readonly fromMinute: number;
  readonly events: readonly { minute: number; device: number; value: number }[];
}

const aCase: fc.Arbitrary<Case> = fc.record({
  zone: fc.constantFrom(...ZONES),
  level: fc.constantFrom<Level>('L0', 'L1', 'L2', 'L3', 'L4', 'L5'),
  windowMinutes: fc.constantFrom(15 as const, 30 as const, 60 as const),
  thing: fc.constantFrom<Thing>('door', 'animal', 'plug', 'meter', 'battery'),
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

function eventsOf({ zone: [, startMs], thing, events }: Case): Observation[] {
  const { kind, category, value } = THINGS[thing];
  return [...events]
    .sort((a, b) => a.minute - b.minute)
    .map((event) =>
      observe(
        { thing: 't', kind, value: value(event), quality: 'good' },
        {
          device: event.device,
          category,
          atMs: startMs + event.minute * 60_000,
          estimatedTime: false,
          origin: 'change',
        },
      ),
    );
}

function grantOf({ zone: [, startMs], thing, level, windowMinutes, subject, fromMinute }: Case): LiveGrant {
  return {
    agreement: 1,
    offer: 'o',
    offerKey: 'ab'.repeat(16),
    category: THINGS[thing].category,
    level,
    windowMinutes,
    lane: 'shaped',
    subject,
    epochDays: 30,
    legalClass: 'personal',
    voices: [{ person: 1, scope: {} }],
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

/** A counter has no level without windows. */
const isEventByEvent = ({ level, thing }: Case): boolean => level === 'L5' && thing !== 'meter';

function checkShape(one: Minimized, tested: Case, zone: ZoneOffsetS): void {
  const { level, subject } = tested;
  expect(Number.isSafeInteger(one.value)).toBe(true);
  if (isEventByEvent(tested)) {
    expect(one.windowS).toBe(0);
    return;
  }
  const shortestS = SHORTEST_S[level] ?? (level === 'L5' ? 900 : tested.windowMinutes * 60);
  expect(one.windowS).toBeGreaterThanOrEqual(shortestS);
  const localS = one.timeS + zone(one.timeS * 1000);
  expect(localS % (level === 'L2' ? 86_400 : shortestS)).toBe(0);
  if (subject === 'home') expect(one.subject).toBe(0);
  const isMeasured = tested.thing === 'plug' || tested.thing === 'meter';
  expect(one.observedPermille).toBeGreaterThanOrEqual(isMeasured && (level === 'L2' || level === 'L3') ? 250 : 1);
  expect(one.observedPermille).toBeLessThanOrEqual(1000);
}

/** What a granted level allows a value to be, in words of its own. */
const nearest = (value: number, step: number): number => Math.round(value / step) * step + 0;
function inBands(value: number, edges: readonly number[]): number {
  let found = 0;
  for (const edge of edges) if (Math.abs(value) >= edge) found = edge;
  return value < 0 && found > 0 ? -found : found;
}
const DOUBLING = [0, 1, 2, 4, 8, 16, 32, 64];
const WATTS = [0, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800];

interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Power again, minute by minute: milliwatt-minutes and minutes of each device. */
function minutesOf(own: readonly Observation[], { fromMs, toMs }: Stretch): { total: number; minutes: number } {
  let total = 0;
  let minutes = 0;
  for (let atMs = fromMs; atMs < toMs; atMs += 60_000) {
    const latest = own.filter((each) => each.atMs <= atMs).at(-1);
    if (!latest || atMs >= latest.atMs + 15 * 60_000) continue;
    total += latest.value;
    minutes += 1;
  }
  return { total, minutes };
}

/** A counter again, pair by pair of readings: what rose, and in the first window only what is its share of the time. */
function roseOf(own: readonly Observation[], { fromMs, toMs }: Stretch): number {
  const read = own.filter(({ atMs }, at) => atMs !== own[at - 1]?.atMs);
  return read.reduce((sum, { atMs, value }, at) => {
    const before = read[at - 1];
    if (!before || atMs <= fromMs || atMs >= toMs || atMs - before.atMs > 3_600_000) return sum;
    const rise = value - before.value;
    if (rise < 0) return sum;
    return sum + Math.round(rise * ((atMs - Math.max(before.atMs, fromMs)) / (atMs - before.atMs)));
  }, 0);
}

/** Every value again, by a slow way of its own. */
function expectedValue(one: Minimized, seen: readonly Observation[], tested: Case): number {
  const stretch = { fromMs: one.timeS * 1000, toMs: (one.timeS + one.windowS) * 1000 };
  const mine = seen.filter(({ device }) => tested.subject === 'home' || device === one.subject);
  const devices = [1, 2, 3]
    .map((device) => mine.filter((each) => each.device === device))
    .filter((own) => own.length > 0);
  const entered = mine.filter(({ atMs, value }) => value === 1 && atMs >= stretch.fromMs && atMs < stretch.toMs).length;
  const last = () => {
    const before = devices.map((own) => own.filter(({ atMs }) => atMs < stretch.toMs).at(-1));
    return before.reduce((a, b) => (!a || (b && b.atMs > a.atMs) ? b : a))?.value ?? Number.NaN;
  };
  const watts = () =>
    devices
      .map((own) => minutesOf(own, stretch))
      .filter(({ minutes }) => minutes > 0)
      .reduce((sum, { total, minutes }) => sum + total / minutes, 0) / 1000;
  const step = tested.level === 'L2' ? 100 : 10;
  switch (one.quantity) {
    case 'count':
      return entered;
    case 'count_band':
      return inBands(entered, DOUBLING);
    case 'last_state':
      return last();
    case 'percent':
      return nearest(last(), 5);
    case 'percent_band':
      return inBands(last(), [0, 10, 25, 50, 75]);
    case 'mean_power_w':
      return nearest(watts(), 10);
    case 'mean_power_band_w':
      return inBands(Math.round(watts()), WATTS);
    case 'energy_band_wh':
      return inBands(
        Math.round(devices.reduce((sum, own) => sum + roseOf(own, stretch), 0) / 1000),
        WATTS.map((edge) => 4 * edge),
      );
    default:
      return tested.thing === 'meter'
        ? nearest(devices.reduce((sum, own) => sum + roseOf(own, stretch), 0) / 1000, step)
        : nearest(devices.reduce((sum, own) => sum + minutesOf(own, stretch).total, 0) / 60_000, step);
  }
}

/** The quantities each level may speak in. */
const SPOKEN: Partial<Record<Level, readonly string[]>> = {
  L4: ['last_state', 'mean_power_w', 'energy_wh', 'percent'],
  L3: ['count_band', 'mean_power_band_w', 'energy_band_wh', 'percent_band'],
  L2: ['count', 'energy_wh', 'percent_band'],
};

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
      if (!isEventByEvent(tested)) expect(one.value).toBe(expectedValue(one, seen, tested));
      if (SPOKEN[tested.level]) expect(SPOKEN[tested.level]).toContain(one.quantity);
      if (one.windowS > 0) expect((one.timeS + one.windowS) * 1000).toBeGreaterThan(grant.fromMs);
    }
    const places = out.filter(({ windowS }) => windowS > 0).map(({ subject, timeS }) => `${subject} ${timeS}`);
    expect(new Set(places).size).toBe(places.length);
    if (isEventByEvent(tested)) expect(out.length).toBe(seen.length);
  });
}

describe('guarantee 5, no finer than granted', () => {
  test('in value, time, space and rate: windows, their grid, their one release, and the values in them', () => {
    fc.assert(property(STAGES), { numRuns: 250 });
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

  test.each([
    ['does not round', ({ value }: Minimized) => value + 1],
    ['tells a band by its middle', ({ value }: Minimized) => (value > 1 ? Math.round(value * 1.5) : value)],
  ])('the property bites: a window that %s is caught', (_, falsified) => {
    const finer: Stages['roll'] = (...args) => {
      const rolled = roll(...args);
      return { ...rolled, ready: rolled.ready.map((one) => ({ ...one, value: falsified(one) })) };
    };
    expect(fc.check(property({ ...STAGES, roll: finer }), { numRuns: 400 }).failed).toBe(true);
  });

  test('the property bites: a hub that tells what was hardly observed is caught', () => {
    const telling: Stages['roll'] = (grant, window, nowMs, zone) => {
      const rolled = roll(grant, window, nowMs, zone);
      const all = Object.entries(window.shares).map(([device, share]) => [
        device,
        { ...share, coveredMs: 5 * HOUR_MS },
      ]);
      const full = roll(grant, { ...window, shares: Object.fromEntries(all) }, nowMs, zone).ready;
      const hardly = full.map((one) => ({ ...one, observedPermille: 100 }));
      return rolled.withheld ? { ...rolled, ready: hardly } : rolled;
    };
    expect(fc.check(property({ ...STAGES, roll: telling }), { numRuns: 400 }).failed).toBe(true);
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
