import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { KeySlots } from '../../../broker/store/sqlite/key-slots.ts';
import { KEY_STEPS, migrate } from '../../../broker/store/sqlite/schema.ts';
import { folderHolds, temporaryFolder } from './kit.ts';

function slotsIn(folder: string): { database: Database.Database; slots: KeySlots } {
  const file = join(folder, 'keys.db');
  const database = new Database(file);
  migrate(database, KEY_STEPS, file);
  return { database, slots: new KeySlots(database, randomBytes) };
}

test('a thousand keys come and go, and no erased key is left in any file', () => {
  const folder = temporaryFolder();
  const { database, slots } = slotsIn(folder.path);
  const pairs = Array.from({ length: 1_000 }, (_, at) => ({ name: randomBytes(16), category: (at % 8) + 1 }));
  const keys = pairs.map(({ name, category }) => Buffer.from(slots.make(name, category)));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1_000);
  const erased = pairs.map((_, at) => at).filter((at) => at % 3 === 0);
  slots.erase(erased.map((at) => [pairs[at]?.name as Buffer, pairs[at]?.category as number]));
  for (let more = 0; more < 500; more += 1) slots.make(randomBytes(16), 1);
  expect(slots.emptyLog()).toBe(true);
  for (const at of erased) expect(folderHolds(folder.path, keys[at] as Buffer)).toBe(false);
  for (const [at, { name, category }] of pairs.entries()) {
    expect(slots.find(name, category)).toEqual(at % 3 === 0 ? undefined : keys[at]);
  }
  expect(slots.size()).toBe(1_000 - erased.length + 500);
  database.close();
  folder.remove();
});

test('slot numbers do not show which pairs appeared together', () => {
  const folder = temporaryFolder();
  const { database, slots } = slotsIn(folder.path);
  for (let at = 0; at < 100; at += 1) slots.make(Buffer.alloc(16, at), 1);
  const order = database.prepare('SELECT slot FROM pair ORDER BY pseudonym').pluck().all() as number[];
  const neighbours = order.filter((slot, at) => at > 0 && Math.abs(slot - (order[at - 1] ?? 0)) === 1).length;
  expect(neighbours).toBeLessThan(20);
  database.close();
  folder.remove();
});

test('making the same pair again gives the same key', () => {
  const folder = temporaryFolder();
  const { database, slots } = slotsIn(folder.path);
  const name = randomBytes(16);
  const key = slots.make(name, 1);
  expect(slots.make(name, 1)).toEqual(key);
  expect(slots.make(name, 2)).not.toEqual(key);
  database.close();
  folder.remove();
});

test('a database of a newer program is refused by name', () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'keys.db');
  const database = new Database(file);
  database.pragma('user_version = 99');
  expect(() => migrate(database, KEY_STEPS, file)).toThrow(file);
  database.close();
  folder.remove();
});
