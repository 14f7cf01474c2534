import { LEASES_PER_CELL, WITHDRAWALS_PER_CELL } from './codec-up.ts';
import type { Item } from './hub-item.ts';

/** More records than fit any cell: bounds the search. */
const RECORDS_PER_CELL = 1500;
/** Cells in a row that carry only live data although backlog waits and may go; the next begins with backlog. */
export const LIVE_CELLS_IN_A_ROW = 3;

/**
 * The order in which items get their place in a cell: withdrawals, as many as one answer can receipt, then leases, then
 * live records, then backlog, each in the order offered. When it is the backlog's turn the two change places. A withdrawal
 * or lease that was refused alone is never given up, and goes last so that it holds nothing up.
 */
export function ordered(
  items: readonly Item[],
  { isRefusedAlone, isBacklogsTurn }: { isRefusedAlone: (item: Item) => boolean; isBacklogsTurn: boolean },
): Item[] {
  const withdrawals: Item[] = [];
  const refusedAlone: Item[] = [];
  const leases: Item[] = [];
  const live: Item[] = [];
  const backlog: Item[] = [];
  for (const item of items) {
    if (!('record' in item) && isRefusedAlone(item)) refusedAlone.push(item);
    else if ('withdrawal' in item) withdrawals.push(item);
    else if ('lease' in item) leases.push(item);
    else {
      const records = item.backlog === true ? backlog : live;
      if (records.length < RECORDS_PER_CELL) records.push(item);
    }
  }
  const records = isBacklogsTurn ? [...backlog, ...live] : [...live, ...backlog];
  return [
    ...withdrawals.slice(0, WITHDRAWALS_PER_CELL),
    ...leases.slice(0, LEASES_PER_CELL),
    ...records.slice(0, RECORDS_PER_CELL),
    ...refusedAlone.slice(0, 1),
  ];
}
