import { createHash } from 'node:crypto';
import { storeCell } from '../../../broker/ingest/store-cell.ts';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';
import type { Surroundings } from '../../../broker/surroundings.ts';
import type { Category } from '../../../proto/lists.ts';
import type { Receipt, UpBody } from '../../../proto/wire.ts';
import { agreementKeys, record, upBody } from './kit.ts';

/** The content of the released databases: one hub, one offer, two agreements of which one was withdrawn. */

/** Numbers that look random and are the same at every call of the same generator. */
function fixedBytes(): (bytes: number) => Buffer {
  let drawn = 0;
  return (bytes) => {
    drawn += 1;
    const block = (at: number) => createHash('sha256').update(`released ${drawn} ${at}`).digest();
    return Buffer.concat(Array.from({ length: Math.ceil(bytes / 32) }, (_, at) => block(at))).subarray(0, bytes);
  };
}

/** What is known of the released databases. */
export const RELEASED = {
  hub: 'ab'.repeat(16),
  enrolmentKey: Buffer.alloc(32, 7),
  offer: 'cd'.repeat(16),
  slug: 'energy-advice',
  recipient: 'nagi-energy',
  run: '00112233445566aa',
  kept: agreementKeys({ homeSecret: Buffer.alloc(32, 1), operator: Buffer.alloc(32, 2) }, 1),
  withdrawn: agreementKeys({ homeSecret: Buffer.alloc(32, 1), operator: Buffer.alloc(32, 2) }, 2),
  values: [11, 12, 13],
} as const;

const surroundings = (): Surroundings => ({ now: () => 1_790_000_000_000, random: fixedBytes() });

/** Opens the two files of a folder as this release does. */
export function openReleased(folder: string): SqliteStore {
  return new SqliteStore(folder, fixedBytes());
}

/** Stores one cell of the hub. */
export async function storeReleased(store: SqliteStore, body: UpBody): Promise<number> {
  const stored = await store.transact((transaction) => storeCell(transaction, RELEASED.hub, body, surroundings()));
  await store.eraseKeys(stored.withdrawals.flatMap(({ pseudonym, categories }) => pairsOf({ pseudonym, categories })));
  return stored.records;
}

function pairsOf({ pseudonym, categories }: Pick<Receipt, 'pseudonym' | 'categories'>) {
  return categories.map((category: Category) => ({ pseudonym, category }));
}

/** Fills an empty store with what the released databases hold. */
export async function fillReleased(store: SqliteStore): Promise<void> {
  const { hub, enrolmentKey, offer, slug, recipient, run, kept, withdrawn, values } = RELEASED;
  await store.transact(async (transaction) => {
    await transaction.putHub({ hub, publicKey: Buffer.alloc(32, 3), enrolmentKey, highestOrdinal: 2, enrolledHour: 1 });
    await transaction.putInvite({ id: '01'.repeat(8), madeS: 1_790_000_000, hub, answer: 'answered' });
    await transaction.putRecipient({ name: recipient, tokenHash: Buffer.alloc(32, 4), addedS: 1 });
    const categories: Category[] = ['power.total', 'power.appliance'];
    await transaction.putOffer({
      key: offer,
      slug,
      version: 1,
      recipient,
      purpose: 'energyAdvice',
      categories,
      jws: 'x',
    });
    await transaction.count('droppedOffer', 3);
  });
  const records = values.map((value) => record(kept.writeKey, offer, value));
  await storeReleased(store, upBody({ run, records: [...records, record(withdrawn.writeKey, offer, 99)] }));
  const withdrawals = [{ eraseKey: withdrawn.eraseKey, categories: ['power.appliance' as const] }];
  await storeReleased(store, upBody({ run, cell: 2, first: 5, withdrawals }));
}
