import type { Random } from '../random.ts';
import { FIRST_CAT, FIRST_DOG, type HomePlan, indoors, type PetPlan } from '../world/home-plan.ts';
import type { Movement, Visit } from '../world/house.ts';
import type { Day } from '../world/ways.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A stretch of one occupation: how many minutes, and how many seconds between two movements. */
interface Bout {
  readonly minutes: readonly [least: number, most: number];
  readonly moveS: readonly [least: number, most: number];
}

/** How an animal spends its time: how long a bout lasts, and how far apart its movements are, in seconds. */
const BOUTS = {
  sleep: { minutes: [25, 110], moveS: [300, 1500] },
  roam: { minutes: [3, 14], moveS: [4, 22] },
  eat: { minutes: [2, 4], moveS: [5, 15] },
} as const satisfies Record<string, Bout>;

/** Hours after 04:00 in which animals of the house are awake more often: dawn and dusk. */
const AWAKE_HOURS = [1, 2, 3, 4, 13, 14, 15, 16, 17, 18];

/** A dog joins one of these walks and errands, of 1,000. */
const WALKED_PERMILLE = 700;

/** The number by which the ground truth knows an animal of the home. */
export function petNumber(pets: readonly PetPlan[], index: number): number {
  const kind = pets[index]?.kind;
  const before = pets.slice(0, index).filter((pet) => pet.kind === kind).length;
  return (kind === 'dog' ? FIRST_DOG : FIRST_CAT) + before;
}

/** How one animal of the home moves through a day: bouts of sleep, food and roaming; it is where people are when all travel. */
export function petMovements(home: HomePlan, index: number, day: Day, random: Random): Movement[] {
  const pet = home.pets[index];
  const who = petNumber(home.pets, index);
  const rooms = indoors(home);
  const isOut = pet === undefined ? () => true : outOf(pet, home, day, random);
  const movements: Movement[] = [];
  let place = home.roles.living;
  let atMs = day.fromMs + random.below(30 * MINUTE_MS);
  while (atMs < day.toMs) {
    const hour = Math.floor((atMs - day.fromMs) / HOUR_MS);
    const drawn = random.below(AWAKE_HOURS.includes(hour) ? 6 : 10);
    const bout: Bout = BOUTS[drawn === 0 ? 'eat' : drawn < 4 ? 'roam' : 'sleep'];
    const endMs = atMs + random.between(...bout.minutes) * MINUTE_MS;
    if (bout === BOUTS.eat) {
      place = home.roles.kitchen;
    }
    while (atMs < Math.min(endMs, day.toMs - SECOND_MS)) {
      if (bout === BOUTS.roam && random.chance(120)) {
        place = nextRoom(home, rooms, place, random);
      }
      if (!isOut(atMs)) {
        movements.push({ atMs, place, who });
      }
      atMs += random.between(bout.moveS[0] * SECOND_MS, bout.moveS[1] * SECOND_MS);
    }
    atMs = Math.max(atMs, endMs);
  }
  return movements;
}

function nextRoom({ rooms }: HomePlan, inside: readonly string[], place: string, random: Random): string {
  const next = inside.filter((room) => rooms[place]?.includes(room) === true || rooms[room]?.includes(place) === true);
  return next[random.below(Math.max(1, next.length))] ?? place;
}

/** When an animal is not at home: on a trip with everybody, a dog also on walks. */
function outOf({ kind }: PetPlan, { residents }: HomePlan, day: Day, random: Random): (atMs: number) => boolean {
  const away = day.visits.filter(({ place, person }) => place === 'away' && person < residents.length);
  const travels = away.filter(({ fromMs, toMs }) => fromMs === day.fromMs || toMs === day.toMs);
  const isShort = ({ fromMs, toMs }: Visit): boolean => toMs - fromMs <= 95 * MINUTE_MS;
  const walks = kind === 'dog' ? away.filter((visit) => isShort(visit) && random.chance(WALKED_PERMILLE)) : [];
  return (atMs) => [...travels, ...walks].some(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs);
}
