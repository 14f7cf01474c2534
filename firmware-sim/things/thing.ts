import type { Random } from '../random.ts';
import type { DayWorld } from '../world/house.ts';

/** A value of one property of a thing, as it stands in a message. */
export type FieldValue = boolean | number | string | null;

/** Properties of a thing by name. */
export type Fields = Readonly<Record<string, FieldValue>>;

/** What a thing says at an instant: the properties that this report carries, not those it leaves out. */
export interface Report {
  readonly atMs: number;
  readonly fields: Fields;
}

/** A thing observes the days of the house one after the other and reports; it may remember between days. */
export interface Thing {
  /** What its controller remembers of it before the first report. */
  initial(day: number): Fields;
  /** Its reports of one day in the order of time, from `startMs` up to `endMs`. */
  day(world: DayWorld, random: Random): Report[];
}

/** Least and most seconds between two of something. */
export type GapS = readonly [leastS: number, mostS: number];

/** Instants of a report that comes by itself, a drawn gap apart. */
export function heartbeats(world: DayWorld, [leastS, mostS]: GapS, random: Random): number[] {
  const instants: number[] = [];
  let atMs = world.startMs + random.below(leastS * 1000);
  while (atMs < world.endMs) {
    instants.push(atMs);
    atMs += random.between(leastS * 1000, mostS * 1000);
  }
  return instants;
}

/** Puts reports in the order of time; of two at the same instant the one given first stays first. */
export function inOrder(reports: Report[]): Report[] {
  return reports.sort((left, right) => left.atMs - right.atMs);
}

/** A coin cell in percent and millivolts on a day: it loses one percent in about nine days and is then replaced. */
export function coinCell(day: number): { percent: number; millivolts: number } {
  const percent = 100 - Math.floor((((day % 720) + 720) % 720) / 9);
  return { percent, millivolts: 2825 + percent * 2 };
}
