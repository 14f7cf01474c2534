import { describe, expect, it } from 'vitest';
import { circumstancesOf } from '../../../../firmware-sim/people/circumstances.ts';
import { loadOf } from '../../../../firmware-sim/world/appliances.ts';
import { dayWorld } from '../../../../firmware-sim/world/happenings.ts';
import { FIRST_CAT, FIRST_DOG, FIRST_GUEST, type HomePlan, indoors } from '../../../../firmware-sim/world/home-plan.ts';
import { HOMES } from '../../../../firmware-sim/world/homes.ts';
import type { DayWorld, Load } from '../../../../firmware-sim/world/house.ts';

const ZONE = 'Asia/Tokyo';
/** From 2026-11-23 on, beyond New Year. */
const DAYS = Array.from({ length: 56 }, (_, index) => 20_780 + index);
const SEEDS = [1, 2, 3];

interface Lived {
  readonly world: DayWorld;
  readonly seed: number;
}

function lived(home: HomePlan): Lived[] {
  return SEEDS.flatMap((seed) => DAYS.map((day) => ({ seed, world: dayWorld(seed, day, ZONE, home) })));
}

/** Whether somebody can step from one place into the other. */
function joins({ rooms, roles }: HomePlan, from: string, to: string): boolean {
  const world = [roles.hall, 'away'];
  return (
    rooms[from]?.includes(to) === true ||
    rooms[to]?.includes(from) === true ||
    (world.includes(from) && world.includes(to))
  );
}

function powerAt({ restMw, steps }: Load, atMs: number): number {
  return steps.findLast((step) => step.atMs <= atMs)?.powerMw ?? restMw;
}

describe.each(Object.entries(HOMES))('%s', (_name, home) => {
  const days = lived(home);

  it('has everybody at exactly one place, and nobody walks through a wall', () => {
    for (const { world } of days) {
      const people = new Set(world.visits.map(({ person }) => person));
      expect([...people].filter((person) => person < FIRST_GUEST)).toEqual(home.residents.map((_, index) => index));
      for (const person of people) {
        const own = world.visits.filter((visit) => visit.person === person);
        expect([own[0]?.fromMs, own.at(-1)?.toMs]).toEqual([world.startMs, world.endMs]);
        for (const [index, visit] of own.slice(1).entries()) {
          const before = own[index];
          expect(visit.fromMs).toBe(before?.toMs);
          if (before?.place !== visit.place) {
            expect(joins(home, before?.place ?? '', visit.place), `${before?.place} to ${visit.place}`).toBe(true);
          }
        }
      }
    }
  });

  it('has movements only of who is there', () => {
    const rooms = indoors(home);
    const wrong = days.flatMap(({ world }) => {
      const byPerson = Map.groupBy(world.visits, ({ person }) => person);
      return world.movements.filter(({ atMs, place, who }) => {
        const visit = byPerson.get(who)?.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
        return !rooms.includes(place) || (who < FIRST_CAT && visit?.place !== place);
      });
    });
    expect(wrong).toEqual([]);
    const animals = new Set(
      days.flatMap(({ world }) => world.movements.map(({ who }) => who)).filter((who) => who >= FIRST_CAT),
    );
    expect([...animals]).toEqual(home.pets.map(({ kind }) => (kind === 'dog' ? FIRST_DOG : FIRST_CAT)));
  });

  it('draws never less than nothing, in the order of time, and together what each draws alone', () => {
    for (const { world } of days) {
      const { total, ...each } = world.loads;
      for (const [name, { restMw, steps }] of Object.entries(each)) {
        expect(restMw, name).toBeGreaterThanOrEqual(0);
        const wrong = steps.filter(
          ({ atMs, powerMw }, index) =>
            powerMw < 0 || atMs < (steps[index - 1]?.atMs ?? world.startMs) || atMs > world.endMs,
        );
        expect(wrong, name).toEqual([]);
      }
      for (let atMs = world.startMs; atMs < world.endMs; atMs += 1_777_000) {
        const sum = Object.values(each).reduce((mw, load) => mw + powerAt(load, atMs), 0);
        expect(powerAt(total ?? { restMw: 0, steps: [] }, atMs)).toBe(sum);
      }
    }
  });

  it('uses nothing while nobody is there, but for what runs by itself', () => {
    const away = days.filter(({ world, seed }) => circumstancesOf(home, seed, world.day, ZONE).trip === 'away');
    expect(away.length > 0).toBe(home.tripsPermille > 0);
    for (const { world } of away) {
      expect(world.movements).toEqual([]);
      expect(Object.values(world.openings).flat()).toEqual([]);
      expect(loadOf(world, 'television').steps).toEqual([]);
      expect(loadOf(world, 'lights').steps).toEqual([]);
      expect(loadOf(world, 'refrigerator').steps.length).toBeGreaterThan(50);
    }
  });

  it('has guests who come through the door and go, and sick people who stay at home', () => {
    let guests = 0;
    let sick = 0;
    for (const { world, seed } of days) {
      const { ill, trip, guests: invited } = circumstancesOf(home, seed, world.day, ZONE);
      const visitors = world.visits.filter(({ person }) => person >= FIRST_GUEST);
      guests += invited === undefined ? 0 : 1;
      expect(new Set(visitors.map(({ person }) => person)).size).toBe(invited?.count ?? 0);
      if (invited !== undefined) {
        expect(world.passages.length).toBeGreaterThanOrEqual(2);
        expect(visitors.some(({ place }) => place === home.roles.living)).toBe(true);
      }
      for (const [person, isIll] of ill.entries()) {
        if (isIll && trip === 'none') {
          sick += 1;
          expect(world.visits.some((visit) => visit.person === person && visit.place === 'away')).toBe(false);
        }
      }
    }
    expect(guests).toBeGreaterThan(0);
    expect(sick).toBeGreaterThan(0);
  });

  it('needs light in the evening, warmth in winter, and coolness in August', () => {
    const winter = dayWorld(1, 20_484, ZONE, home);
    const summer = dayWorld(1, 20_665, ZONE, home);
    const [early, late] = [winter, summer].map(({ sky }) => sky.sunsetMs - sky.startMs);
    expect((late ?? 0) - (early ?? 0)).toBeGreaterThan(5_000_000);
    expect(loadOf(winter, 'lights').steps.length).toBeGreaterThan(0);
    const heaters = home.appliances.includes('heating') ? 'heating' : 'air_conditioner';
    const drawn = (months: readonly number[], name: string): number =>
      months.reduce((sum, day) => sum + loadOf(dayWorld(1, day, ZONE, home), name).steps.length, 0);
    const may = [20_585, 20_586, 20_587, 20_588, 20_589, 20_590];
    const january = may.map((day) => day - 120);
    const august = may.map((day) => day + 86);
    expect(drawn(january, heaters)).toBeGreaterThan(2 * drawn(may, heaters));
    expect(drawn(august, 'air_conditioner')).toBeGreaterThan(2 * drawn(may, 'air_conditioner'));
  });
});
