import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MIGRATIONS } from '../../../../gateway/store/schema.ts';
import { HomeOnDisk, put, valueAt } from './home-on-disk.ts';

/** One small database of each released schema, `hub-N.db` of schema N, with rows in every table. Never changed. */
const RELEASED = fileURLToPath(new URL('./released', import.meta.url));
const files = readdirSync(RELEASED).filter((name) => name.endsWith('.db'));

let home: HomeOnDisk;
beforeEach(() => {
  home = new HomeOnDisk();
});
afterEach(() => home.remove());

test('every schema before this one has its file', () => {
  const versions = files.map((name) => Number(/\d+/.exec(name)?.[0])).sort((one, other) => one - other);
  expect(versions.slice(0, MIGRATIONS.length - 1)).toEqual(MIGRATIONS.slice(1).map((_, index) => index + 1));
});

test.each(files)('%s opens with every row it held, in the schema of this version', async (name) => {
  copyFileSync(join(RELEASED, name), home.file);
  const store = await home.open();
  expect(home.salvaged).toEqual([]);
  expect(valueAt(store, 'time_floor')).toBe('1790000000000');
  expect(store.all('device.all')).toMatchObject([{ thing: 'front door' }, { thing: 'hall' }]);
  expect(store.get('device.highest')).toEqual({ seq: 3 });
  expect(store.all('consent.pages', 1)).toHaveLength(3);
  expect(store.all('agreement.all', 1)).toMatchObject([{ slug: 'comfort' }, { slug: 'energy' }]);
  expect(store.all('offer.all', 1)).toHaveLength(2);
  expect(store.all('credential.all')).toHaveLength(1);
  expect(store.all('window.all')).toHaveLength(1);
  expect(store.all('lastValue.all')).toHaveLength(1);
  expect(store.all('intakeMark.all')).toHaveLength(1);
  expect(store.all('usedSubject.all')).toHaveLength(2);
  expect(store.all('withdrawal.all', 1)).toHaveLength(1);
  expect(store.all('refusal.since', 0)).toEqual([{ device: 1, reason: 'noGrant', count: 12 }]);
  expect(store.all('outbox.voids', 1)).toHaveLength(1);
  expect(store.get('outbox.count')).toEqual({ count: 4 });
  await store.commit([put('after')]);
  await store.close();
  const database = new Database(home.file, { readonly: true });
  expect(database.prepare('SELECT count(*) FROM journal').pluck().get()).toBe(6);
  expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
  expect(database.pragma('auto_vacuum', { simple: true })).toBe(2);
  expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
  database.close();
});
