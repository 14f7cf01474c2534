import { randomStream } from '../random.ts';
import { weekdayOf } from '../world/calendar.ts';
import { dateOf, isHoliday, isSchoolHoliday } from '../world/holidays.ts';
import type { HomePlan } from '../world/home-plan.ts';
import { clockS } from './plan.ts';

/** Trips and illnesses are drawn for four weeks at a time, so that each day can be made on its own. */
const BLOCK_DAYS = 28;

/** Whether the household is on its way: not at all, leaving, away all day, or coming home. */
export type Trip = 'none' | 'leaves' | 'away' | 'returns';

/** What is particular about a day of the household; seconds after its beginning at 04:00. */
export interface Circumstances {
  readonly weekday: number;
  /** Weekend or public holiday. */
  readonly free: boolean;
  readonly schoolHoliday: boolean;
  readonly trip: Trip;
  /** For each resident. */
  readonly ill: readonly boolean[];
  readonly guests: { readonly count: number; readonly comeS: number; readonly goS: number } | undefined;
}

/** What is particular about a day: depends on seed, date and plan alone. Throws RangeError for an unknown time zone. */
export function circumstancesOf(plan: HomePlan, seed: number, day: number, timeZone: string): Circumstances {
  const weekday = weekdayOf(day);
  const free = weekday === 0 || weekday === 6 || isHoliday(day, timeZone);
  const trip = tripOf(plan, seed, day, timeZone);
  const ill = plan.residents.map((_, person) => isIll(plan, seed, day, person));
  const random = randomStream(seed, 'guests', day);
  const invited = free && trip === 'none' && !ill.includes(true) && random.chance(plan.guestsPermille);
  const comeS = random.around(clockS(14, 30), 90 * 60);
  return {
    weekday,
    free,
    schoolHoliday: isSchoolHoliday(day),
    trip,
    ill,
    guests: invited ? { count: random.between(1, 3), comeS, goS: comeS + random.between(120, 300) * 60 } : undefined,
  };
}

interface Stretch {
  readonly first: number;
  readonly last: number;
}

/** A stretch of at most `mostDays` days that lies within its four weeks, when there is one. */
function drawn(permille: number, leastDays: number, mostDays: number, block: number, ...labels: (string | number)[]) {
  const [seed = 0, ...names] = labels;
  const random = randomStream(Number(seed), ...names, block);
  const days = random.between(leastDays, mostDays);
  const first = block * BLOCK_DAYS + random.below(BLOCK_DAYS - days);
  return random.chance(permille) ? { first, last: first + days } : undefined;
}

function isIll({ illnessPermille }: HomePlan, seed: number, day: number, person: number): boolean {
  const illness = drawn(illnessPermille, 1, 4, Math.floor(day / BLOCK_DAYS), seed, 'illness', person);
  return illness !== undefined && day >= illness.first && day < illness.last;
}

function tripOf(plan: HomePlan, seed: number, day: number, timeZone: string): Trip {
  const trip = drawn(plan.tripsPermille, 1, 5, Math.floor(day / BLOCK_DAYS), seed, 'trip');
  const season = timeZone === 'Asia/Tokyo' ? seasonTrip(plan, seed, day) : undefined;
  return during(season, day) ?? (season === undefined ? during(trip, day) : undefined) ?? 'none';
}

function during(trip: Stretch | undefined, day: number): Trip | undefined {
  if (trip === undefined || day < trip.first || day > trip.last) {
    return undefined;
  }
  return day === trip.first ? 'leaves' : day === trip.last ? 'returns' : 'away';
}

/** Many households go to their families at New Year and in the middle of August. */
function seasonTrip(plan: HomePlan, seed: number, day: number): Stretch | undefined {
  const { year, month } = dateOf(day);
  const dayNumber = (ofYear: number, ofMonth: number, date: number): number =>
    Date.UTC(ofYear, ofMonth - 1, date) / 86_400_000;
  const winter = month === 1 ? year - 1 : year;
  const stretches: readonly [string, number, Stretch][] = [
    ['new year', winter, { first: dayNumber(winter, 12, 30), last: dayNumber(winter + 1, 1, 3) }],
    ['obon', year, { first: dayNumber(year, 8, 13), last: dayNumber(year, 8, 16) }],
  ];
  const found = stretches.find(([, , { first, last }]) => day >= first && day <= last);
  return found !== undefined && randomStream(seed, found[0], found[1]).chance(2 * plan.tripsPermille)
    ? found[2]
    : undefined;
}
