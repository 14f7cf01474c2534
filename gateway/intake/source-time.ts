/** A source's clock may be behind ours by so much; what it dates earlier is dated by its arrival. */
const BEHIND_MS = 2 * 60_000;
const MINUTE_MS = 60_000;

/**
 * When something happened, in milliseconds of home time: as its source says, where our clock is trusted and the source's
 * agrees with it and is not ahead; otherwise now. Never before the minute that runs: windows are of whole minutes, and
 * those before it may be told already.
 */
export function happenedAtMs(
  sourceMs: number | undefined,
  now: { readonly ms: number; readonly estimated: boolean },
): number {
  if (sourceMs === undefined || now.estimated || !Number.isSafeInteger(sourceMs)) return now.ms;
  if (sourceMs > now.ms || now.ms - sourceMs > BEHIND_MS) return now.ms;
  return Math.max(sourceMs, now.ms - (now.ms % MINUTE_MS));
}
