import { identities } from '../../proto/broker-link.ts';
import type { Category } from '../../proto/lists.ts';
import { signReceipt } from '../../proto/receipt.ts';
import type { Receipt } from '../../proto/wire.ts';
import type { Operator } from '../operator.ts';
import type { BrokerStore, Transaction } from '../store/store.ts';
import { hourAt } from '../surroundings.ts';
import type { UnknownWithdrawals } from './unknown-withdrawals.ts';

/** Categories of one pseudonym that its home takes back. */
export interface PseudonymWithdrawal {
  readonly pseudonym: string;
  readonly categories: readonly Category[];
}

/** A withdrawal that is in its transaction; `hour` is when the last of its categories was first withdrawn. */
export interface RecordedWithdrawal extends PseudonymWithdrawal {
  readonly hour: number;
}

/** Marks the pairs withdrawn for ever and writes the tombstone; a repetition changes nothing. Belongs in a transaction. */
export async function recordWithdrawal(
  transaction: Transaction,
  withdrawal: PseudonymWithdrawal,
  nowMs: number,
): Promise<RecordedWithdrawal> {
  const hour = hourAt(nowMs);
  const before = await transaction.withdrawn(withdrawal.pseudonym);
  const fresh = withdrawal.categories.filter((category) => !before.has(category));
  if (fresh.length > 0) {
    await transaction.withdraw(withdrawal.pseudonym, fresh, hour);
    const bound = await transaction.boundOffer(withdrawal.pseudonym);
    const offer = bound === undefined ? undefined : await transaction.offer(bound);
    if (offer) await transaction.appendTombstone(offer.slug, withdrawal.pseudonym, fresh, hour);
  }
  const hours = withdrawal.categories.map((category) => before.get(category) ?? hour);
  return { ...withdrawal, hour: Math.max(...hours) };
}

/** Destroys the keys, and only then signs what was recorded; call it after the commit. */
export async function finishWithdrawals(
  store: BrokerStore,
  operator: Operator,
  recorded: readonly RecordedWithdrawal[],
): Promise<Receipt[]> {
  if (recorded.length === 0) return [];
  await store.eraseKeys(
    recorded.flatMap((withdrawal) =>
      withdrawal.categories.map((category) => ({ pseudonym: withdrawal.pseudonym, category })),
    ),
  );
  return recorded.map((withdrawal) => {
    const { pseudonym: name, categories, hour } = withdrawal;
    const content = { pseudonym: name, categories, erasedAtS: hour * 3_600 };
    return signReceipt(content, operator.id, operator.serviceKey);
  });
}

/** What withdrawing by erase key alone needs. */
export interface Withdrawing {
  readonly store: BrokerStore;
  readonly operator: Operator;
  readonly unknown: UnknownWithdrawals;
}

/**
 * A withdrawal by erase key alone, as `POST /v1/withdrawals` takes it. One of a pseudonym nothing was stored under is kept
 * like any other, because its first cell may still be under way; throws Refusal 429 when there were too many of those.
 */
export async function withdraw(
  { store, operator, unknown }: Withdrawing,
  eraseKey: string,
  categories: readonly Category[],
  nowMs: number,
): Promise<Receipt> {
  const pseudonym = identities.ofEraseKey(eraseKey);
  const recorded = await store.transact(async (transaction) => {
    // Whatever stores a block binds its pseudonym first.
    if ((await transaction.boundOffer(pseudonym)) === undefined) {
      const before = await transaction.withdrawn(pseudonym);
      unknown.admit(categories.filter((category) => !before.has(category)).length, nowMs);
    }
    return recordWithdrawal(transaction, { pseudonym, categories }, nowMs);
  });
  const [receipt] = await finishWithdrawals(store, operator, [recorded]);
  if (!receipt) throw new Error('a withdrawal gave no receipt');
  return receipt;
}
