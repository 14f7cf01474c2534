import { type FoundRecord, LOG_PAGE_BYTES, recordAt } from './record.ts';
import type { Mark } from './ring.ts';

/** What a log holds that the tables do not. */
export interface Scanned {
  /** In the order in which they were written. */
  readonly records: readonly FoundRecord[];
  /** Where the next record goes. */
  readonly next: Mark;
  /** Records that once were whole, because later ones are there, and no longer are. */
  readonly missing: number;
}

/** Looks through a whole log for the records from a mark on. A last record that is torn was never acknowledged. */
export function scan(bytes: Buffer, log: number, from: Mark): Scanned {
  const records = recordsIn(bytes, (record) => record.log === log && record.sequence >= from.sequence);
  const last = records.at(-1);
  if (!last) return { records, next: from, missing: 0 };
  const pages = bytes.length / LOG_PAGE_BYTES;
  return {
    records,
    next: { page: (last.page + last.pages) % pages, sequence: last.sequence + 1 },
    missing: last.sequence - from.sequence + 1 - records.length,
  };
}

/**
 * What a log holds whose mark is lost with the tables: everything from the sequence on that its newest record names as
 * the first unsettled one; undefined when there is no record. Some of it may be in the tables already.
 */
export function scanWithoutMark(bytes: Buffer): (Scanned & { readonly log: number }) | undefined {
  const newest = recordsIn(bytes, () => true).at(-1);
  return newest && { log: newest.log, ...scan(bytes, newest.log, { page: 0, sequence: newest.settled }) };
}

function recordsIn(bytes: Buffer, wanted: (record: FoundRecord) => boolean): FoundRecord[] {
  const found = new Map<number, FoundRecord>();
  for (let page = 0; page * LOG_PAGE_BYTES < bytes.length; page += 1) {
    const record = recordAt(bytes, page);
    if (record && wanted(record)) found.set(record.sequence, record);
  }
  return [...found.values()].sort((one, other) => one.sequence - other.sequence);
}
