import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { APPLICATION_ID, MIGRATIONS } from '../../../../gateway/store/schema.ts';
import { HomeOnDisk } from './home-on-disk.ts';

let home: HomeOnDisk;
beforeEach(() => {
  home = new HomeOnDisk();
});
afterEach(() => home.remove());

/** A file of schema 1 with ten rows that wait, of which the first four have no entry in its journal. */
function writeFirstSchema(): void {
  const database = new Database(home.file);
  database.exec(MIGRATIONS[0] ?? '');
  database.exec(`
    INSERT INTO operator VALUES (1, x'01', x'02', x'03', '', '', '', 0);
    INSERT INTO agreement VALUES (1, 1, 1, 'u', x'00', 'offer', 0, NULL, 1);`);
  const outbox = database.prepare(`INSERT INTO outbox
    VALUES (NULL, 1, x'0102030405060708', ?, 1, 1, 5, 3, 5, x'aa', x'bb', 1, 0, ?, 1000, 0, NULL)`);
  const journal = database.prepare(`INSERT INTO journal
    VALUES (NULL, 1, 1, 'offer', 'power.appliance', 'power.active', 'power_w', 1, 0, ?, x'0102030405060708', ?, 'waiting')`);
  for (let sequence = 1; sequence <= 10; sequence += 1) {
    outbox.run(sequence, 100 + sequence);
    if (sequence > 4) journal.run(100 + sequence, sequence);
  }
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.exec("INSERT INTO meta VALUES ('home', CAST('home' AS BLOB))");
  database.pragma('user_version = 1');
  database.close();
}

// Guards the part of the second migration that takes over what waits without an entry: a salvaged file has such rows.
test('what waited in schema 1 without an entry in the journal waits on', async () => {
  writeFirstSchema();
  const store = await home.open();
  expect(store.get('outbox.count')).toEqual({ count: 10 });
  const [run] = store.all<{ base: number }>('run.all', 1);
  const rows = store.all<{ id: number; value: number }>('outbox.pending', 1, 0, 1_000, 100, '[]');
  expect(rows.map(({ id, value }) => [id - (run?.base ?? 0), value])).toEqual(
    Array.from({ length: 10 }, (_, at) => [at + 1, 101 + at]),
  );
  // Each under the name it had, without which it could not leave.
  expect(store.all('name.all', 1)).toHaveLength(1);
});
