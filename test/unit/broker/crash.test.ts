import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { type Death, DyingBroker } from './crash-kit.ts';
import {
  agreementKeys,
  enrolled,
  folderHolds,
  offerDocument,
  publishOffer,
  readLines,
  record,
  tokenOf,
  upBody,
} from './kit.ts';

async function withBroker(when: Death, use: (dying: DyingBroker) => Promise<void>): Promise<void> {
  const dying = new DyingBroker(when);
  try {
    await dying.start();
    await use(dying);
  } finally {
    await dying.end();
  }
}

/** The only key of a block in keys.db. */
function onlyKey(folder: string): Buffer {
  const database = new Database(join(folder, 'keys.db'), { readonly: true });
  const rows = database
    .prepare<[], { key: Buffer }>('SELECT slot.key FROM pair JOIN slot ON slot.id = pair.slot')
    .all();
  database.close();
  expect(rows).toHaveLength(1);
  return rows[0]?.key ?? Buffer.alloc(0);
}

test('killed between commit and answer, again and again: nothing lost, nothing doubled', async () => {
  await withBroker('cells', async (dying) => {
    const { path } = dying.folder;
    const offer = await publishOffer(path, offerDocument());
    const token = await tokenOf(path);
    const hub = await enrolled(dying.broker, path);
    const keys = agreementKeys(hub, 1);
    for (let cell = 1; cell <= 15; cell += 1) {
      const records = [record(keys.writeKey, offer, cell)];
      const answer = await dying.untilAnswered(hub, upBody({ cell, first: cell, records }));
      expect(answer.acknowledged[0]?.intervals).toEqual([{ first: 1, last: cell }]);
    }
    const values = (await readLines(dying.broker, token, 'purpose=energyAdvice')).map((read) => read.value);
    expect(dying.deaths).toBe(5);
    expect(values).toEqual(Array.from({ length: 15 }, (_, index) => index + 1));
  });
});

test.each(['withdrawal', 'erasing', 'receipt'] as const)(
  'killed at a withdrawal (%s): the receipt comes, one tombstone, and the key is in no file',
  async (when) => {
    await withBroker(when, async (dying) => {
      const { path } = dying.folder;
      const offer = await publishOffer(path, offerDocument());
      const token = await tokenOf(path);
      const hub = await enrolled(dying.broker, path);
      const keys = agreementKeys(hub, 1);
      const records = [record(keys.writeKey, offer, 1)];
      await dying.untilAnswered(hub, upBody({ records }));
      const key = onlyKey(path);
      const withdrawals = [{ eraseKey: keys.eraseKey, categories: ['power.appliance' as const] }];
      const answer = await dying.untilAnswered(hub, upBody({ cell: 2, first: 2, withdrawals }));
      expect(dying.deaths).toBe(1);
      expect(answer.receipts).toMatchObject([{ pseudonym: keys.pseudonym, categories: ['power.appliance'] }]);
      expect((await readLines(dying.broker, token, 'purpose=energyAdvice')).map(({ type }) => type)).toEqual([
        'tombstone',
      ]);
      expect(folderHolds(path, key)).toBe(false);
      const late = await dying.untilAnswered(hub, upBody({ cell: 3, first: 3, records }));
      expect(late.acknowledged[0]?.intervals).toEqual([{ first: 1, last: 3 }]);
      expect(await readLines(dying.broker, token, 'purpose=energyAdvice')).toHaveLength(1);
    });
  },
);

test('killed with a new schema written and not committed: the next start makes it', async () => {
  await withBroker('migration', async (dying) => {
    expect(dying.deaths).toBe(1);
    const { path } = dying.folder;
    const offer = await publishOffer(path, offerDocument());
    const hub = await enrolled(dying.broker, path);
    const records = [record(agreementKeys(hub, 1).writeKey, offer, 1)];
    expect((await dying.untilAnswered(hub, upBody({ records }))).refusal).toBeUndefined();
  });
});
