import { agree, personDay } from '../people/day.ts';
import { type Random, randomStream } from '../random.ts';
import { loadsOf } from './appliances.ts';
import { dayStartMs, weekdayOf } from './calendar.ts';
import { type DayWorld, HABITS, joinSpans, type Movement, type Passage, type Span, type Visit } from './house.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** The lock turns itself this long after the door closed. */
const RELOCK_MS = 7 * SECOND_MS;

/** Makes one day of the house: the same seed, day and time zone give the same day. Throws RangeError for an unknown time zone. */
export function dayWorld(seed: number, day: number, timeZone: string): DayWorld {
  const startMs = dayStartMs(day, timeZone);
  const endMs = dayStartMs(day + 1, timeZone);
  const random = randomStream(seed, 'house', day);
  const agreed = agree(weekdayOf(day), random);
  const visits = [0, 1].flatMap((person) =>
    personDay(person, startMs, (endMs - startMs) / SECOND_MS, agreed, randomStream(seed, 'person', person, day)),
  );
  const passages = passagesOf(visits, random);
  const balconyOpenings = joinSpans([...balconyWays(visits, random), ...airings(visits, random)], 2 * SECOND_MS);
  const used = {
    startMs,
    endMs,
    television: televisionOf(visits, random),
    kettle: kettleOf(visits, random),
    refrigeratorOpenings: refrigeratorOf(visits, random),
  };
  return {
    ...used,
    day,
    visits,
    movements: movementsOf(visits, randomStream(seed, 'movements', day)),
    passages,
    balconyOpenings,
    openings: {
      front_door: passages.map(({ openMs, closeMs }) => ({ fromMs: openMs, toMs: closeMs })),
      balcony_window: balconyOpenings,
    },
    loads: loadsOf(used, (name) => randomStream(seed, 'load', name, day)),
  };
}

/** Movements lie inside their visit, so that no sensor ever sees somebody who is not there. */
function movementsOf(visits: readonly Visit[], random: Random): Movement[] {
  const movements: Movement[] = [];
  for (const { person, place, activity, fromMs, toMs } of visits) {
    if (place === 'away' || place === 'balcony') {
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

function passagesOf(visits: readonly Visit[], random: Random): Passage[] {
  const ways: Passage[] = [];
  for (const { place, person, fromMs, toMs } of visits) {
    if (place === 'away') {
      const out = openDoor(fromMs, undefined, random);
      ways.push(out, openDoor(Math.max(toMs, out.lockMs + 10 * SECOND_MS), person, random));
    }
  }
  const merged: Passage[] = [];
  for (const way of ways.sort((left, right) => left.unlockMs - right.unlockMs)) {
    const last = merged.at(-1);
    if (last !== undefined && way.unlockMs <= last.lockMs + SECOND_MS) {
      const closeMs = Math.max(last.closeMs, way.closeMs);
      merged[merged.length - 1] = { ...last, closeMs, lockMs: closeMs + RELOCK_MS, keypad: last.keypad ?? way.keypad };
    } else {
      merged.push(way);
    }
  }
  return merged;
}

/** Someone goes through the front door at `throughMs`; `keypad` is who types the code outside. */
function openDoor(throughMs: number, keypad: number | undefined, random: Random): Passage {
  const openMs = throughMs - random.between(800, 2500);
  const closeMs = throughMs + random.between(2000, 9000);
  return { unlockMs: openMs - random.between(1500, 4000), openMs, closeMs, lockMs: closeMs + RELOCK_MS, keypad };
}

/** The balcony window opens for going out and coming in, and stays open behind most people. */
function balconyWays(visits: readonly Visit[], random: Random): Span[] {
  return visits
    .filter((visit) => visit.place === 'balcony')
    .flatMap(({ fromMs, toMs }) => {
      const out = { fromMs: fromMs - 2 * SECOND_MS, toMs: fromMs + random.between(3000, 6000) };
      const back = { fromMs: toMs - random.between(2000, 4000), toMs: toMs + 3 * SECOND_MS };
      return random.chance(600) ? [{ fromMs: out.fromMs, toMs: back.toMs }] : [out, back];
    });
}

/** Fresh air while somebody sits in the living room anyway. */
function airings(visits: readonly Visit[], random: Random): Span[] {
  const spans: Span[] = [];
  for (const visit of visits) {
    const stayMs = visit.toMs - visit.fromMs;
    const wanted = visit.activity === 'breakfast' ? 400 : visit.activity === 'cook' ? 300 : 60;
    if (visit.place === 'living' && stayMs > 12 * MINUTE_MS && random.chance(wanted)) {
      const fromMs = visit.fromMs + random.between(1, 4) * MINUTE_MS + random.below(60_000);
      spans.push({ fromMs, toMs: fromMs + random.between(3 * MINUTE_MS, stayMs - 6 * MINUTE_MS) });
    }
  }
  return spans;
}

/** The television runs while somebody watches, through short interruptions; some mornings it brings the news. */
function televisionOf(visits: readonly Visit[], random: Random): Span[] {
  const news = random.chance(650);
  const watched = visits
    .filter(({ activity }) => activity === 'television' || (news && activity === 'breakfast'))
    .map(({ fromMs, toMs }) => ({ fromMs: fromMs + random.between(15_000, 60_000), toMs: toMs - 4 * SECOND_MS }));
  return joinSpans(watched, 5 * MINUTE_MS);
}

function kettleOf(visits: readonly Visit[], random: Random): Span[] {
  const boils: Span[] = [];
  for (const { activity, fromMs, toMs } of visits) {
    const wanted = { breakfast: 900, lunch: 500, relax: 350, cook: 600, television: 250 }[activity as string] ?? 0;
    if (toMs - fromMs > 4 * MINUTE_MS && random.chance(wanted)) {
      const onMs = fromMs + random.between(30_000, 120_000);
      boils.push({ fromMs: onMs, toMs: onMs + random.between(110_000, 235_000) });
    }
  }
  return joinSpans(boils, 20 * SECOND_MS);
}

function refrigeratorOf(visits: readonly Visit[], random: Random): Span[] {
  const openings: Span[] = [];
  for (const { place, activity, fromMs, toMs } of visits) {
    const every = HABITS[activity].refrigeratorS;
    if (place !== 'living' || every === undefined) {
      continue;
    }
    let atMs = fromMs + random.between(20_000, every[0] * SECOND_MS);
    while (atMs < toMs - 40 * SECOND_MS) {
      openings.push({ fromMs: atMs, toMs: atMs + random.between(4000, 25_000) });
      atMs += random.between(every[0] * SECOND_MS, every[1] * SECOND_MS);
    }
  }
  return joinSpans(openings, 2 * SECOND_MS);
}
