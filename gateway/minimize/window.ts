/** Seconds to add to UTC to get the home's local time at an instant (milliseconds since 1970). */
export type ZoneOffsetS = (atMs: number) => number;

/** A stretch of home time in milliseconds, `endMs` exclusive. */
export interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
}

const HOUR_MS = 3_600_000;

function toUtc(localMs: number, zone: ZoneOffsetS): number {
  const guessMs = localMs - zone(localMs) * 1000;
  return localMs - zone(guessMs) * 1000;
}

/**
 * The window of the given length that holds an instant, aligned to the home's local midnight.
 * Windows longer than an hour follow the local clock, so a day has 23 or 25 hours when the clocks change.
 */
export function windowAt(atMs: number, windowS: number, zone: ZoneOffsetS): Bounds {
  const lengthMs = windowS * 1000;
  const localMs = atMs + zone(atMs) * 1000;
  const localStartMs = Math.floor(localMs / lengthMs) * lengthMs;
  const startMs = atMs - (localMs - localStartMs);
  if (lengthMs <= HOUR_MS) return { startMs, endMs: startMs + lengthMs };
  const bounds = { startMs: toUtc(localStartMs, zone), endMs: toUtc(localStartMs + lengthMs, zone) };
  return bounds.startMs <= atMs && atMs < bounds.endMs ? bounds : { startMs, endMs: startMs + lengthMs };
}
