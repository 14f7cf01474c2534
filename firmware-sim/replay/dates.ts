import { instantOf } from '../world/calendar.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** The first instant from `firstWallMs` on at which the clock shows the time of day of `startWallMs`. */
export function sameTimeOfDay(firstWallMs: number, startWallMs: number): number {
  const candidate = sameDay(firstWallMs, startWallMs);
  return candidate >= firstWallMs ? candidate : candidate + DAY_MS;
}

/** The instant on the day of `firstWallMs` at which the clock shows the time of day of `startWallMs`. */
export function sameDay(firstWallMs: number, startWallMs: number): number {
  const timeOfDayMs = ((startWallMs % DAY_MS) + DAY_MS) % DAY_MS;
  return Math.floor(firstWallMs / DAY_MS) * DAY_MS + timeOfDayMs;
}

/** `instantOf` for rising times, asking the time zone once an hour, and never running backwards. */
export function instantsOf(timeZone: string): (wall: number) => number {
  let hour = Number.NaN;
  let hourMs = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return (wall) => {
    const wallHour = Math.floor(wall / HOUR_MS);
    if (wallHour !== hour) {
      hour = wallHour;
      hourMs = instantOf(wallHour * HOUR_MS, timeZone);
    }
    lastMs = Math.max(lastMs, hourMs + (wall - wallHour * HOUR_MS));
    return lastMs;
  };
}
