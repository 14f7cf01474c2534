import { identities } from '../../proto/broker-link.ts';
import type { Category } from '../../proto/lists.ts';
import type { Receipt } from '../../proto/wire.ts';
import type { Withdrawing } from './withdrawals.ts';
import { finishWithdrawals, type RecordedWithdrawal, recordWithdrawal } from './withdrawals.ts';

/** What a batch of erase keys came to: a signed receipt for each name that was held, and how many names were not. */
export interface BatchOutcome {
  readonly receipts: readonly Receipt[];
  readonly unknown: number;
}

/**
 * Withdraws many names at once by their erase keys, those only under which something was stored: whoever walks through all
 * keys of a recovery card names far more than were used, and what is never used need not be kept for ever. A name whose
 * first cell is still under way is therefore not reached; the home asks again later.
 */
export async function withdrawHeld(
  { store, operator }: Omit<Withdrawing, 'unknown'>,
  eraseKeys: readonly string[],
  categories: readonly Category[],
  nowMs: number,
): Promise<BatchOutcome> {
  const names = [...new Set(eraseKeys.map(identities.ofEraseKey))];
  const recorded = await store.transact(async (transaction) => {
    const held: RecordedWithdrawal[] = [];
    for (const pseudonym of names) {
      // Whatever stores a block binds its pseudonym first; what was withdrawn unused is kept, and receipted again.
      const isHeld =
        (await transaction.boundOffer(pseudonym)) !== undefined || (await transaction.withdrawn(pseudonym)).size > 0;
      if (isHeld) held.push(await recordWithdrawal(transaction, { pseudonym, categories }, nowMs));
    }
    return held;
  });
  return { receipts: await finishWithdrawals(store, operator, recorded), unknown: names.length - recorded.length };
}
