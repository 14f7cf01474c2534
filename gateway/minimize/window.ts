/** Seconds to add to UTC to get the home's local time at an instant (milliseconds since 1970). */
export type ZoneOffsetS = (atMs: number) => number;

/** A stretch of home time in milliseconds, `endMs` exclusive. */
export interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The first instant at which the home's clock shows this time; where the clock leaps over it, the instant of the leap. */
function toUtc(localMs: number, zone: ZoneOffsetS): number {
  const beforeMs = localMs - zone(localMs - DAY_MS) * 1000;
  const afterMs = localMs - zone(localMs + DAY_MS) * 1000;
  const shown = [beforeMs, afterMs].filter((atMs) => atMs + zone(atMs) * 1000 === localMs);
  return shown.length > 0 ? Math.min(...shown) : beforeMs;
}

/**
 * The window of the given length that holds an instant, aligned to the home's local midnight. Windows longer than an hour
 * follow the local clock: a day has 23 or 25 hours when the clocks change. A shorter one that the change would cut is
 * joined with the next, because nobody agreed to anything finer than its length.
 */
export function windowAt(atMs: number, windowS: number, zone: ZoneOffsetS): Bounds {
  const lengthMs = windowS * 1000;
  const here = alignedAt(atMs, lengthMs, zone);
  if (lengthMs <= HOUR_MS || lengthMs >= DAY_MS) return here;
  const isCut = ({ startMs, endMs }: Bounds) => endMs - startMs < lengthMs;
  if (isCut(here)) return { startMs: here.startMs, endMs: alignedAt(here.endMs, lengthMs, zone).endMs };
  const before = alignedAt(here.startMs - 1, lengthMs, zone);
  return isCut(before) ? { startMs: before.startMs, endMs: here.endMs } : here;
}

function alignedAt(atMs: number, lengthMs: number, zone: ZoneOffsetS): Bounds {
  const localMs = atMs + zone(atMs) * 1000;
  const localStartMs = Math.floor(localMs / lengthMs) * lengthMs;
  const startMs = atMs - (localMs - localStartMs);
  if (lengthMs <= HOUR_MS) return { startMs, endMs: startMs + lengthMs };
  const bounds = { startMs: toUtc(localStartMs, zone), endMs: toUtc(localStartMs + lengthMs, zone) };
  return bounds.startMs <= atMs && atMs < bounds.endMs ? bounds : { startMs, endMs: startMs + lengthMs };
}
