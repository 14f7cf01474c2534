import type { Random } from '../random.ts';
import type { Visit } from '../world/house.ts';
import { clockS, Plan } from './plan.ts';

/** What the two people of the household agree on for one day; seconds after the day's beginning at 04:00. */
export interface Agreement {
  readonly weekend: boolean;
  readonly cook: number;
  readonly dinnerS: number;
  /** A weekend outing of both together, when there is one. */
  readonly outing: { readonly leaveS: number; readonly homeS: number } | undefined;
  readonly worksAtHome: readonly boolean[];
  readonly washingDay: boolean;
}

/** Draws what the household agrees on for a day; `weekday` is 0 for Sunday to 6 for Saturday. */
export function agree(weekday: number, random: Random): Agreement {
  const weekend = weekday === 0 || weekday === 6;
  const leaveS = random.around(clockS(10, 40), 45 * 60);
  return {
    weekend,
    cook: random.chance(600) ? 1 : 0,
    dinnerS: random.around(clockS(19, 20), 20 * 60),
    outing: weekend && random.chance(650) ? { leaveS, homeS: leaveS + random.between(90, 200) * 60 } : undefined,
    worksAtHome: [weekday === 5, weekday === 2 || weekday === 4 || weekday === 5],
    washingDay: weekend || random.chance(450),
  };
}

/** One person's visits from 04:00 to `endS` seconds later, starting and ending asleep. */
export function personDay(person: number, startMs: number, endS: number, agreed: Agreement, random: Random): Visit[] {
  const plan = new Plan(person, startMs, random);
  morning(plan, person, agreed, random);
  if (agreed.weekend) {
    weekendDay(plan, person, agreed, random);
  } else if (agreed.worksAtHome[person] === true) {
    dayAtHome(plan, random, clockS(17, 50));
  } else {
    dayAtWork(plan, person, random);
  }
  evening(plan, person, agreed, random);
  night(plan, endS, random);
  return plan.visits;
}

function morning(plan: Plan, person: number, agreed: Agreement, random: Random): void {
  const wakeS = agreed.weekend
    ? random.around(clockS(7, 50), 40 * 60)
    : random.around(clockS(6, 25 + person * 20), 14 * 60);
  plan.until('bedroom', 'sleep', wakeS).stay('bathroom', 'wash', 6, 12).stay('living', 'breakfast', 18, 30);
  if (agreed.washingDay && person === 1) {
    plan.stay('bathroom', 'wash', 2, 4).stay('living', 'relax', 1, 3).stay('balcony', 'laundry', 5, 9);
    plan.stay('living', 'relax', 1, 3);
  }
  plan.stay('bedroom', 'dress', 4, 8);
}

function dayAtWork(plan: Plan, person: number, random: Random): void {
  const leaveS = random.around(clockS(7, 50 + person * 35), 12 * 60);
  const homeS = person === 0 ? random.around(clockS(18, 40), 50 * 60) : random.around(clockS(17, 10), 40 * 60);
  plan.until('living', 'relax', leaveS - 90).until('away', 'out', homeS);
  plan.stay('bathroom', 'wash', 2, 4).stay('bedroom', 'dress', 4, 8);
}

/** Blocks at the desk with breaks, lunch, and now and then a walk, until about `untilS`. */
function dayAtHome(plan: Plan, random: Random, untilS: number): void {
  const walkAfterS = random.around(clockS(15, 0), 60 * 60);
  const lunchS = random.around(clockS(12, 15), 20 * 60);
  let lunched = false;
  let walked = random.chance(350);
  while (plan.nowS < untilS) {
    plan.stay('study', 'desk', 22, 55);
    if (!lunched && plan.nowS >= lunchS) {
      lunched = true;
      plan.stay('living', 'lunch', 25, 45);
    } else if (!walked && plan.nowS >= walkAfterS) {
      walked = true;
      plan.stay('away', 'out', 20, 50).stay('bathroom', 'wash', 1, 3);
    } else if (random.chance(600)) {
      plan.stay('living', 'relax', 5, 16);
    } else {
      plan.stay('bathroom', 'wash', 2, 4);
    }
  }
}

function weekendDay(plan: Plan, person: number, agreed: Agreement, random: Random): void {
  if (agreed.outing !== undefined) {
    idle(plan, random, agreed.outing.leaveS - 100);
    // One after the other through the same open door.
    plan.until('living', 'relax', agreed.outing.leaveS - 90 + person * 4);
    plan.until('away', 'out', agreed.outing.homeS + person * 5);
    plan.stay('living', 'relax', 10, 25);
  } else {
    idle(plan, random, random.around(clockS(12, 20), 20 * 60));
    plan.stay('living', 'lunch', 30, 50);
  }
  const errandS = random.around(clockS(15, 10), 50 * 60);
  idle(plan, random, errandS);
  if (random.chance(500)) {
    plan.stay('away', 'out', 30, 90).stay('bathroom', 'wash', 2, 4);
  }
}

/** Time at home without a plan, until about `untilS`. */
function idle(plan: Plan, random: Random, untilS: number): void {
  const left = (minutes: number): boolean => untilS - plan.nowS > minutes * 60;
  while (left(4)) {
    const choice = random.below(10);
    if (choice < 5 && left(30)) {
      plan.stay('living', choice < 2 ? 'television' : 'relax', 10, 28);
    } else if (choice < 7 && left(22)) {
      plan.stay('study', 'desk', 8, 20);
    } else if (choice === 7 && left(12)) {
      plan.stay('living', 'relax', 1, 3).stay('balcony', 'relax', 2, 6).stay('living', 'relax', 1, 2);
    } else if (choice === 8 && left(12)) {
      plan.stay('bedroom', 'dress', 3, 9);
    } else {
      plan.stay('bathroom', 'wash', 2, 3);
    }
  }
}

function evening(plan: Plan, person: number, agreed: Agreement, random: Random): void {
  const early = agreed.dinnerS - random.between(38, 55) * 60;
  idle(plan, random, early);
  plan.until('living', agreed.cook === person ? 'cook' : 'relax', agreed.dinnerS);
  plan.stay('living', 'eat', 22, 38);
  if (agreed.cook !== person) {
    plan.stay('living', 'cook', 6, 12);
  }
  const bathS = random.around(clockS(20, 50 + person * 45), 15 * 60);
  television(plan, random, bathS);
  plan.stay('bathroom', 'wash', 20, 34).stay('bedroom', 'dress', 3, 6);
  television(plan, random, random.around(clockS(22, 45), 30 * 60));
  plan.stay('bathroom', 'wash', 3, 6);
}

/** An evening before the television, with short interruptions, until about `untilS`. */
function television(plan: Plan, random: Random, untilS: number): void {
  while (untilS - plan.nowS > 5 * 60) {
    const minutes = Math.min(random.between(22, 50), Math.floor((untilS - plan.nowS) / 60));
    plan.stay('living', 'television', minutes, minutes);
    if (untilS - plan.nowS > 5 * 60) {
      plan.stay(random.chance(600) ? 'bathroom' : 'bedroom', random.chance(600) ? 'wash' : 'dress', 1, 4);
    }
  }
}

function night(plan: Plan, endS: number, random: Random): void {
  if (random.chance(280)) {
    plan.until('bedroom', 'sleep', random.between(clockS(25, 10), clockS(26, 20))).stay('bathroom', 'wash', 2, 4);
  }
  plan.until('bedroom', 'sleep', endS);
}
