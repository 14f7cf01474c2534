import type { Release } from '../pseudonymize/release.ts';
import type { Operation } from '../store/store.ts';

/**
 * What became of a journal entry: `waiting` for the acknowledgement, `provided`, `withdrawn` or `replaced` (a new yes) before
 * it was sent, `withheld` because the consent had ended, `quarantined` because the broker cannot read it, `sent` when it was
 * taken back after it had been sent, so that whether it arrived is not known.
 */
export type Outcome = 'waiting' | 'provided' | 'withdrawn' | 'replaced' | 'withheld' | 'quarantined' | 'sent';

/** One journal entry as it is stored: what left the home, when, under which agreement, and what became of it. */
export interface JournalRow {
  readonly id: number;
  readonly at_ms: number;
  readonly agreement: number;
  readonly slug: string;
  readonly category: string;
  readonly property: string;
  readonly quantity: string;
  readonly time_s: number;
  readonly window_s: number;
  readonly value: number;
  readonly outcome: Outcome;
}

/** The operation that writes a release into the journal; committed together with its outbox row, which has the same run and sequence. */
export function journalEntry(
  release: Release,
  entry: { atMs: number; slug: string; run: string; sequence: number },
): Operation {
  const { agreement, category, property, quantity, timeS, windowS, value } = release.fields();
  const { atMs, slug, run, sequence } = entry;
  return [
    'journal.add',
    atMs,
    agreement,
    slug,
    category,
    property,
    quantity,
    timeS,
    windowS,
    value,
    Buffer.from(run, 'hex'),
    sequence,
  ];
}
