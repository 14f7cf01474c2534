import type { Ledger } from './ledger.ts';
import type { TraceRecord } from './trace.ts';

/** A power cut: the records before it happened, those from it on did not. */
export interface Cut {
  readonly seed: number;
  readonly at: number;
}

/**
 * Chooses a place in the trace for each cut: every phase of the life gets its share, and most cuts fall where the
 * promise is tightest, just before or just after a sync ends and just after something went out over a socket.
 */
export function chooseCuts(
  records: readonly TraceRecord[],
  phases: Ledger['phases'],
  count: number,
  randomOf: (seed: number) => () => number,
  firstSeed = 1,
): Cut[] {
  const tight = { syncEnded: indexesOf(records, 'syncEnded'), sent: indexesOf(records, 'sent') };
  const cuts = Array.from({ length: count }, (_, n) => {
    const seed = firstSeed + n;
    const random = randomOf(seed);
    const phase = n % phases.length;
    const from = phases[phase - 1]?.end ?? 0;
    const to = phases[phase]?.end ?? records.length;
    const within = (all: readonly number[]) => all.filter((index) => index >= from && index < to);
    const pick = (all: readonly number[]) => all[Math.floor(random() * all.length)] ?? from;
    const kind = Math.floor(random() * 5);
    if (kind === 0) return { seed, at: from + Math.floor(random() * (to - from + 1)) };
    if (kind <= 2) return { seed, at: pick(within(tight.syncEnded)) + (kind - 1) };
    return { seed, at: pick(within(tight.sent)) + 1 };
  });
  return cuts.sort((one, other) => one.at - other.at);
}

function indexesOf(records: readonly TraceRecord[], kind: string): number[] {
  return records.flatMap((record, index) => (record.kind === kind ? [index] : []));
}
