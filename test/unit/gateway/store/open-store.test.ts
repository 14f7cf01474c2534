import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LIMITS } from '../../../../gateway/limits.ts';
import { APPLICATION_ID, MIGRATIONS, PAGE_BYTES } from '../../../../gateway/store/schema.ts';
import { openStore } from '../../../../gateway/store/sqlite/open-store.ts';
import { LOGGED, STATEMENTS } from '../../../../gateway/store/statements.ts';
import type { Store } from '../../../../gateway/store/store.ts';

const CHILD = fileURLToPath(new URL('./crash-child.ts', import.meta.url));
let folder: string;
let file: string;
const open: Store[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-store-'));
  file = join(folder, 'hub.db');
});

afterEach(async () => {
  for (const store of open.splice(0)) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(path = file, home = 'home'): Promise<Store> {
  const store = await openStore({ file: path, home, onFault: () => undefined });
  open.push(store);
  return store;
}

const value = (store: Store, key: string) => store.get<{ value: Buffer }>('meta.get', key)?.value.toString();

test('a new file gets the schema, our mark, 4 KiB pages, and is for this user only', async () => {
  await start(join(folder, 'deep', 'er', 'hub.db'));
  const made = join(folder, 'deep', 'er', 'hub.db');
  expect(statSync(made).mode & 0o077).toBe(0);
  expect(statSync(join(folder, 'deep')).mode & 0o077).toBe(0);
  const database = new Database(made, { readonly: true });
  expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
  expect(database.pragma('application_id', { simple: true })).toBe(APPLICATION_ID);
  expect(database.pragma('page_size', { simple: true })).toBe(PAGE_BYTES);
  expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
  database.close();
});

test('every statement is valid for the schema', () => {
  const database = new Database(':memory:');
  for (const migration of MIGRATIONS) database.exec(migration);
  for (const sql of Object.values(STATEMENTS)) expect(() => database.prepare(sql)).not.toThrow();
  database.close();
});

test('every statement has a number for the writer, and every logged one a number of its own on the disk', () => {
  expect(Object.keys(STATEMENTS).length).toBeLessThan(256);
  const numbers = Object.values(LOGGED);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(numbers.every((number) => Number.isInteger(number) && number > 0 && number < 256)).toBe(true);
});

test('the free pages of the file can be given back', async () => {
  await start();
  const database = new Database(file, { readonly: true });
  expect(database.pragma('auto_vacuum', { simple: true })).toBe(2);
  database.close();
});

test('the log lies beside the database, of its full size, for this user only', async () => {
  await start();
  const { size, mode, blocks } = statSync(join(folder, 'hub.log'));
  expect({ size, others: mode & 0o077 }).toEqual({ size: LIMITS.logBytes, others: 0 });
  expect(blocks * 512).toBeGreaterThanOrEqual(LIMITS.logBytes);
});

test('no statement mixes ? and ?1, because the driver binds them differently', () => {
  for (const sql of Object.values(STATEMENTS)) {
    const numbered = sql.match(/\?\d+/g)?.length ?? 0;
    const all = sql.match(/\?/g)?.length ?? 0;
    expect([0, all]).toContain(numbered);
  }
});

test('what is committed is there after closing and opening again', async () => {
  const first = await start();
  await first.commit([['meta.put', 'a', Buffer.from('1')]]);
  await first.close();
  expect(value(await start(), 'a')).toBe('1');
});

test('a second hub on the same home is refused, and can start once the first has ended', async () => {
  const first = await start();
  await expect(start()).rejects.toMatchObject({ code: 'locked', message: expect.stringContaining(file) });
  await first.close();
  await start();
});

test('another process on the same home is in the way until it is killed', async () => {
  const child = spawn(process.execPath, [CHILD, file, '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(start()).rejects.toMatchObject({ code: 'locked' });
  child.kill('SIGKILL');
  await once(child, 'exit');
  await start();
});

test('a file of another home is refused and not touched', async () => {
  await (await start(file, 'demo')).close();
  await expect(start(file, 'home')).rejects.toMatchObject({ code: 'foreign', remedy: expect.stringContaining('DATA') });
  expect(value(await start(file, 'demo'), 'home')).toBe('demo');
});

test('a database of another program is refused and not touched', async () => {
  const other = new Database(file);
  other.exec('CREATE TABLE recipes (name TEXT)');
  other.close();
  await expect(start()).rejects.toMatchObject({ code: 'foreign' });
  const again = new Database(file);
  expect(again.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()).toEqual({ tables: 1 });
  again.close();
});

test('a file that is no database is refused with its path', async () => {
  writeFileSync(file, 'these bytes are not a database, and there are more than sixteen of them');
  await expect(start()).rejects.toMatchObject({ code: 'notADatabase', message: expect.stringContaining(file) });
});

test('a file of a newer version is refused', async () => {
  await (await start()).close();
  const newer = new Database(file);
  newer.pragma(`user_version = ${MIGRATIONS.length + 1}`);
  newer.close();
  await expect(start()).rejects.toMatchObject({ code: 'newer' });
});

test('a place that cannot be written is refused with its path and what to do', async () => {
  closeSync(openSync(join(folder, 'not-a-folder'), 'w'));
  const path = join(folder, 'not-a-folder', 'hub.db');
  await expect(start(path)).rejects.toMatchObject({
    code: 'unwritable',
    message: expect.stringContaining(path),
    remedy: expect.stringContaining('ENGAWA_DATA'),
  });
});

test('after a refusal the lock is free again', async () => {
  await (await start(file, 'demo')).close();
  await expect(start(file, 'home')).rejects.toMatchObject({ code: 'foreign' });
  await start(file, 'demo');
});
