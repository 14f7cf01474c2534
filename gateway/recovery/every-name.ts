import { epochAt, eraseKey } from '../../proto/keys.ts';
import { CATEGORIES, CATEGORIES_NEVER_LEAVING, type Category } from '../../proto/lists.ts';

/** Every category that can have left a home. */
export const LEFT: readonly Category[] = (Object.keys(CATEGORIES) as Category[]).filter(
  (one) => !CATEGORIES_NEVER_LEAVING.includes(one),
);

/** No release of this program is older: nothing was named before. */
export const EARLIEST_MS: number = Date.UTC(2026, 0, 1);

/** What a card is used for: whose names, and how far to count. */
export interface Counting {
  readonly secret: Buffer;
  /** The operator's identity, 32 bytes. */
  readonly operator: Buffer;
  readonly highestOrdinal: number;
  /** Lengths of key epochs, in days, that an offer may have had. */
  readonly epochDays: readonly number[];
  readonly sinceMs: number;
  readonly untilMs: number;
  /** The highest device that may have been a subject; 0: only the home was. */
  readonly highestDevice: number;
}

/** Key epochs of every length between two instants, each once. */
export function epochsOf({ epochDays, sinceMs, untilMs }: Counting): number[] {
  const epochs = new Set<number>();
  for (const days of epochDays)
    for (let epoch = epochAt(sinceMs, days); epoch <= epochAt(untilMs, days); epoch += 1) epochs.add(epoch);
  return [...epochs].sort((one, other) => one - other);
}

/** How many names there are to count through. */
export function countOf(counting: Counting): number {
  return counting.highestOrdinal * epochsOf(counting).length * (counting.highestDevice + 1);
}

/** The erase key (64 hex digits) of every name the home may have used, newest agreements first, in batches of this size. */
export function* everyName(counting: Counting, batchSize: number): Generator<string[]> {
  const { secret, operator, highestOrdinal, highestDevice } = counting;
  const epochs = epochsOf(counting);
  let batch: string[] = [];
  for (let ordinal = highestOrdinal; ordinal >= 1; ordinal -= 1) {
    for (const epoch of epochs) {
      for (let subject = 0; subject <= highestDevice; subject += 1) {
        batch.push(eraseKey(secret, operator, ordinal, epoch, subject).toString('hex'));
        if (batch.length < batchSize) continue;
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
}
