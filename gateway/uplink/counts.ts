import type { OpenReason } from '../../proto/cell.ts';
import type { RefusalReason } from '../../proto/wire.ts';
import type { Problem } from './connection.ts';

/**
 * What the uplink counts: cells the data broker refused, answers that did not open or show an ordinal no home reaches,
 * runs in answers that this hub never had, rows withheld because consent ended, rows the data broker
 * cannot read, power that was thinned because the outbox was full, receipts whose signature is not the operator's, lost
 * connections, commits the store refused (`unsettled`), and faults of the program itself.
 */
export type UplinkCount =
  | `refused:${RefusalReason}`
  | `unopened:${OpenReason}`
  | `connection:${Problem}`
  | 'ordinal'
  | 'foreignRun'
  | 'withheld'
  | 'quarantined'
  | 'thinned'
  | 'receiptInvalid'
  | 'unsettled'
  | 'fault';

/** Counts by name since the process started; what never happened is absent. */
export class UplinkCounts {
  readonly #counts = new Map<UplinkCount, number>();

  /** Adds to a count. */
  add(name: UplinkCount, count = 1): void {
    if (count > 0) this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** All counts so far. */
  toObject(): Partial<Record<UplinkCount, number>> {
    return Object.fromEntries(this.#counts);
  }
}
