import { describe, expect, it } from 'vitest';
import { trace } from '../../../../firmware-sim/simulate.ts';
import { dayAt, dayStartMs } from '../../../../firmware-sim/world/calendar.ts';
import { dayWorld } from '../../../../firmware-sim/world/happenings.ts';
import type { DayWorld, Visit } from '../../../../firmware-sim/world/house.ts';
import type { Span } from '../../../../firmware-sim/world/spans.ts';

const ZONE = 'Asia/Tokyo';
const MONDAY = 20_780;
const SEEDS = [1, 2, 3, 4, 5];
const DAYS = Array.from({ length: 21 }, (_, index) => MONDAY + index);

const worlds: DayWorld[] = SEEDS.flatMap((seed) => DAYS.map((day) => dayWorld(seed, day, ZONE)));

function inside({ fromMs, toMs }: Span, atMs: number, slackMs = 0): boolean {
  return atMs >= fromMs - slackMs && atMs < toMs + slackMs;
}

function visitsAt(world: DayWorld, atMs: number): Visit[] {
  return world.visits.filter((visit) => inside(visit, atMs));
}

/** Only what changed: a repeated cached value says nothing about the house. */
function changes(
  seed: number,
  days: readonly number[],
  name: string,
  property: string,
): { atMs: number; value: unknown }[] {
  const startMs = dayStartMs(days[0] ?? MONDAY, ZONE);
  const endMs = dayStartMs((days.at(-1) ?? MONDAY) + 1, ZONE);
  const found: { atMs: number; value: unknown }[] = [];
  let last: unknown;
  for (const { atMs, topic, payload } of trace({ seed, startMs, endMs, timeZone: ZONE })) {
    if (topic === `zigbee2mqtt/${name}`) {
      const value = (JSON.parse(payload) as Record<string, unknown>)[property];
      if (last !== undefined && value !== last) {
        found.push({ atMs, value });
      }
      last = value;
    }
  }
  return found;
}

describe('the house', () => {
  it('has each person at exactly one place at any time, asleep at both ends of the day', () => {
    for (const { visits, startMs, endMs } of worlds) {
      for (const person of [0, 1]) {
        const own = visits.filter((visit) => visit.person === person);
        expect(own[0]).toMatchObject({ fromMs: startMs, place: 'bedroom', activity: 'sleep' });
        expect(own.at(-1)).toMatchObject({ toMs: endMs, place: 'bedroom', activity: 'sleep' });
        for (const [index, visit] of own.slice(1).entries()) {
          expect(visit.fromMs).toBe(own[index]?.toMs);
        }
      }
    }
  });

  it('has people leave through the hall and the front door, and come home through it', () => {
    for (const world of worlds) {
      const ways = world.visits
        .filter(({ place }) => place === 'away')
        .flatMap(({ fromMs, toMs }) => [fromMs, toMs])
        .filter((atMs) => atMs > world.startMs && atMs < world.endMs);
      for (const throughMs of ways) {
        const passage = world.passages.find(({ unlockMs, lockMs }) => throughMs > unlockMs && throughMs < lockMs);
        expect(passage, 'a passage').toBeDefined();
        expect(
          world.visits.some(
            ({ place, fromMs, toMs }) => place === 'hall' && (fromMs === throughMs || toMs === throughMs),
          ),
        ).toBe(true);
      }
    }
  });

  it('opens the front door only when somebody goes through it', () => {
    for (const world of worlds) {
      for (const { openMs, closeMs } of world.passages) {
        const through = world.visits.filter(
          ({ place, fromMs, toMs }) =>
            place === 'away' && [fromMs, toMs].some((atMs) => atMs > openMs && atMs < closeMs),
        );
        expect(through.length).toBeGreaterThan(0);
      }
    }
  });

  it('uses kettle, television, refrigerator and window only while somebody is in the living room', () => {
    for (const world of worlds) {
      const living = world.visits.filter(({ place }) => place === 'living' || place === 'balcony');
      const { kettle = [], television = [], refrigerator = [] } = world.uses;
      const { balcony_window = [] } = world.openings;
      const begun = [...kettle, ...television, ...refrigerator, ...balcony_window];
      for (const { fromMs } of begun) {
        expect(living.some((visit) => inside(visit, fromMs, 3000))).toBe(true);
      }
      for (const { fromMs, toMs } of balcony_window) {
        expect(toMs - fromMs).toBeLessThan(90 * 60_000);
      }
    }
  });

  it('is a home: people are away on weekdays, at dinner together, and asleep at night', () => {
    const at = (world: DayWorld, hour: number): Visit[] => visitsAt(world, world.startMs + (hour - 4) * 3_600_000);
    const share = (list: DayWorld[], holds: (world: DayWorld) => boolean): number =>
      list.filter(holds).length / list.length;
    const weekdays = worlds.filter(({ day }) => (day - MONDAY) % 7 < 5);
    expect(share(weekdays, (world) => at(world, 11).some(({ place }) => place === 'away'))).toBeGreaterThan(0.5);
    expect(share(worlds, (world) => at(world, 27).every(({ activity }) => activity === 'sleep'))).toBeGreaterThan(0.95);
    expect(share(worlds, (world) => at(world, 19.6).every(({ place }) => place === 'living'))).toBeGreaterThan(0.5);
  });

  it('knows the day at any instant, through changes of the clock', () => {
    for (const zone of ['Asia/Tokyo', 'Europe/Paris', 'America/New_York', 'Australia/Lord_Howe']) {
      for (let day = 20_500; day < 20_900; day += 1) {
        const startMs = dayStartMs(day, zone);
        expect(dayAt(startMs, zone)).toBe(day);
        expect(dayAt(startMs - 1, zone)).toBe(day - 1);
      }
    }
  });
});

describe('what the sensors say', () => {
  const byDay = new Map(DAYS.map((day) => [day, dayWorld(1, day, ZONE)]));
  const worldAt = (atMs: number): DayWorld => byDay.get(dayAt(atMs, ZONE)) ?? dayWorld(1, dayAt(atMs, ZONE), ZONE);

  it.each([
    ['hall_motion', 'hall'],
    ['living_room_motion', 'living'],
  ])('%s sees somebody only when somebody is there', (name, place) => {
    const seen = changes(1, DAYS, name, 'occupancy').filter(({ value }) => value === true);
    expect(seen.length).toBeGreaterThan(DAYS.length * 15);
    for (const { atMs } of seen) {
      expect(visitsAt(worldAt(atMs), atMs).some((visit) => visit.place === place)).toBe(true);
    }
  });

  it('the hall becomes empty 90 seconds after the last report, said by Zigbee2MQTT', () => {
    const hall = changes(1, DAYS.slice(0, 3), 'hall_motion', 'occupancy');
    for (const [index, { atMs, value }] of hall.entries()) {
      const before = hall[index - 1];
      if (value === false && before !== undefined) {
        expect(atMs - before.atMs).toBeGreaterThanOrEqual(90_000);
      }
    }
  });

  it('the front door is open (contact false) exactly while it is open', () => {
    const contact = changes(1, DAYS, 'front_door', 'contact');
    const passages = DAYS.flatMap((day) => byDay.get(day)?.passages ?? []);
    expect(contact.length).toBe(passages.length * 2);
    for (const [index, { atMs, value }] of contact.entries()) {
      const passage = passages[Math.floor(index / 2)];
      expect(value).toBe(index % 2 === 1);
      expect(Math.abs(atMs - ((index % 2 === 0 ? passage?.openMs : passage?.closeMs) ?? 0))).toBeLessThan(1000);
    }
  });

  it('the lock is unlocked before the door opens and locked after it closed', () => {
    const lock = changes(1, DAYS, 'front_door_lock', 'lock_state');
    const passages = DAYS.flatMap((day) => byDay.get(day)?.passages ?? []);
    expect(lock.map(({ value }) => value)).toEqual(passages.flatMap(() => ['unlocked', 'locked']));
    for (const [index, { openMs, closeMs }] of passages.entries()) {
      expect(lock[index * 2]?.atMs).toBeLessThan(openMs);
      expect(lock[index * 2 + 1]?.atMs).toBeGreaterThan(closeMs);
    }
  });
});
