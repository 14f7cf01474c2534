import { accept, identities } from '../../../proto/broker-link.ts';
import type { Acceptance, HeldState } from '../../../proto/broker-state.ts';
import type { Item } from '../../../proto/hub-item.ts';
import type { Category } from '../../../proto/lists.ts';
import type { DownBody, Interval, Range, RunId, UpBody, WireRecord } from '../../../proto/wire.ts';

/** Small things to build link tests from. */

export const RUN = '00000000000000aa';
export const OLD_RUN = '00000000000000bb';
export const WRITE_KEY = '11'.repeat(16);
export const ERASE_KEY = '22'.repeat(32);

/** A record whose value tells it from the others. */
export function record(value: number, change: Partial<WireRecord> = {}): WireRecord {
  return {
    writeKey: WRITE_KEY,
    offer: 'aa'.repeat(16),
    category: 'power.total',
    property: 'power.active',
    quantity: 'power_w',
    timeS: 1_800_000_000 + value,
    windowS: 0,
    value,
    observedPermille: 1000,
    estimatedTime: false,
    ...change,
  };
}

/** An outbox row with a record; its id and value are its sequence unless told otherwise. */
export function item(seq: number, change: { id?: number; run?: RunId; ordinal?: number; value?: number } = {}): Item {
  const { id = seq, run = RUN, ordinal = 1, value = seq } = change;
  return { id, run, seq, ordinal, lane: 'shaped', record: record(value) };
}

/** An outbox row with a withdrawal. */
export function withdrawalItem(seq: number, categories: readonly Category[] = ['power.total']): Item {
  return { id: seq, run: RUN, seq, ordinal: 1, lane: 'control', withdrawal: { eraseKey: ERASE_KEY, categories } };
}

/** A range of the link's run. */
export function range(first: number, count: number, change: Partial<Range> = {}): Range {
  return { run: RUN, first, count, void: false, ...change };
}

/** An up body that carries these records under these ranges. */
export function cell(ranges: readonly Range[], records: readonly WireRecord[], change: Partial<UpBody> = {}): UpBody {
  return { run: RUN, cell: 1, highestOrdinal: 1, ranges, records, withdrawals: [], ...change };
}

/** An answer that acknowledges these intervals of the link's run. */
export function answerTo(number: number, intervals: readonly Interval[], change: Partial<DownBody> = {}): DownBody {
  return {
    cell: number,
    acknowledged: [{ run: RUN, intervals }],
    credit: 4,
    highestOrdinal: 0,
    receipts: [],
    ...change,
  };
}

/** What a broker holds; nothing unless told otherwise. */
export function held(change: Partial<HeldState> = {}): HeldState {
  return { received: new Map(), withdrawn: new Map(), offerCovers: () => true, highestOrdinal: 0, ...change };
}

/** `accept` with production's identities. */
export function accepted(body: UpBody, state: HeldState = held()): Acceptance {
  return accept(body, state, identities);
}
