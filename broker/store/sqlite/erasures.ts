import type { Erasure, ErasureCounts } from '../store.ts';
import { bytes, categoriesOf, categoriesText, hex } from './columns.ts';
import type { Statements } from './statements.ts';

interface ErasureRow {
  slug: string;
  pseudonym: Buffer;
  categories: string;
  hour: number;
  attested: number | null;
}

const ERASURES = `
  SELECT slug, pseudonym, categories, hour, attested FROM tombstone JOIN feed ON feed.id = tombstone.feed`;

const erasureOf = (row: ErasureRow): Erasure => ({
  slug: row.slug,
  pseudonym: hex(row.pseudonym),
  categories: categoriesOf(row.categories),
  hour: row.hour,
  attestedHour: row.attested ?? undefined,
});

/** The erasures asked for under one pseudonym. */
export const erasuresUnder = (statements: Statements, pseudonym: string): Erasure[] =>
  statements.all<ErasureRow>(`${ERASURES} WHERE pseudonym = ? ORDER BY hour`, bytes(pseudonym)).map(erasureOf);

/** Erasures, those not attested first, oldest first. */
export const allErasures = (statements: Statements, limit: number): Erasure[] =>
  statements.all<ErasureRow>(`${ERASURES} ORDER BY attested IS NOT NULL, hour, slug LIMIT ?`, limit).map(erasureOf);

/** How many erasures stand how; what was asked for in or before `overdueHour` and is not attested is overdue. */
export function countErasures(statements: Statements, overdueHour: number): ErasureCounts {
  const sql = `SELECT count(*) - count(attested) - sum(attested IS NULL AND hour <= ?) AS waiting,
    count(attested) AS attested, sum(attested IS NULL AND hour <= ?) AS overdue FROM tombstone`;
  const { waiting, attested, overdue } = statements.get<{ [Name in keyof ErasureCounts]: number | null }>(
    sql,
    overdueHour,
    overdueHour,
  ) ?? { waiting: 0, attested: 0, overdue: 0 };
  return { waiting: waiting ?? 0, attested: attested ?? 0, overdue: overdue ?? 0 };
}

/** Notes the hour of an attestation, once. */
export function attestErasure(statements: Statements, { slug, pseudonym, categories }: Erasure, hour: number): void {
  statements.run(
    `UPDATE tombstone SET attested = ? WHERE attested IS NULL AND pseudonym = ? AND categories = ?
     AND feed = (SELECT id FROM feed WHERE slug = ?)`,
    hour,
    bytes(pseudonym),
    categoriesText(categories),
    slug,
  );
}
