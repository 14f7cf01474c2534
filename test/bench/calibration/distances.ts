import { type Days, MINUTES } from './series.ts';

/** What is compared of a stretch of days. */
export interface Portrait {
  /** The share of a day's energy in each hour, on average. */
  readonly shape: readonly number[];
  readonly kilowattHoursADay: number;
  /** The 5th percentile of the minutes, in watts. */
  readonly baseWatts: number;
  /** The median of the days' highest minutes, in watts. */
  readonly peakWatts: number;
  /** 200 quantiles of the minutes, in watts. */
  readonly quantiles: readonly number[];
}

const QUANTILES = 200;

export function portrait(days: Days): Portrait {
  const minutes = [...days.values()].flatMap((day) => [...day].filter(Number.isFinite)).sort((a, b) => a - b);
  const hours = Array.from({ length: 24 }, (_, hour) =>
    mean([...days.values()].flatMap((day) => [...day.subarray(hour * 60, hour * 60 + 60)].filter(Number.isFinite))),
  );
  const sum = hours.reduce((total, each) => total + each, 0);
  const peaks = [...days.values()].map((day) => Math.max(...[...day].filter(Number.isFinite)));
  return {
    shape: hours.map((each) => each / sum),
    kilowattHoursADay: (mean(minutes) * MINUTES) / 60_000,
    baseWatts: quantile(minutes, 0.05),
    peakWatts: quantile(
      peaks.sort((a, b) => a - b),
      0.5,
    ),
    quantiles: Array.from({ length: QUANTILES }, (_, index) => quantile(minutes, (index + 0.5) / QUANTILES)),
  };
}

/** How far two portraits lie apart; each is 0 for the same. */
export interface Distances {
  /** Half the sum of the differences of the hourly shares: the part of a day's energy that is used in another hour. */
  readonly shape: number;
  /** Ratios of the larger to the smaller, less 1. */
  readonly energy: number;
  readonly base: number;
  readonly peak: number;
  /** The mean difference of the sorted minutes in watts (Wasserstein distance of order 1). */
  readonly minutesWatts: number;
}

export function distances(one: Portrait, other: Portrait): Distances {
  const apart = (left: readonly number[], right: readonly number[]): number[] =>
    left.map((each, index) => Math.abs(each - (right[index] ?? 0)));
  return {
    shape: apart(one.shape, other.shape).reduce((sum, each) => sum + each, 0) / 2,
    energy: ratio(one.kilowattHoursADay, other.kilowattHoursADay),
    base: ratio(one.baseWatts, other.baseWatts),
    peak: ratio(one.peakWatts, other.peakWatts),
    minutesWatts: mean(apart(one.quantiles, other.quantiles)),
  };
}

/** The median of each distance. */
export function medianOf(all: readonly Distances[]): Distances {
  const median = (key: keyof Distances): number =>
    quantile(
      all.map((each) => each[key]).sort((a, b) => a - b),
      0.5,
    );
  return {
    shape: median('shape'),
    energy: median('energy'),
    base: median('base'),
    peak: median('peak'),
    minutesWatts: median('minutesWatts'),
  };
}

function ratio(one: number, other: number): number {
  return Math.max(one, other) / Math.max(1e-9, Math.min(one, other)) - 1;
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
