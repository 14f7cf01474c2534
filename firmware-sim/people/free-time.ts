import type { Random } from '../random.ts';
import type { ResidentPlan, Roles } from '../world/home-plan.ts';
import type { Activity } from '../world/house.ts';
import type { Plan } from './plan.ts';

/** Where something is done: a role of the home, or a room of the person. */
type Where = keyof Roles | 'bedroom' | 'desk';

/** One thing to do without a plan: how long it lasts, in minutes, and how likely each of the others follows. */
interface Pastime {
  readonly where: Where;
  readonly activity: Activity;
  readonly minutes: readonly [least: number, most: number];
  readonly next: Readonly<Partial<Record<PastimeName, number>>>;
}

type PastimeName = 'television' | 'rest' | 'desk' | 'tidy' | 'snack' | 'air' | 'bathroom' | 'nap';

/**
 * What people do at home without a plan, as a semi-Markov chain: what follows depends on what was done, how long it lasts on
 * what it is. The numbers are ours, set so that a day has as many changes of room as diaries of days at home report.
 */
const FREE_TIME: Readonly<Record<PastimeName, Pastime>> = {
  television: {
    where: 'living',
    activity: 'television',
    minutes: [12, 42],
    next: { snack: 3, bathroom: 3, rest: 2, tidy: 1, desk: 1 },
  },
  rest: {
    where: 'living',
    activity: 'relax',
    minutes: [8, 32],
    next: { television: 3, snack: 2, desk: 2, bathroom: 2, tidy: 2, air: 1 },
  },
  desk: {
    where: 'desk',
    activity: 'desk',
    minutes: [9, 38],
    next: { rest: 3, snack: 2, bathroom: 2, television: 1 },
  },
  tidy: {
    where: 'bedroom',
    activity: 'dress',
    minutes: [3, 10],
    next: { rest: 2, bathroom: 1, desk: 1, television: 1, tidy: 1, nap: 1 },
  },
  snack: {
    where: 'kitchen',
    activity: 'relax',
    minutes: [3, 9],
    next: { rest: 3, television: 3, desk: 1 },
  },
  air: { where: 'outside', activity: 'relax', minutes: [2, 8], next: { rest: 2, snack: 1, television: 1 } },
  bathroom: {
    where: 'bathroom',
    activity: 'wash',
    minutes: [2, 4],
    next: { rest: 3, television: 2, desk: 2, tidy: 1 },
  },
  nap: { where: 'bedroom', activity: 'nap', minutes: [20, 60], next: { bathroom: 2, rest: 1 } },
};

/** The least time that makes it worth beginning something, in seconds. */
const WORTH_S = 240;

/** Time at home without a plan, until about `untilS` seconds after the day's beginning. */
export function freeTime(plan: Plan, who: ResidentPlan, roles: Roles, random: Random, untilS: number): void {
  let name: PastimeName = random.chance(500) ? 'rest' : 'television';
  while (untilS - plan.nowS > WORTH_S) {
    const { where, activity, minutes, next } = FREE_TIME[name];
    const room = where === 'bedroom' || where === 'desk' ? who[where] : roles[where];
    const leftMinutes = Math.floor((untilS - plan.nowS) / 60);
    plan.stay(room, activity, Math.min(minutes[0], leftMinutes), Math.min(minutes[1], leftMinutes));
    name = follows(next, random);
  }
}

function follows(next: Pastime['next'], random: Random): PastimeName {
  const weights = Object.entries(next) as [PastimeName, number][];
  let left = random.below(weights.reduce((sum, [, weight]) => sum + weight, 0));
  for (const [name, weight] of weights) {
    left -= weight;
    if (left < 0) {
      return name;
    }
  }
  return 'rest';
}
