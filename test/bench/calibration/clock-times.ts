import { circumstancesOf } from '../../../firmware-sim/people/circumstances.ts';
import { dayWorld } from '../../../firmware-sim/world/happenings.ts';
import type { HomePlan } from '../../../firmware-sim/world/home-plan.ts';
import type { Activity, Visit } from '../../../firmware-sim/world/house.ts';

const ZONE = 'Asia/Tokyo';
const DAY_BEGINS_MINUTE = 240;

/** Mean times of working days: Japan's Survey on Time Use and Leisure Activities of 2006, those of 10 and older; the last two of those with work. */
export const SURVEY = {
  wakes: '6:39',
  breakfast: '7:12',
  dinner: '19:09',
  sleeps: '23:16',
  leaves: '8:28',
  home: '18:58',
};

type Times = Record<keyof typeof SURVEY, string>;

/** The mean times of the working days of a year, of several homes and everybody in them. */
export function clockTimes(homes: readonly HomePlan[], seeds: readonly number[], firstDay: number): Times {
  const found: Record<keyof Times, number[]> = {
    wakes: [],
    breakfast: [],
    dinner: [],
    sleeps: [],
    leaves: [],
    home: [],
  };
  for (const home of homes) {
    for (const seed of seeds) {
      for (let day = firstDay; day < firstDay + 365; day += 1) {
        const { free, trip } = circumstancesOf(home, seed, day, ZONE);
        if (!free && trip === 'none') {
          const { visits, startMs } = dayWorld(seed, day, ZONE, home);
          for (const person of home.residents.keys()) {
            note(
              visits.filter((visit) => visit.person === person),
              startMs,
              found,
            );
          }
        }
      }
    }
  }
  const mean = (key: keyof Times): string => {
    const minutes = Math.round(found[key].reduce((sum, each) => sum + each, 0) / found[key].length) + DAY_BEGINS_MINUTE;
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}`;
  };
  return {
    wakes: mean('wakes'),
    breakfast: mean('breakfast'),
    dinner: mean('dinner'),
    sleeps: mean('sleeps'),
    leaves: mean('leaves'),
    home: mean('home'),
  };
}

/** A person's times of a day, in minutes after 04:00. */
function note(visits: readonly Visit[], startMs: number, found: Record<keyof Times, number[]>): void {
  const minutes = (atMs: number | undefined): number[] => (atMs === undefined ? [] : [(atMs - startMs) / 60_000]);
  const first = (activity: Activity): number[] => minutes(visits.find((visit) => visit.activity === activity)?.fromMs);
  found.wakes.push(...minutes(visits[0]?.toMs));
  found.breakfast.push(...first('breakfast'));
  found.dinner.push(...first('eat'));
  const evening = visits.findLastIndex(
    ({ activity, toMs, fromMs }) => activity !== 'sleep' && toMs - fromMs > 6 * 60_000,
  );
  found.sleeps.push(...minutes(visits.slice(evening).find(({ activity }) => activity === 'sleep')?.fromMs));
  const work = visits.filter(({ place, fromMs, toMs }) => place === 'away' && toMs - fromMs > 5 * 3_600_000);
  found.leaves.push(...minutes(work[0]?.fromMs));
  found.home.push(...minutes(work[0]?.toMs));
}
