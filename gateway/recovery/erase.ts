import type { Category } from '../../proto/lists.ts';
import { type Answer, done } from '../household/answer.ts';
import { eraseBatch, type KnownBroker, type Reaching } from './broker-of-card.ts';
import type { Progress } from './progress.ts';

/** What posting needs. */
export interface Posting {
  readonly reaching: Reaching;
  readonly broker: KnownBroker;
  readonly categories: readonly Category[];
  readonly progress: Progress;
  /** Told after each batch how many names are done. */
  readonly onBatch: (names: number) => void;
}

/** Has every batch of names erased that was not before; stops at the first that cannot be, and goes on there when begun again. */
export async function eraseAll(
  { reaching, broker, categories, progress, onBatch }: Posting,
  batches: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
): Promise<Answer<{ erased: number; unknown: number }>> {
  let number = 0;
  let names = 0;
  for await (const batch of batches) {
    number += 1;
    names += batch.length;
    if (!progress.has(number)) {
      const answer = await eraseBatch(reaching, broker, batch, categories);
      if (!answer.ok) return answer;
      progress.add(number, answer.value.receipts, answer.value.unknown);
    }
    onBatch(names);
  }
  return done(progress.sums());
}
