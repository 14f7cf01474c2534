import Database from 'better-sqlite3';

/** What of a table could be read. */
export interface Read {
  readonly rows: number;
  /** How many could not; undefined when that cannot be told. */
  readonly lost: number | undefined;
}

type Row = Record<string, unknown>;

/** Gives every row of a damaged table that can be read to `take`, which says whether it could use it. */
export function readRows(
  database: Database.Database,
  table: string,
  hasRowid: boolean,
  take: (row: Row) => boolean,
): Read {
  const counts = { rows: 0, unused: 0 };
  const counting = (row: Row) => {
    if (take(row)) counts.rows += 1;
    else counts.unused += 1;
  };
  const lost = hasRowid ? byRowid(database, table, counting) : fromBothEnds(database, table, counting);
  return { rows: counts.rows, lost: lost === undefined ? undefined : lost + counts.unused };
}

/** Walks upwards by row id; where a page cannot be read, goes on with the next row that can. */
function byRowid(database: Database.Database, table: string, take: (row: Row) => void): number | undefined {
  let at = 0;
  let lost: number | undefined = 0;
  for (;;) {
    const next = walk(() =>
      database
        .prepare(`SELECT rowid AS at_rowid, * FROM ${table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid`)
        .iterate(at),
    )((row) => {
      const { at_rowid: rowid, ...rest } = row;
      at = Number(rowid) + 1;
      take(rest);
    });
    if (next === 'end') return lost;
    const found = nextReadable(database, table, at);
    if (found === undefined) return undefined;
    // Before the first row nothing is known, not even where the ids begin.
    lost = at === 0 || lost === undefined ? undefined : lost + found - at;
    at = found;
  }
}

/** The first row id above a place that cannot be read, by steps that grow and then shrink. */
function nextReadable(database: Database.Database, table: string, from: number): number | undefined {
  const probe = (at: number): number | undefined | 'unreadable' => {
    try {
      const sql = `SELECT rowid AS at_rowid, * FROM ${table} NOT INDEXED WHERE rowid >= ? ORDER BY rowid LIMIT 1`;
      return (database.prepare(sql).get(at) as { at_rowid: number } | undefined)?.at_rowid;
    } catch {
      return 'unreadable';
    }
  };
  let step = 1;
  while (step < Number.MAX_SAFE_INTEGER / 2 && probe(from + step) === 'unreadable') step *= 2;
  let bad = from + step / 2;
  let good = from + step;
  while (good - bad > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (probe(middle) === 'unreadable') bad = middle;
    else good = middle;
  }
  const found = probe(good);
  return found === 'unreadable' ? undefined : found;
}

/** A table without row ids, from its beginning as far as it can be read, then from its end. */
function fromBothEnds(database: Database.Database, table: string, take: (row: Row) => void): number | undefined {
  const keys = (database.pragma(`table_info(${table})`) as { name: string; pk: number }[])
    .filter(({ pk }) => pk > 0)
    .sort((one, other) => one.pk - other.pk)
    .map(({ name }) => name);
  const ordered = (direction: string) => () =>
    database
      .prepare(`SELECT * FROM ${table} ORDER BY ${keys.map((key) => `${key} ${direction}`).join(', ')}`)
      .iterate();
  if (walk(ordered('ASC'))(take) === 'end') return 0;
  walk(ordered('DESC'))(take);
  return undefined;
}

/** Goes through rows until their end or until one cannot be read. */
function walk(rows: () => IterableIterator<unknown>): (take: (row: Row) => void) => 'end' | 'unreadable' {
  return (take) => {
    try {
      for (const row of rows()) take(row as Row);
      return 'end';
    } catch (error) {
      if (error instanceof Database.SqliteError) return 'unreadable';
      throw error;
    }
  };
}
