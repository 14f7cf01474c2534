import type { Random } from '../random.ts';
import { FIRST_GUEST, type HomePlan, type Opening } from './home-plan.ts';
import type { Passage, Visit } from './house.ts';
import { outdoorDeciC, type Sky } from './season.ts';
import { joinSpans, type Span } from './spans.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** The lock turns itself this long after the door closed. */
const RELOCK_MS = 7 * SECOND_MS;

/** Below this temperature outside, in tenths of a degree, a window stays open for minutes only. */
const COLD_DECI_C = 120;

/** A day of the house, while it is made. */
export interface Day extends Span {
  readonly visits: readonly Visit[];
  readonly sky: Sky;
}

/** Who goes through the front door in a day; nobody at its two ends, when a trip began before or goes on after it. */
export function passagesOf({ visits, fromMs: startMs, toMs: endMs }: Day, random: Random): Passage[] {
  const ways: Passage[] = [];
  for (const { place, person, fromMs, toMs } of visits) {
    if (place !== 'away') {
      continue;
    }
    const out = fromMs > startMs ? openDoor(fromMs, undefined, random) : undefined;
    if (out !== undefined) {
      ways.push(out);
    }
    if (toMs < endMs) {
      const backMs = Math.max(toMs, (out?.lockMs ?? startMs) + 10 * SECOND_MS);
      ways.push(openDoor(backMs, person < FIRST_GUEST ? person : undefined, random));
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

/** When each door and window of the home stood open. */
export function openingsOf(
  home: HomePlan,
  day: Day,
  passages: readonly Passage[],
  randomOf: (opening: string) => Random,
): Record<string, Span[]> {
  return Object.fromEntries(
    Object.entries(home.openings).map(([name, opening]) => [
      name,
      opened(home, name, opening, day, passages, randomOf),
    ]),
  );
}

function opened(
  { roles }: HomePlan,
  name: string,
  opening: Opening,
  day: Day,
  passages: readonly Passage[],
  randomOf: (opening: string) => Random,
): Span[] {
  if (opening.to === 'away') {
    return passages.map(({ openMs, closeMs }) => ({ fromMs: openMs, toMs: closeMs }));
  }
  const random = randomOf(name);
  const through = opening.to === roles.outside ? outsideWays(opening.to, day.visits, random) : [];
  return joinSpans([...through, ...airings(opening.from, day, random)], 2 * SECOND_MS);
}

/** The door to the balcony or garden opens for going out and coming in, and stays open behind most people. */
function outsideWays(outside: string, visits: readonly Visit[], random: Random): Span[] {
  return visits
    .filter((visit) => visit.place === outside)
    .flatMap(({ fromMs, toMs }) => {
      const out = { fromMs: fromMs - 2 * SECOND_MS, toMs: fromMs + random.between(3000, 6000) };
      const back = { fromMs: toMs - random.between(2000, 4000), toMs: toMs + 3 * SECOND_MS };
      return random.chance(600) ? [{ fromMs: out.fromMs, toMs: back.toMs }] : [out, back];
    });
}

/** How likely somebody airs a room, of 1,000, by what they do there. */
const AIRED: Partial<Record<Visit['activity'], number>> = { breakfast: 400, cook: 300, dress: 350, wash: 250 };

/** Fresh air while somebody is in the room anyway. */
function airings(room: string, { visits, sky }: Day, random: Random): Span[] {
  const spans: Span[] = [];
  for (const { place, activity, fromMs: beginMs, toMs } of visits) {
    const stayMs = toMs - beginMs;
    const awake = activity !== 'sleep' && activity !== 'nap';
    if (place === room && awake && stayMs > 12 * MINUTE_MS && random.chance(AIRED[activity] ?? 60)) {
      const fromMs = beginMs + random.between(1, 4) * MINUTE_MS + random.below(60_000);
      const lastsMs = random.between(3 * MINUTE_MS, stayMs - 6 * MINUTE_MS);
      const isCold = outdoorDeciC(sky, fromMs) < COLD_DECI_C;
      spans.push({ fromMs, toMs: fromMs + (isCold ? Math.min(lastsMs, 8 * MINUTE_MS) : lastsMs) });
    }
  }
  return spans;
}
