import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MIGRATIONS } from '../../../../gateway/store/schema.ts';
import type { Store } from '../../../../gateway/store/store.ts';
import { device, HomeOnDisk, put, valueAt } from './home-on-disk.ts';

const PAGE = 4096;
const ROWS = 4_000;
let home: HomeOnDisk;
let store: Store;

/** A home with some hundred pages of history, a consent book, and something that is only in the log. */
beforeEach(async () => {
  home = new HomeOnDisk();
  store = await home.open();
  await store.commit([device(1), device(2)]);
  await store.commit([
    ['consent.add', 1, '{}', Buffer.alloc(16), Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(64, 3)],
    ['agreement.open', 1, 1, 1, 'uuid', Buffer.alloc(32), 'comfort', 1, 1],
  ]);
  await store.commit(
    Array.from({ length: ROWS }, (_, index) => [
      'history.add',
      1,
      `kind ${index} of a sensor in the hall`,
      index,
      1,
      'door',
    ]),
  );
  await store.close();
});
afterEach(() => home.remove());

/** Pages of the file that belong to a table or index, in order; the first is the root. */
function pagesOf(name: string): number[] {
  const database = new Database(home.file);
  const pages = database.prepare('SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno').pluck().all(name);
  database.close();
  return pages as number[];
}

function spoil(pages: readonly number[], byte = 0xa5): void {
  const file = readFileSync(home.file);
  for (const page of pages) file.fill(byte, (page - 1) * PAGE, page * PAGE);
  writeFileSync(home.file, file);
}

const rowsOf = (table: string) => {
  const database = new Database(home.file, { readonly: true });
  const count = database.prepare(`SELECT count(*) FROM ${table}`).pluck().get() as number;
  const check = database.pragma('quick_check', { simple: true });
  database.close();
  expect(check).toBe('ok');
  return count;
};

test('pages of one table that cannot be read cost the rows on them, and nothing else', async () => {
  const leaves = pagesOf('history').slice(3, 6);
  spoil(leaves);
  writeFileSync(`${home.file}.suspect`, '');
  const after = await home.open();
  const kept = rowsOf('history');
  expect(kept).toBeLessThan(ROWS);
  expect(kept).toBeGreaterThan(ROWS - 400);
  expect(home.salvaged).toEqual([
    expect.stringMatching(new RegExp(`lost: ${ROWS - kept} of history; the damaged file is .*damaged-1\\.$`)),
  ]);
  expect(after.all('device.all')).toHaveLength(2);
  expect(existsSync(`${home.file}.damaged-1`)).toBe(true);
  expect(existsSync(`${home.file}.suspect`)).toBe(false);
});

test('damage that a read meets ends the hub, and the next start saves what can be read', async () => {
  const [root = 0] = pagesOf('last_value');
  spoil([root]);
  const first = await home.open();
  expect(() => first.all('lastValue.all')).toThrow();
  expect(home.faults).toEqual([expect.objectContaining({ code: 'damaged' })]);
  await expect(first.commit([put('a')])).rejects.toMatchObject({ code: 'damaged', nothingWasStored: false });
  await first.close();
  const second = await home.open();
  expect(second.all('lastValue.all')).toEqual([]);
  expect(home.salvaged).toEqual([expect.stringContaining('some or all of last_value;')]);
  await second.commit([['lastValue.put', 1, 'a', 1, 1]]);
  await second.settle();
  expect(second.all('lastValue.all')).toHaveLength(1);
});

test('what was only in the log is in the salvaged database', async () => {
  const opened = await home.open();
  await opened.commit([put('in the log'), ['lastValue.put', 1, 'a', 7, 7]]);
  const image = home.afterPowerCut();
  const leaves = pagesOf('history');
  const file = readFileSync(image.file);
  for (const page of leaves.slice(4, 5)) file.fill(0, (page - 1) * PAGE, page * PAGE);
  writeFileSync(image.file, file);
  writeFileSync(`${image.file}.suspect`, '');
  const after = await image.open();
  expect(valueAt(after, 'in the log')).toBe('x');
  expect(after.all('lastValue.all')).toHaveLength(1);
  expect(image.salvaged).toHaveLength(1);
  await image.remove();
});

test('after an unclean end the database is looked through while the hub runs, and damage ends it', async () => {
  const opened = await home.open();
  await opened.commit([put('a')]);
  await opened.settle();
  const image = home.afterPowerCut();
  const [page = 0] = pagesOf('history').slice(4, 5);
  const file = readFileSync(image.file);
  writeFileSync(image.file, file.fill(0, (page - 1) * PAGE, page * PAGE));
  const fault = await new Promise((onFault) => void image.open({ checkAfterMs: 1, onFault }));
  expect(fault).toMatchObject({ code: 'damaged' });
  expect(existsSync(`${image.file}.suspect`)).toBe(true);
  await image.remove();
});

test('a consent book that is not whole is named, with what a person must do', async () => {
  spoil(pagesOf('consent_record'));
  writeFileSync(`${home.file}.suspect`, '');
  await home.open();
  expect(home.salvaged).toEqual([expect.stringMatching(/consent_record.*nothing leaves.*backup/)]);
});

test('ids given once are not given again, even when the rows that had them are gone', async () => {
  spoil(pagesOf('agreement').slice(0, 1));
  writeFileSync(`${home.file}.suspect`, '');
  const after = await home.open();
  expect(after.get('agreement.highest')).toEqual({ seq: 1 });
});

test('a file that lost its end is saved as far as it goes', async () => {
  truncateSync(home.file, Math.floor(statSync(home.file).size / PAGE / 2) * PAGE);
  const after = await home.open();
  expect(home.salvaged).toHaveLength(1);
  await after.commit([put('a')]);
  await after.settle();
  expect(rowsOf('history')).toBeLessThan(ROWS);
});

test('a file whose first page is gone is replaced, with what the log holds, and kept', async () => {
  const opened = await home.open();
  await opened.commit([put('in the log')]);
  const image = home.afterPowerCut();
  const file = readFileSync(image.file);
  file.fill(0xff, 0, PAGE);
  writeFileSync(image.file, file);
  const after = await image.open();
  expect(valueAt(after, 'in the log')).toBe('x');
  expect(image.salvaged).toEqual([expect.stringContaining('nothing leaves this home until a backup is restored')]);
  expect(readFileSync(`${image.file}.damaged-1`).subarray(PAGE, 2 * PAGE)).toEqual(file.subarray(PAGE, 2 * PAGE));
  await image.remove();
});

test('an empty database beside a log is said', async () => {
  writeFileSync(home.file, '');
  await home.open();
  expect(home.salvaged).toEqual([expect.stringMatching(/missing or empty.*backup/)]);
});

test('a salvage that was ready when the process ended is put into its place by the next start', async () => {
  const copy = readFileSync(home.file);
  writeFileSync(`${home.file}.saved`, copy);
  spoil(pagesOf('history'));
  const after = await home.open();
  expect(after.all('device.all')).toHaveLength(2);
  expect(rowsOf('history')).toBe(ROWS);
  expect(readdirSync(home.folder)).not.toContain('hub.db.saved');
});

test('a second salvage keeps both damaged files', async () => {
  for (const number of [1, 2]) {
    spoil(pagesOf('history').slice(3, 4));
    writeFileSync(`${home.file}.suspect`, '');
    const opened = await home.open();
    await opened.close();
    expect(existsSync(`${home.file}.damaged-${number}`)).toBe(true);
  }
});

test('a suspicion without damage changes nothing', async () => {
  writeFileSync(`${home.file}.suspect`, '');
  await home.open();
  expect(home.salvaged).toEqual([]);
  expect(rowsOf('history')).toBe(ROWS);
});

test('a damaged file of another home is refused', async () => {
  const other = await home.open({ home: 'demo' }).catch((error) => error);
  expect(other).toMatchObject({ code: 'foreign' });
  spoil(pagesOf('history').slice(3, 4));
  writeFileSync(`${home.file}.suspect`, '');
  await expect(home.open({ home: 'demo' })).rejects.toMatchObject({ code: 'foreign' });
  expect(existsSync(`${home.file}.damaged-1`)).toBe(false);
});

test('the salvaged file has the schema of this version', async () => {
  spoil(pagesOf('history').slice(3, 4));
  writeFileSync(`${home.file}.suspect`, '');
  await home.open();
  const database = new Database(home.file, { readonly: true });
  expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
  expect(database.pragma('auto_vacuum', { simple: true })).toBe(2);
  database.close();
});
