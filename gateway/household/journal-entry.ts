import { categoryOf, quantityOf } from '../../proto/lists.ts';
import { type JournalRow, outcomeOf } from '../journal/journal.ts';
import type { JournalEntry } from './household.ts';

/** One row of the journal as pages and command line show it. */
export function journalEntry(row: JournalRow): JournalEntry {
  return {
    id: row.id,
    at: new Date(row.at_ms).toISOString(),
    offer: row.slug,
    agreement: row.agreement,
    category: categoryOf(row.category) ?? '',
    quantity: quantityOf(row.quantity) ?? '',
    time: new Date(row.time_s * 1000).toISOString(),
    windowS: row.window_s,
    value: row.value,
    outcome: outcomeOf(row.outcome),
  };
}
