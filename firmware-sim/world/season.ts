import { randomStream } from '../random.ts';
import { dayStartMs } from './calendar.ts';
import { dateOf } from './holidays.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_BEGINS_MINUTE = 240;

/**
 * Sunrise and sunset in minutes after midnight in the middle of each month, and the mean temperature in tenths of a degree
 * Celsius: about those of Tokyo (National Astronomical Observatory; Japan Meteorological Agency, normals of 1991 to 2020).
 */
const MONTHS: readonly (readonly [sunrise: number, sunset: number, deciC: number])[] = [
  [409, 1012, 54],
  [388, 1044, 61],
  [352, 1070, 94],
  [308, 1096, 143],
  [276, 1121, 188],
  [265, 1138, 219],
  [276, 1137, 257],
  [299, 1111, 269],
  [322, 1070, 233],
  [345, 1027, 180],
  [374, 995, 125],
  [401, 989, 77],
];

/** How far an hour of the day lies from its mean, in tenths of a degree, from 04:00 on. */
const SWING = [
  -35, -38, -36, -28, -15, 0, 14, 26, 35, 41, 43, 41, 34, 24, 13, 5, -2, -8, -13, -18, -22, -26, -29, -32, -34,
];

/** Daylight in lux that reaches the inside at noon under a clear sky. */
const NOON_LUX = 230;

/** Lamps are lit so long before the sun is gone, and after it came. */
const DUSK_MS = 25 * MINUTE_MS;

/** The sky over a day of the house: the same for a seed and date. */
export interface Sky {
  readonly startMs: number;
  readonly sunriseMs: number;
  readonly sunsetMs: number;
  /** How much of a clear day's light there is, of 1,000. */
  readonly lightPermille: number;
  /** The day's mean temperature in tenths of a degree Celsius. */
  readonly meanDeciC: number;
}

/** The sky of a day: the season of central Japan, and weather that lasts some days. Throws RangeError for an unknown time zone. */
export function skyOf(seed: number, day: number, timeZone: string): Sky {
  const startMs = dayStartMs(day, timeZone);
  const { month, date } = dateOf(day);
  // From the middle of one month to the middle of the next.
  const first = date >= 15 ? month - 1 : month + 10;
  const passed = date >= 15 ? date - 15 : date + 15;
  const between = (column: 0 | 1 | 2): number => {
    const from = MONTHS[first % 12]?.[column] ?? 0;
    const to = MONTHS[(first + 1) % 12]?.[column] ?? 0;
    return Math.round(from + ((to - from) * passed) / 30);
  };
  const weather = [0, 1, 2, 3].map((before) => randomStream(seed, 'weather', day - before));
  const anomalies = weather.map((random) => random.around(0, 70));
  return {
    startMs,
    sunriseMs: startMs + (between(0) - DAY_BEGINS_MINUTE) * MINUTE_MS,
    sunsetMs: startMs + (between(1) - DAY_BEGINS_MINUTE) * MINUTE_MS,
    lightPermille: weather[0]?.between(300, 1000) ?? 1000,
    meanDeciC: between(2) + Math.round(anomalies.reduce((sum, each) => sum + each, 0) / 4),
  };
}

/** The temperature outside, in tenths of a degree Celsius. */
export function outdoorDeciC({ startMs, meanDeciC }: Sky, atMs: number): number {
  const hours = (atMs - startMs) / HOUR_MS;
  const hour = Math.max(0, Math.min(SWING.length - 2, Math.floor(hours)));
  const from = SWING[hour] ?? 0;
  const to = SWING[hour + 1] ?? 0;
  return meanDeciC + Math.round(from + (to - from) * Math.min(1, Math.max(0, hours - hour)));
}

/** Daylight in lux inside a room. */
export function daylightLux({ sunriseMs, sunsetMs, lightPermille }: Sky, atMs: number): number {
  const share = (atMs - sunriseMs) / (sunsetMs - sunriseMs);
  return share <= 0 || share >= 1 ? 0 : Math.round((4 * share * (1 - share) * NOON_LUX * lightPermille) / 1000);
}

/** The stretches of a day in which lamps are needed. */
export function darkSpans({ startMs, sunriseMs, sunsetMs }: Sky, endMs: number): { fromMs: number; toMs: number }[] {
  const light = { fromMs: sunriseMs + DUSK_MS, toMs: sunsetMs - DUSK_MS };
  return [
    { fromMs: startMs, toMs: light.fromMs },
    { fromMs: light.toMs, toMs: endMs },
  ];
}
