import type { Random } from '../random.ts';
import type { HomePlan, ResidentPlan, Work } from '../world/home-plan.ts';
import type { Visit } from '../world/house.ts';
import type { Circumstances } from './circumstances.ts';
import { freeTime } from './free-time.ts';
import { clockS, Plan } from './plan.ts';

/** What a household agrees on for one day; seconds after its beginning at 04:00. */
export interface Agreement extends Circumstances {
  /** The resident who cooks. */
  readonly cook: number;
  readonly dinnerS: number;
  /** A free day's outing of all together, when there is one. */
  readonly outing: { readonly leaveS: number; readonly homeS: number } | undefined;
  readonly washingDay: boolean;
  /** When a trip leaves, or comes home. */
  readonly travelS: number;
}

/** Draws what the household agrees on for a day. */
export function agree({ residents }: HomePlan, circumstances: Circumstances, random: Random): Agreement {
  const { free, guests } = circumstances;
  const leaveS = random.around(clockS(10, 40), 45 * 60);
  const outs = free && guests === undefined && random.chance(650);
  const all = residents.reduce((sum, { cooks }) => sum + cooks, 0);
  let turn = random.below(Math.max(1, all));
  const cook = residents.findIndex(({ cooks }) => {
    turn -= cooks;
    return turn < 0;
  });
  return {
    ...circumstances,
    cook: Math.max(0, cook),
    dinnerS: random.around(clockS(19, 20), 20 * 60),
    outing: outs ? { leaveS, homeS: leaveS + random.between(90, 200) * 60 } : undefined,
    washingDay: random.chance(free ? 600 : 450),
    travelS: random.around(circumstances.trip === 'leaves' ? clockS(9, 40) : clockS(16, 40), 90 * 60),
  };
}

/** One resident's visits from 04:00 to `endS` seconds later: beginning and ending asleep, or on a trip. */
export function personDay(
  home: HomePlan,
  person: number,
  startMs: number,
  endS: number,
  agreed: Agreement,
  random: Random,
): Visit[] {
  const plan = new Plan(home, person, startMs, random);
  const who = home.residents[person];
  if (who === undefined) {
    throw new RangeError(`the home has no resident ${person}`);
  }
  const day = new ResidentDay(home, who, person, agreed, plan, random);
  if (agreed.trip === 'away') {
    plan.until('away', 'out', endS);
  } else if (agreed.trip === 'leaves') {
    day.morning();
    day.free(agreed.travelS - 100);
    plan.until(home.roles.living, 'relax', agreed.travelS - 90 + person * 4).until('away', 'out', endS);
  } else if (agreed.trip === 'returns') {
    // One after the other through the same open door.
    plan.until('away', 'out', agreed.travelS + person * 5);
    plan.stay(home.roles.living, 'relax', 5, 15);
    day.evening();
    day.night(endS);
  } else {
    day.usual();
    day.evening();
    day.night(endS);
  }
  return plan.visits;
}

/** One resident's day at home, written down hour by hour. */
class ResidentDay {
  readonly #home: HomePlan;
  readonly #who: ResidentPlan;
  readonly #person: number;
  readonly #agreed: Agreement;
  readonly #plan: Plan;
  readonly #random: Random;

  constructor(home: HomePlan, who: ResidentPlan, person: number, agreed: Agreement, plan: Plan, random: Random) {
    this.#home = home;
    this.#who = who;
    this.#person = person;
    this.#agreed = agreed;
    this.#plan = plan;
    this.#random = random;
  }

  free(untilS: number): void {
    freeTime(this.#plan, this.#who, this.#home.roles, this.#random, untilS);
  }

  /** From waking to the evening. */
  usual(): void {
    const { work, deskDays } = this.#who;
    const { ill, free, weekday, schoolHoliday } = this.#agreed;
    if (ill[this.#person] === true) {
      this.#illDay();
      return;
    }
    this.morning();
    const works = work?.weekdays.includes(weekday) === true && !(work.school === true && schoolHoliday);
    if (!free && deskDays.includes(weekday)) {
      this.#dayAtDesk(clockS(17, 50));
    } else if (!free && works && work !== undefined) {
      this.#dayAway(work);
    } else {
      this.#freeDay();
    }
  }

  morning(): void {
    const { wakeMinute, freeWakeMinute, bedroom, washes, work, deskDays } = this.#who;
    const { free, washingDay, weekday } = this.#agreed;
    const { living, kitchen, bathroom, outside } = this.#home.roles;
    const hurried = !free && (work?.weekdays.includes(weekday) === true || deskDays.includes(weekday));
    const wakeS = hurried
      ? this.#random.around(clockS(0, wakeMinute), 14 * 60)
      : this.#random.around(clockS(0, freeWakeMinute), 40 * 60);
    this.#plan.until(bedroom, 'sleep', wakeS).stay(bathroom, 'wash', 6, 12).stay(kitchen, 'breakfast', 18, 30);
    if (washingDay && washes) {
      this.#plan.stay(bathroom, 'wash', 2, 4).stay(living, 'relax', 1, 3).stay(outside, 'laundry', 5, 9);
      this.#plan.stay(living, 'relax', 1, 3);
    }
    this.#plan.stay(bedroom, 'dress', 4, 8);
  }

  #dayAway({ leaveMinute, leaveSpreadMinutes, homeMinute, homeSpreadMinutes }: Work): void {
    const { living, bathroom } = this.#home.roles;
    const leaveS = this.#random.around(clockS(0, leaveMinute), leaveSpreadMinutes * 60);
    const homeS = this.#random.around(clockS(0, homeMinute), homeSpreadMinutes * 60);
    this.#plan.until(living, 'relax', leaveS - 90).until('away', 'out', homeS);
    this.#plan.stay(bathroom, 'wash', 2, 4).stay(this.#who.bedroom, 'dress', 4, 8);
  }

  /** Blocks at the desk with breaks, lunch, and now and then a walk, until about `untilS`. */
  #dayAtDesk(untilS: number): void {
    const { living, kitchen, bathroom } = this.#home.roles;
    const random = this.#random;
    const walkAfterS = random.around(clockS(15, 0), 60 * 60);
    const lunchS = random.around(clockS(12, 15), 20 * 60);
    let lunched = false;
    let walked = random.chance(350);
    while (this.#plan.nowS < untilS) {
      this.#plan.stay(this.#who.desk, 'desk', 22, 55);
      if (!lunched && this.#plan.nowS >= lunchS) {
        lunched = true;
        this.#plan.stay(kitchen, 'lunch', 25, 45);
      } else if (!walked && this.#plan.nowS >= walkAfterS) {
        walked = true;
        this.#plan.stay('away', 'out', 20, 50).stay(bathroom, 'wash', 1, 3);
      } else if (random.chance(600)) {
        this.#plan.stay(random.chance(700) ? living : kitchen, 'relax', 5, 16);
      } else {
        this.#plan.stay(bathroom, 'wash', 2, 4);
      }
    }
  }

  #freeDay(): void {
    const { living, kitchen, bathroom } = this.#home.roles;
    const { outing } = this.#agreed;
    if (outing !== undefined) {
      this.free(outing.leaveS - 100);
      // One after the other through the same open door.
      this.#plan.until(living, 'relax', outing.leaveS - 90 + this.#person * 4);
      this.#plan.until('away', 'out', outing.homeS + this.#person * 5);
      this.#plan.stay(living, 'relax', 10, 25);
    } else {
      this.free(this.#random.around(clockS(12, 20), 20 * 60));
      if (this.#agreed.cook === this.#person) {
        this.#plan.stay(kitchen, 'cook', 16, 28);
      }
      this.#plan.stay(kitchen, 'lunch', 30, 50);
    }
    const errandS = this.#random.around(clockS(15, 10), 50 * 60);
    this.free(errandS);
    if (this.#agreed.guests === undefined && this.#random.chance(500)) {
      this.#plan.stay('away', 'out', 30, 90).stay(bathroom, 'wash', 2, 4);
    }
  }

  /** A day in bed, with a little to eat, and some hours on the sofa. */
  #illDay(): void {
    const { living, kitchen, bathroom } = this.#home.roles;
    const { bedroom } = this.#who;
    this.#plan.until(bedroom, 'sleep', this.#random.around(clockS(8, 40), 40 * 60)).stay(bathroom, 'wash', 5, 10);
    this.#plan.stay(kitchen, 'breakfast', 8, 20);
    while (this.#plan.nowS < clockS(17, 30)) {
      this.#plan.stay(bedroom, 'nap', 50, 150).stay(bathroom, 'wash', 2, 5);
      this.#plan.stay(this.#random.chance(500) ? living : kitchen, 'relax', 10, 45);
    }
  }

  evening(): void {
    const { cook, dinnerS } = this.#agreed;
    const { living, kitchen, bathroom } = this.#home.roles;
    const { bathMinute, sleepMinute, bedroom } = this.#who;
    this.free(dinnerS - this.#random.between(38, 55) * 60);
    const cooks = cook === this.#person;
    this.#plan.until(cooks ? kitchen : living, cooks ? 'cook' : 'relax', dinnerS);
    this.#plan.stay(kitchen, 'eat', 22, 38);
    if (cook === (this.#person + 1) % this.#home.residents.length && !cooks) {
      this.#plan.stay(kitchen, 'cook', 6, 12);
    }
    this.#television(this.#random.around(clockS(0, bathMinute), 15 * 60));
    this.#plan.stay(bathroom, 'wash', 20, 34).stay(bedroom, 'dress', 3, 6);
    this.#television(this.#random.around(clockS(0, sleepMinute), 30 * 60));
    this.#plan.stay(bathroom, 'wash', 3, 6);
  }

  /** An evening before the television, with short interruptions, until about `untilS`. */
  #television(untilS: number): void {
    const { living, bathroom } = this.#home.roles;
    const random = this.#random;
    while (untilS - this.#plan.nowS > 5 * 60) {
      const minutes = Math.min(random.between(22, 50), Math.floor((untilS - this.#plan.nowS) / 60));
      this.#plan.stay(living, 'television', minutes, minutes);
      if (untilS - this.#plan.nowS > 5 * 60) {
        const isBathroom = random.chance(600);
        this.#plan.stay(isBathroom ? bathroom : this.#who.bedroom, isBathroom ? 'wash' : 'dress', 1, 4);
      }
    }
  }

  night(endS: number): void {
    const { bedroom } = this.#who;
    if (this.#random.chance(280)) {
      this.#plan.until(bedroom, 'sleep', this.#random.between(clockS(25, 10), clockS(26, 20)));
      this.#plan.stay(this.#home.roles.bathroom, 'wash', 2, 4);
    }
    this.#plan.until(bedroom, 'sleep', endS);
  }
}
