/** When something is: so long after the beginning, at the next such time of day, or when the clock on the wall shows a date. */
export type Moment = { readonly afterMs: number } | { readonly timeOfDayMs: number } | { readonly wallMs: number };

const UNITS_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** No length of a scenario is longer: ten years. */
const MOST_MS = 3660 * 86_400_000;

/** Reads a length such as 90s, 10m, 1h30m or 2d in milliseconds; undefined for anything else. */
export function readLength(text: string): number | undefined {
  if (!/^(\d{1,9}(ms|[dhms]))+$/.test(text)) {
    return undefined;
  }
  const parts = text.matchAll(/(\d+)(ms|[dhms])/g);
  const total = [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS_MS[unit ?? ''] ?? 0), 0);
  return total <= MOST_MS ? total : undefined;
}

/** Reads a length after the beginning, a time of day (23:30) or a date with or without a time; undefined for anything else. */
export function readMoment(text: string): Moment | undefined {
  const afterMs = readLength(text);
  if (afterMs !== undefined) {
    return { afterMs };
  }
  const time = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text);
  if (time !== null) {
    const [hour, minute, second] = [Number(time[1]), Number(time[2]), Number(time[3] ?? 0)];
    return hour < 24 && minute < 60 && second < 60
      ? { timeOfDayMs: ((hour * 60 + minute) * 60 + second) * 1000 }
      : undefined;
  }
  const date = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?$/.exec(text);
  const wallMs = date === null ? Number.NaN : Date.parse(`${date[1]}T${date[2] ?? '00:00'}Z`);
  const isDay = !Number.isNaN(wallMs) && new Date(wallMs).toISOString().startsWith(date?.[1] ?? ' ');
  return isDay ? { wallMs } : undefined;
}
