import { countedBefore, EnergyCounter, MOST_PER_DAY_MWH } from '../things/energy-counter.ts';
import { loadOf } from '../world/appliances.ts';
import { dayAt } from '../world/calendar.ts';
import { dayWorld } from '../world/happenings.ts';
import { type HomePlan, TOTAL } from '../world/home-plan.ts';
import type { DayWorld, PowerStep } from '../world/house.ts';
import type { Span } from '../world/spans.ts';
import { mainsAt } from './mains.ts';

/** The house whose electricity is measured; `startMs` is home time in milliseconds of UTC. */
export interface MeteredHouse {
  readonly seed: number;
  readonly timeZone: string;
  readonly startMs: number;
  /** Default the demonstration's apartment. */
  readonly home?: HomePlan | undefined;
  /** Is shown each day of the house before it is measured. */
  onDay?(world: DayWorld): void;
}

/** What the meter and the contact at the front door measure at an instant. */
export interface HouseReading {
  readonly atMs: number;
  readonly powerMw: number;
  /** Counted since the meter was installed; never less than in an earlier reading, of this run or of one that began earlier. */
  readonly energyMwh: number;
  readonly voltageMv: number;
  readonly frequencyMillihertz: number;
  readonly isDoorOpen: boolean;
}

/** The meter of the whole house: everything that its appliances draw together. */
export class HouseMeter {
  readonly #house: MeteredHouse;
  readonly #counter = new EnergyCounter();
  #day: number;
  #dayEndsMs = 0;
  #steps: readonly PowerStep[] = [];
  #doorOpenings: readonly Span[] = [];
  #taken = 0;
  #nowMs: number;

  /** Throws RangeError for an unknown time zone. */
  constructor(house: MeteredHouse) {
    this.#house = house;
    this.#nowMs = house.startMs;
    this.#day = dayAt(house.startMs, house.timeZone);
    this.#counter.begin(countedBefore(this.#day, MOST_PER_DAY_MWH.meter));
    this.#enter(this.#day);
  }

  /** When the day that was read last ends: who reads nothing for many days makes the next reading slow. */
  get dayEndsMs(): number {
    return this.#dayEndsMs;
  }

  /** What is measured at an instant of home time; one before the last reading counts as that one. */
  read(atMs: number): HouseReading {
    const nowMs = Math.max(this.#nowMs, Math.floor(atMs));
    this.#nowMs = nowMs;
    while (nowMs >= this.#dayEndsMs) {
      this.#takeSteps(this.#dayEndsMs);
      this.#enter(this.#day + 1);
    }
    this.#takeSteps(nowMs);
    this.#counter.advance(nowMs);
    const { powerMw, energyMwh } = this.#counter;
    const isDoorOpen = this.#doorOpenings.some(({ fromMs, toMs }) => fromMs <= nowMs && nowMs < toMs);
    return { atMs: nowMs, powerMw, energyMwh, isDoorOpen, ...mainsAt(this.#house.seed, nowMs, powerMw) };
  }

  #enter(day: number): void {
    const world = dayWorld(this.#house.seed, day, this.#house.timeZone, this.#house.home);
    this.#house.onDay?.(world);
    const { restMw, steps } = loadOf(world, TOTAL);
    this.#day = day;
    this.#dayEndsMs = world.endMs;
    this.#steps = [{ atMs: world.startMs, powerMw: restMw }, ...steps];
    this.#taken = 0;
    this.#doorOpenings = world.openings.front_door ?? [];
  }

  /** Lets everything flow that changed up to an instant. */
  #takeSteps(uptoMs: number): void {
    for (let step = this.#steps[this.#taken]; step !== undefined && step.atMs <= uptoMs; ) {
      this.#counter.flow(step.atMs, step.powerMw);
      this.#taken += 1;
      step = this.#steps[this.#taken];
    }
  }
}
