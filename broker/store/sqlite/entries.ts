import type { FeedEntry } from '../store.ts';
import { categoriesOf, categoryName, hex } from './columns.ts';
import type { KeySlots } from './key-slots.ts';
import type { Statements } from './statements.ts';

interface BlockRow {
  position: number;
  id: Buffer;
  pseudonym: Buffer;
  category: number;
  nonce: Buffer;
  ciphertext: Buffer;
  hour: number;
  untilHour: number | null;
}

interface TombstoneRow {
  position: number;
  pseudonym: Buffer;
  categories: string;
  hour: number;
}

const BLOCKS = `
  SELECT position, block.id, block.pseudonym, category, nonce, ciphertext, hour, until_hour AS untilHour
  FROM feed JOIN block ON block.feed = feed.id LEFT JOIN lease ON lease.pseudonym = block.pseudonym
  WHERE slug = ? AND position > ? AND NOT EXISTS (
    SELECT 1 FROM withdrawn WHERE withdrawn.pseudonym = block.pseudonym AND withdrawn.category = block.category
  )
  ORDER BY position LIMIT ?`;

const TOMBSTONES = `
  SELECT position, pseudonym, categories, hour
  FROM feed JOIN tombstone ON tombstone.feed = feed.id
  WHERE slug = ? AND position > ?
  ORDER BY position LIMIT ?`;

const RESUMPTIONS = `
  SELECT position, pseudonym, hour
  FROM feed JOIN resumption ON resumption.feed = feed.id
  WHERE slug = ? AND position > ?
  ORDER BY position LIMIT ?`;

/**
 * A feed's entries after a position, in order. What is withdrawn is left out by the withdrawal itself, not only by its missing
 * key: the key is destroyed a moment after the withdrawal is durable.
 */
export function readEntries(
  statements: Statements,
  keys: KeySlots,
  slug: string,
  after: number,
  limit: number,
): FeedEntry[] {
  const blocks = statements.all<BlockRow>(BLOCKS, slug, after, limit).map((row): FeedEntry => {
    const key = keys.find(row.pseudonym, row.category);
    const { position, id, nonce, ciphertext, hour } = row;
    const block = { id, nonce, ciphertext, hour, pseudonym: hex(row.pseudonym), category: categoryName(row.category) };
    const lease = row.untilHour === null ? {} : { leaseUntilHour: row.untilHour };
    return { kind: 'block', position, block, key, ...lease };
  });
  const tombstones = statements.all<TombstoneRow>(TOMBSTONES, slug, after, limit).map(
    (row): FeedEntry => ({
      kind: 'tombstone',
      position: row.position,
      pseudonym: hex(row.pseudonym),
      categories: categoriesOf(row.categories),
      hour: row.hour,
    }),
  );
  const resumptions = statements.all<Omit<TombstoneRow, 'categories'>>(RESUMPTIONS, slug, after, limit).map(
    (row): FeedEntry => ({
      kind: 'resumption',
      position: row.position,
      pseudonym: hex(row.pseudonym),
      hour: row.hour,
    }),
  );
  return [...blocks, ...tombstones, ...resumptions].sort((one, other) => one.position - other.position).slice(0, limit);
}

/** Last position given in a feed; 0 when nothing was ever appended. */
export const readEnd = (statements: Statements, slug: string): number =>
  statements.get<{ last: number }>('SELECT last FROM feed WHERE slug = ?', slug)?.last ?? 0;
