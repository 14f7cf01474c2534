import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Checkpointer } from '../../../../gateway/store/sqlite/checkpointer.ts';
import type { FromWriter, ToWriter } from '../../../../gateway/store/sqlite/messages.ts';
import { SqliteStore } from '../../../../gateway/store/sqlite/sqlite-store.ts';
import { Thread } from '../../../../gateway/store/sqlite/thread.ts';
import type { Operation } from '../../../../gateway/store/store.ts';
import { StoreError } from '../../../../gateway/store/store-error.ts';

let folder: string;
const faults: StoreError[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'engawa-fault-'));
  faults.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A store whose writer thread is the given script instead of the real one. */
function storeWith(script: string): SqliteStore {
  const path = join(folder, 'writer.mjs');
  writeFileSync(path, `import { parentPort } from 'node:worker_threads';\n${script}`);
  const file = join(folder, 'hub.db');
  const data = { file, home: 'home' };
  const lost = () => new StoreError('fault', file);
  return new SqliteStore({
    file,
    writer: new Thread<ToWriter, FromWriter>(pathToFileURL(path), data, lost),
    checkpointer: new Checkpointer(data, lost),
    reader: new Database(':memory:'),
    lock: { release: () => undefined },
    onFault: (error) => faults.push(error),
  });
}

const put: Operation = ['meta.put', 'a', Buffer.from('a')];

async function expectAllToFail(store: SqliteStore): Promise<void> {
  const pending = [store.commit([put]), store.commit([put])];
  for (const result of await Promise.allSettled(pending)) {
    expect(result).toMatchObject({ status: 'rejected', reason: { code: 'fault', nothingWasStored: false } });
  }
  await expect(store.commit([put])).rejects.toMatchObject({ code: 'fault' });
  expect(faults).toHaveLength(1);
  await store.close();
}

test('when the writer dies, every pending commit rejects and the fault is told once', () =>
  expectAllToFail(storeWith(`parentPort.on('message', () => { throw new Error('no more'); });`)));

test('when the writer ends silently, it is the same', () =>
  expectAllToFail(storeWith(`parentPort.on('message', () => process.exit(0));`)));

test('when the disk fails, nothing is written any more', () =>
  expectAllToFail(
    storeWith(`parentPort.on('message', () => {
      parentPort.postMessage({ fault: { code: 'fault', detail: 'SQLITE_IOERR_FSYNC' } });
      parentPort.close();
    });`),
  ));
