import type { Random } from '../random.ts';
import { DAY_BEGINS_HOUR } from '../world/calendar.ts';
import type { Activity, Place, Visit } from '../world/house.ts';

/** Seconds after the beginning of the household's day at which the clock on the wall shows `hour`:`minute` (24:30 is half past midnight). */
export function clockS(hour: number, minute: number): number {
  return ((hour - DAY_BEGINS_HOUR) * 60 + minute) * 60;
}

/** Writes one person's day as visits that follow each other without a gap, walking through the hall between rooms. */
export class Plan {
  readonly visits: Visit[] = [];
  readonly #person: number;
  readonly #startMs: number;
  readonly #random: Random;
  #nowS = 0;

  constructor(person: number, startMs: number, random: Random) {
    this.#person = person;
    this.#startMs = startMs;
    this.#random = random;
  }

  /** Seconds since the beginning of the day. */
  get nowS(): number {
    return this.#nowS;
  }

  /** Stays until `untilS` seconds after the day's beginning; does nothing when that has passed. */
  until(place: Place, activity: Activity, untilS: number): this {
    return this.#go(place, activity, this.#nowS + this.#walkS(place), untilS);
  }

  /** Stays between `leastMinutes` and `mostMinutes`, not counting the way there. */
  stay(place: Place, activity: Activity, leastMinutes: number, mostMinutes: number): this {
    const arriveS = this.#nowS + this.#walkS(place);
    return this.#go(place, activity, arriveS, arriveS + this.#random.between(leastMinutes * 60, mostMinutes * 60));
  }

  #go(place: Place, activity: Activity, arriveS: number, untilS: number): this {
    if (untilS <= arriveS) {
      return this;
    }
    if (arriveS > this.#nowS) {
      this.#push('hall', 'pass', arriveS);
    }
    this.#push(place, activity, untilS);
    return this;
  }

  /** Seconds it takes to get from where the person is to `place`; leaving and coming home include shoes and keys. */
  #walkS(place: Place): number {
    const here = this.visits.at(-1)?.place;
    if (here === undefined || here === place || here === 'hall' || place === 'hall') {
      return 0;
    }
    if (place === 'balcony' || here === 'balcony') {
      return 0;
    }
    return place === 'away' || here === 'away' ? this.#random.between(35, 80) : this.#random.between(5, 10);
  }

  #push(place: Place, activity: Activity, untilS: number): void {
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
