/** Seconds to add to UTC to get the home's local time at an instant (milliseconds since 1970). */
export type ZoneOffsetS = (atMs: number) => number;

/** A stretch of home time in milliseconds, `endMs` exclusive. */
export interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
}

/** Whether two stretches share time. */
export function overlap(one: Bounds, other: Bounds): boolean {
  return one.startMs < other.endMs && other.startMs < one.endMs;
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
 * The window of the given length that holds an instant, aligned to the home's local midnight. Windows that a change of the
 * clocks does not move by whole ones follow the local clock: a day has 23 or 25 hours then. One that the change would cut
 * and that is shorter than a day is joined with the next, because nobody agreed to anything finer than its length.
 */
export function windowAt(atMs: number, windowS: number, zone: ZoneOffsetS): Bounds {
  const lengthMs = windowS * 1000;
  const here = alignedAt(atMs, lengthMs, zone);
  if (isFixed(atMs, lengthMs, zone) || lengthMs >= DAY_MS) return here;
  const isCut = ({ startMs, endMs }: Bounds) => endMs - startMs < lengthMs;
  if (isCut(here)) return { startMs: here.startMs, endMs: alignedAt(here.endMs, lengthMs, zone).endMs };
  const before = alignedAt(here.startMs - 1, lengthMs, zone);
  return isCut(before) ? { startMs: before.startMs, endMs: here.endMs } : here;
}

/** Whether windows of this length stand still while the clocks change: by whole windows, that is, or not near here. */
function isFixed(atMs: number, lengthMs: number, zone: ZoneOffsetS): boolean {
  return lengthMs <= HOUR_MS && ((zone(atMs + 2 * lengthMs) - zone(atMs - 2 * lengthMs)) * 1000) % lengthMs === 0;
}

function alignedAt(atMs: number, lengthMs: number, zone: ZoneOffsetS): Bounds {
  const localMs = atMs + zone(atMs) * 1000;
  const localStartMs = Math.floor(localMs / lengthMs) * lengthMs;
  const startMs = atMs - (localMs - localStartMs);
  if (isFixed(atMs, lengthMs, zone)) return { startMs, endMs: startMs + lengthMs };
  const bounds = { startMs: toUtc(localStartMs, zone), endMs: toUtc(localStartMs + lengthMs, zone) };
  return bounds.startMs <= atMs && atMs < bounds.endMs ? bounds : { startMs, endMs: startMs + lengthMs };
}
