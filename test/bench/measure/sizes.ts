import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

const MB = 1024 * 1024;

/** Megabytes that the files of a folder take on the disk, all together. */
export function folderMB(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const blocks = files.map(({ parentPath, name }) => statSync(join(parentPath, name)).blocks);
  return (blocks.reduce((sum, each) => sum + each, 0) * 512) / MB;
}

/** Megabytes of each table of a database with its indexes, largest first. */
export function tablesMB(file: string): Map<string, number> {
  const database = new Database(file, { readonly: true });
  try {
    const rows = database
      .prepare(
        'SELECT coalesce(tbl_name, dbstat.name) AS name, sum(pgsize) AS bytes FROM dbstat LEFT JOIN sqlite_schema ON sqlite_schema.name = dbstat.name GROUP BY 1 ORDER BY 2 DESC',
      )
      .all() as { name: string; bytes: number }[];
    return new Map(rows.map(({ name, bytes }) => [name, bytes / MB]));
  } finally {
    database.close();
  }
}
