import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { openBlock } from '../../../broker/store/seal.ts';
import { KEY_STEPS, STEPS } from '../../../broker/store/sqlite/schema.ts';
import type { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';
import { record, temporaryFolder, upBody } from './kit.ts';
import { fillReleased, openReleased, RELEASED, storeReleased } from './released-broker.ts';

const FOLDER = join(import.meta.dirname, 'released');
const versions = readdirSync(FOLDER)
  .flatMap((name) => /^broker-(\d+)\.db$/.exec(name)?.[1] ?? [])
  .map(Number);

async function withReleased(
  version: number,
  use: (store: SqliteStore, folder: string) => Promise<void>,
): Promise<void> {
  const folder = temporaryFolder();
  try {
    for (const name of ['broker', 'keys']) {
      copyFileSync(join(FOLDER, `${name}-${version}.db`), join(folder.path, `${name}.db`));
    }
    const store = openReleased(folder.path);
    await use(store, folder.path).finally(() => store.close());
  } finally {
    folder.remove();
  }
}

async function valuesIn(store: SqliteStore): Promise<number[]> {
  const entries = await store.entries(RELEASED.slug, 0, 100);
  const read = entries.flatMap((entry) =>
    entry.kind === 'block' && entry.key ? openBlock(entry.block, entry.key) : [],
  );
  return read.map((one) => one?.value ?? 0).sort((one, other) => one - other);
}

const schemaVersion = (file: string): unknown => {
  const database = new Database(file, { readonly: true });
  const version = database.pragma('user_version', { simple: true });
  database.close();
  return version;
};

test('there is a released pair for every schema up to today’s', () => {
  expect(versions.toSorted()).toEqual(STEPS.map((_, at) => at + 1));
});

test('today’s schema is filled the same way, so that the next pair can be made', async () => {
  const folder = temporaryFolder();
  const store = openReleased(folder.path);
  await fillReleased(store);
  expect(await valuesIn(store)).toEqual([...RELEASED.values]);
  await store.close();
  folder.remove();
});

describe.each(versions)('a broker of schema %i', (version) => {
  test('opens, is brought to today’s schema, and everything is there', async () => {
    await withReleased(version, async (store, folder) => {
      expect(schemaVersion(join(folder, 'broker.db'))).toBe(STEPS.length);
      expect(schemaVersion(join(folder, 'keys.db'))).toBe(KEY_STEPS.length);
      const hub = await store.hub(RELEASED.hub);
      expect(hub).toMatchObject({ enrolmentKey: RELEASED.enrolmentKey, highestOrdinal: 2 });
      expect(await store.offers()).toMatchObject([{ key: RELEASED.offer, slug: RELEASED.slug }]);
      expect(await store.recipients()).toMatchObject([{ name: RELEASED.recipient }]);
      expect(await store.counted()).toEqual({ droppedOffer: 3 });
      expect(await valuesIn(store)).toEqual([...RELEASED.values]);
      const tombstones = (await store.entries(RELEASED.slug, 0, 100)).filter(({ kind }) => kind === 'tombstone');
      expect(tombstones).toMatchObject([{ pseudonym: RELEASED.withdrawn.pseudonym, categories: ['power.appliance'] }]);
    });
  });

  test('goes on: nothing is stored twice, what was withdrawn stays away, what is new comes behind', async () => {
    await withReleased(version, async (store) => {
      const { run, kept, withdrawn, offer } = RELEASED;
      const again = RELEASED.values.map((value) => record(kept.writeKey, offer, value));
      const first = upBody({ run, records: [...again, record(withdrawn.writeKey, offer, 99)] });
      expect(await storeReleased(store, first)).toBe(0);
      const late = [record(withdrawn.writeKey, offer, 100), record(kept.writeKey, offer, 14)];
      expect(await storeReleased(store, upBody({ run, cell: 3, first: 6, records: late }))).toBe(1);
      expect(await valuesIn(store)).toEqual([...RELEASED.values, 14]);
      while ((await store.reclaim(100)) > 0);
      expect((await store.totals()).keys).toBe(1);
    });
  });
});
