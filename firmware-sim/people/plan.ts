import type { Random } from '../random.ts';
import { DAY_BEGINS_HOUR } from '../world/calendar.ts';
import { type HomePlan, wayBetween } from '../world/home-plan.ts';
import type { Activity, Visit } from '../world/house.ts';

/** Seconds after the beginning of the household's day at which the clock on the wall shows `hour`:`minute` (24:30 is half past midnight). */
export function clockS(hour: number, minute: number): number {
  return ((hour - DAY_BEGINS_HOUR) * 60 + minute) * 60;
}

/** Writes one person's day as visits that follow each other without a gap, walking through the rooms between. */
export class Plan {
  readonly visits: Visit[] = [];
  readonly #home: HomePlan;
  readonly #person: number;
  readonly #startMs: number;
  readonly #random: Random;
  #nowS = 0;

  constructor(home: HomePlan, person: number, startMs: number, random: Random) {
    this.#home = home;
    this.#person = person;
    this.#startMs = startMs;
    this.#random = random;
  }

  /** Seconds since the beginning of the day. */
  get nowS(): number {
    return this.#nowS;
  }

  /** Stays until `untilS` seconds after the day's beginning; does nothing when that has passed. */
  until(place: string, activity: Activity, untilS: number): this {
    return this.#go(place, activity, () => untilS);
  }

  /** Stays between `leastMinutes` and `mostMinutes`, not counting the way there. */
  stay(place: string, activity: Activity, leastMinutes: number, mostMinutes: number): this {
    const staysS = this.#random.between(leastMinutes * 60, mostMinutes * 60);
    return this.#go(place, activity, (arriveS) => arriveS + staysS);
  }

  #go(place: string, activity: Activity, untilOf: (arriveS: number) => number): this {
    const way = this.#wayTo(place);
    const arriveS = way.reduce((sum, { seconds }) => sum + seconds, this.#nowS);
    const untilS = untilOf(arriveS);
    if (untilS <= arriveS) {
      return this;
    }
    for (const { room, seconds } of way) {
      this.#push(room, 'pass', this.#nowS + seconds);
    }
    this.#push(place, activity, untilS);
    return this;
  }

  /** The rooms on the way and how long each takes; leaving and coming home include shoes and keys. */
  #wayTo(place: string): { room: string; seconds: number }[] {
    const here = this.visits.at(-1)?.place;
    if (here === undefined) {
      return [];
    }
    const isDoor = place === 'away' || here === 'away';
    return wayBetween(this.#home, here, place).map((room) => {
      const slow = isDoor && room === this.#home.roles.hall;
      return { room, seconds: slow ? this.#random.between(35, 80) : this.#random.between(5, 10) };
    });
  }

  #push(place: string, activity: Activity, untilS: number): void {
    this.visits.push({
      person: this.#person,
      place,
      activity,
      fromMs: this.#startMs + this.#nowS * 1000,
      toMs: this.#startMs + untilS * 1000,
    });
    this.#nowS = untilS;
  }
}
