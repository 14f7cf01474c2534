const DAY_MS = 86_400_000;

/** Japan's holidays with a date of their own, as month and day. */
const FIXED = ['1-1', '2-11', '2-23', '4-29', '5-3', '5-4', '5-5', '8-11', '11-3', '11-23'];

/** Japan's holidays on a Monday: month, and which Monday of it. */
const MONDAYS: readonly (readonly [month: number, which: number])[] = [
  [1, 2],
  [7, 3],
  [9, 3],
  [10, 2],
];

interface Date3 {
  readonly year: number;
  readonly month: number;
  readonly date: number;
  readonly weekday: number;
}

/** The date of a day number: days since 1970-01-01. */
export function dateOf(day: number): Date3 {
  const date = new Date(day * DAY_MS);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    date: date.getUTCDate(),
    weekday: date.getUTCDay(),
  };
}

/** The days of the two equinoxes, by the formula that holds from 1980 to 2099. */
function equinox(year: number, month: 3 | 9): number {
  const since = year - 1980;
  const first = month === 3 ? 20.8431 : 23.2488;
  return Math.floor(first + 0.242194 * since) - Math.floor(since / 4);
}

function named(day: number): boolean {
  const { year, month, date, weekday } = dateOf(day);
  const equinoctial = (month === 3 || month === 9) && date === equinox(year, month);
  const monday = weekday === 1 && MONDAYS.some(([of, which]) => of === month && Math.ceil(date / 7) === which);
  return FIXED.includes(`${month}-${date}`) || equinoctial || monday;
}

/**
 * Whether a day is a public holiday: in Japan as its law of 1948 has them since 2022 (with the substitute for a holiday on a
 * Sunday, and the day between two holidays), elsewhere New Year only.
 */
export function isHoliday(day: number, timeZone: string): boolean {
  if (timeZone !== 'Asia/Tokyo' && timeZone !== 'Japan') {
    const { month, date } = dateOf(day);
    return month === 1 && date === 1;
  }
  return named(day) || isSubstitute(day) || (named(day - 1) && named(day + 1));
}

/** The first day after a holiday on a Sunday that is none by itself. */
function isSubstitute(day: number): boolean {
  for (let before = day - 1; named(before); before -= 1) {
    if (dateOf(before).weekday === 0) {
      return true;
    }
  }
  return false;
}

/** Whether schools have their long holidays: about as in most of Japan. */
export function isSchoolHoliday(day: number): boolean {
  const { month, date } = dateOf(day);
  const at = month * 100 + date;
  return (at >= 721 && at <= 831) || at >= 1225 || at <= 107 || (at >= 326 && at <= 405);
}
