/** The hour at which one day of the household ends and the next begins: everybody sleeps. */
export const DAY_BEGINS_HOUR = 4;

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) {
    return known;
  }
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, made);
  return made;
}

/** What a clock on the wall shows at an instant, as milliseconds of a UTC that reads the same; throws RangeError for an unknown zone. */
export function wallMs(atMs: number, timeZone: string): number {
  const part: Record<string, number> = {};
  for (const { type, value } of formatFor(timeZone).formatToParts(atMs)) {
    part[type] = Number(value);
  }
  const wall = Date.UTC(
    part.year ?? 0,
    (part.month ?? 1) - 1,
    part.day ?? 1,
    part.hour ?? 0,
    part.minute ?? 0,
    part.second ?? 0,
  );
  return wall + (((atMs % 1000) + 1000) % 1000);
}

/** The instant at which the clock on the wall shows `wall` (form of `wallMs`); an hour that daylight saving skips maps beside it. */
export function instantOf(wall: number, timeZone: string): number {
  const guess = wall - (wallMs(wall, timeZone) - wall);
  return guess - (wallMs(guess, timeZone) - wall);
}

/** The number of the household's day at an instant: days since 1970-01-01 in its time zone, changing at 04:00. */
export function dayAt(atMs: number, timeZone: string): number {
  return Math.floor((wallMs(atMs, timeZone) - DAY_BEGINS_HOUR * HOUR_MS) / DAY_MS);
}

/** The instant at which the household's day of that number begins, in milliseconds. */
export function dayStartMs(day: number, timeZone: string): number {
  return instantOf(day * DAY_MS + DAY_BEGINS_HOUR * HOUR_MS, timeZone);
}

/** The weekday of a day number, 0 for Sunday to 6 for Saturday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/** The clock on the wall at an instant, and its offset from UTC as ISO 8601 writes it (`+09:00`). */
export function offsetText(atMs: number, timeZone: string): { wallMs: number; offset: string } {
  const wall = wallMs(atMs, timeZone);
  const minutes = Math.round((wall - atMs) / 60_000);
  const size = Math.abs(minutes);
  const two = (count: number): string => String(count).padStart(2, '0');
  return { wallMs: wall, offset: `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}` };
}
