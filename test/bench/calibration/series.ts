import type { Row } from '../../../firmware-sim/replay/household-power.ts';
import { rowsOf } from '../../../firmware-sim/replay/rows.ts';
import { dayWorld } from '../../../firmware-sim/world/happenings.ts';
import type { HomePlan } from '../../../firmware-sim/world/home-plan.ts';
import type { Load } from '../../../firmware-sim/world/house.ts';

/** A home's electricity: for each day the mean power of each minute in watts, NaN where nothing is known. */
export type Days = ReadonlyMap<number, Float64Array>;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
export const MINUTES = 1440;

/** The days of a household_power_consumption file that have at least nine of ten minutes; days since 1970-01-01. */
export async function realDays(file: string): Promise<Days> {
  const days = new Map<number, Float64Array>();
  for await (const row of rowsOf(file) as AsyncIterable<Row>) {
    if (row.kind === 'sample') {
      const day = Math.floor(row.wallMs / DAY_MS);
      const minutes = days.get(day) ?? new Float64Array(MINUTES).fill(Number.NaN);
      minutes[Math.floor((row.wallMs % DAY_MS) / MINUTE_MS)] = row.watts;
      days.set(day, minutes);
    }
  }
  return new Map([...days].filter(([, minutes]) => minutes.filter(Number.isFinite).length > MINUTES * 0.9));
}

/** The same days of a simulated home, from midnight to midnight by its own clock. */
export function simulatedDays(home: HomePlan, seed: number, wanted: Iterable<number>): Days {
  const days = new Map<number, Float64Array>();
  for (const day of wanted) {
    const minutes = new Float64Array(MINUTES);
    // The household's day begins at four: the hours before belong to the day before.
    for (const each of [day - 1, day]) {
      const world = dayWorld(seed, each, 'UTC', home);
      addMinutes(minutes, world.loads.total ?? { restMw: 0, steps: [] }, world, day * DAY_MS);
    }
    days.set(day, minutes);
  }
  return days;
}

function addMinutes(
  minutes: Float64Array,
  { restMw, steps }: Load,
  { startMs, endMs }: { startMs: number; endMs: number },
  midnightMs: number,
): void {
  let fromMs = startMs;
  let powerMw = restMw;
  for (const { atMs, powerMw: next } of [...steps, { atMs: endMs, powerMw: 0 }]) {
    for (let at = fromMs; at < atMs; ) {
      const minute = Math.floor((at - midnightMs) / MINUTE_MS);
      const untilMs = Math.min(atMs, midnightMs + (minute + 1) * MINUTE_MS);
      if (minute >= 0 && minute < MINUTES) {
        minutes[minute] = (minutes[minute] ?? 0) + (powerMw / 1000) * ((untilMs - at) / MINUTE_MS);
      }
      at = untilMs;
    }
    fromMs = atMs;
    powerMw = next;
  }
}
