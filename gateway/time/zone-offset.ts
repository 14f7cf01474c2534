/** Quarters of an hour whose offset is remembered: those around now, around a few windows, and a day before and after. */
const REMEMBERED = 64;

/** Seconds to add to UTC for local time at an instant (milliseconds since 1970), in an IANA time zone; throws a RangeError for an unknown one. */
export function zoneOffset(timeZone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset', year: 'numeric' });
  // By the quarter of an hour, in which no zone changes twice.
  const known = new Map<number, number>();
  return (atMs) => {
    const quarter = Math.floor(atMs / 900_000);
    const remembered = known.get(quarter);
    if (remembered !== undefined) return remembered;
    if (known.size >= REMEMBERED) known.clear();
    const name = format.formatToParts(quarter * 900_000).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(name);
    const seconds = match ? Number(match[2]) * 3600 + Number(match[3]) * 60 : 0;
    const offsetS = match?.[1] === '-' ? -seconds : seconds;
    known.set(quarter, offsetS);
    return offsetS;
  };
}
