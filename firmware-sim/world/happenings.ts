import { circumstancesOf } from '../people/circumstances.ts';
import { agree, personDay } from '../people/day.ts';
import { guestDays } from '../people/guests.ts';
import { petMovements } from '../people/pets.ts';
import { type Random, randomStream } from '../random.ts';
import { APARTMENT } from './apartment.ts';
import { dayStartMs } from './calendar.ts';
import { type HomePlan, indoors } from './home-plan.ts';
import { type DayWorld, HABITS, type Movement, type Visit } from './house.ts';
import { loadsOf } from './loads.ts';
import { skyOf } from './season.ts';
import { usesOf } from './uses.ts';
import { openingsOf, passagesOf } from './ways.ts';

const SECOND_MS = 1000;

/** Makes one day of a home: the same seed, day, time zone and plan give the same day. Throws RangeError for an unknown time zone. */
export function dayWorld(seed: number, day: number, timeZone: string, home: HomePlan = APARTMENT): DayWorld {
  const startMs = dayStartMs(day, timeZone);
  const endMs = dayStartMs(day + 1, timeZone);
  const lastS = (endMs - startMs) / SECOND_MS;
  const random = randomStream(seed, 'house', day);
  const agreed = agree(home, circumstancesOf(home, seed, day, timeZone), random);
  const visits = [
    ...home.residents.flatMap((_, person) =>
      personDay(home, person, startMs, lastS, agreed, randomStream(seed, 'person', person, day)),
    ),
    ...guestDays(home, startMs, lastS, agreed, (guest) => randomStream(seed, 'guest', guest, day)),
  ];
  const sky = skyOf(seed, day, timeZone);
  const whole = { fromMs: startMs, toMs: endMs, visits, sky };
  const passages = passagesOf(whole, random);
  const uses = usesOf(home, whole, (name) => randomStream(seed, 'use', name, day));
  return {
    day,
    startMs,
    endMs,
    sky,
    visits,
    movements: movementsOf(
      home,
      visits,
      randomStream(seed, 'movements', day),
      home.pets.map((_, pet) => petMovements(home, pet, whole, randomStream(seed, 'pet', pet, day))),
    ),
    passages,
    uses,
    openings: openingsOf(home, whole, passages, (name) => randomStream(seed, 'opening', name, day)),
    loads: loadsOf({ ...whole, uses }, home, (name) => randomStream(seed, 'load', name, day)),
  };
}

/** Movements of people lie inside their visit, so that no sensor ever sees somebody who is not there; those of animals come beside. */
function movementsOf(
  home: HomePlan,
  visits: readonly Visit[],
  random: Random,
  animals: readonly (readonly Movement[])[],
): Movement[] {
  const rooms = new Set(indoors(home));
  const movements: Movement[] = animals.flat();
  for (const { person, place, activity, fromMs, toMs } of visits) {
    if (!rooms.has(place)) {
      continue;
    }
    const [least, most] = HABITS[activity].moveS;
    let atMs = fromMs + random.between(300, 1500);
    while (atMs < toMs - SECOND_MS) {
      movements.push({ atMs, place, who: person });
      atMs += random.between(least * SECOND_MS, most * SECOND_MS);
    }
  }
  return movements.sort((left, right) => left.atMs - right.atMs);
}
