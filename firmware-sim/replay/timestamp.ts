/** From here on a number counts milliseconds since 1970, not seconds: the year 2286 as seconds. */
const MILLISECONDS_FROM = 10_000_000_000;

/**
 * What the clock on the wall showed, as milliseconds of a UTC that reads the same: ISO 8601 or the same with a space, with or
 * without an offset (which is left out: the time of day is the file's), or seconds or milliseconds since 1970. Undefined for
 * anything else, and for a day that does not exist.
 */
export function readTimestamp(text: string): number | undefined {
  if (/^\d{9,13}(\.\d{1,9})?$/.test(text)) {
    const count = Number(text);
    return Math.floor(count >= MILLISECONDS_FROM ? count : count * 1000);
  }
  const form = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/;
  const [, date, time, seconds = ':00', fraction = ''] = form.exec(text) ?? [];
  if (date === undefined) {
    return undefined;
  }
  const wallMs = Date.parse(`${date}T${time}${seconds}Z`);
  const isThere = Number.isFinite(wallMs) && new Date(wallMs).toISOString().startsWith(date);
  return isThere ? wallMs + Math.floor(Number(`0${fraction}`) * 1000) : undefined;
}
