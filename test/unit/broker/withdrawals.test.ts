import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Broker } from '../../../broker/main.ts';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';
import { recordWithdrawal } from '../../../broker/withdrawals/withdrawals.ts';
import { publicFromRaw } from '../../../proto/keys.ts';
import { verifyReceipt } from '../../../proto/receipt.ts';
import type { Receipt } from '../../../proto/wire.ts';
import {
  agreementKeys,
  brokerIn,
  enrolled,
  folderHolds,
  type Line,
  lineOf,
  offerDocument,
  post,
  publishOffer,
  readLines,
  record,
  type TestHub,
  temporaryFolder,
  tokenOf,
  upBody,
} from './kit.ts';

const keysIn = (folder: string): Map<string, Buffer> => {
  const database = new Database(join(folder, 'keys.db'), { readonly: true });
  const sql = 'SELECT pseudonym, key FROM pair JOIN slot ON slot.id = pair.slot';
  const rows = database.prepare<[], { pseudonym: Buffer; key: Buffer }>(sql).all();
  database.close();
  return new Map(rows.map((row) => [row.pseudonym.toString('hex'), row.key]));
};

describe('withdrawal', () => {
  const folder = temporaryFolder();
  let broker: Broker;
  let hub: TestHub;
  let line: Line;
  let offer: string;
  let token: string;
  let cell = 0;

  const send = async (ordinal: number, values: number[]): Promise<void> => {
    cell += 1;
    const keys = agreementKeys(hub, ordinal);
    const records = values.map((value) => record(keys.writeKey, offer, value));
    await line.send(upBody({ run: cell.toString(16).padStart(16, '0'), cell, highestOrdinal: ordinal, records }));
  };
  const withdraw = (ordinal: number): Promise<Response> =>
    post(`${broker.url}/v1/withdrawals`, {
      eraseKey: agreementKeys(hub, ordinal).eraseKey,
      categories: ['power.appliance'],
    });

  beforeAll(async () => {
    broker = await brokerIn(folder.path);
    offer = await publishOffer(folder.path, offerDocument());
    token = await tokenOf(folder.path);
    hub = await enrolled(broker, folder.path);
    line = await lineOf(hub);
  });
  afterAll(async () => {
    await line.close();
    await broker.close();
    folder.remove();
  });

  test('the receipt is signed by the service key, and asking again gives the same one', async () => {
    await send(1, [11]);
    const receipt = (await (await withdraw(1)).json()) as Receipt;
    expect(receipt.pseudonym).toBe(agreementKeys(hub, 1).pseudonym);
    expect(verifyReceipt(receipt, hub.operator, publicFromRaw('ed25519', hub.serviceKey))).toBe(true);
    expect(await (await withdraw(1)).json()).toEqual(receipt);
  });

  test('the key is in no file of the data folder when the receipt is given, with many others around', async () => {
    for (let ordinal = 10; ordinal < 60; ordinal += 1) await send(ordinal, [ordinal]);
    const keys = keysIn(folder.path);
    for (let ordinal = 10; ordinal < 60; ordinal += 7) {
      const key = keys.get(agreementKeys(hub, ordinal).pseudonym);
      if (!key) throw new Error('no key');
      expect(folderHolds(folder.path, key)).toBe(true);
      expect((await withdraw(ordinal)).status).toBe(200);
      expect(folderHolds(folder.path, key)).toBe(false);
    }
    const left = await readLines(broker, token, 'purpose=energyAdvice');
    const values = left.filter((read) => read.type === 'record').map((read) => read.value);
    expect(values.toSorted()).toEqual(Array.from({ length: 50 }, (_, at) => at + 10).filter((o) => (o - 10) % 7 !== 0));
  });

  test('an erase key nobody has used is withdrawn too, without a tombstone anywhere', async () => {
    const before = (await readLines(broker, token, 'purpose=energyAdvice')).length;
    expect((await withdraw(99)).status).toBe(200);
    expect(await readLines(broker, token, 'purpose=energyAdvice')).toHaveLength(before);
    await send(99, [990]);
    expect(await readLines(broker, token, 'purpose=energyAdvice')).toHaveLength(before);
  });

  test('what is no erase key, no category or too much is refused with the field', async () => {
    const url = `${broker.url}/v1/withdrawals`;
    const eraseKey = randomBytes(32).toString('hex');
    for (const body of [
      {},
      { eraseKey: 'xyz', categories: ['power.total'] },
      { eraseKey, categories: [] },
      { eraseKey, categories: ['power.total', 'power.total'] },
      { eraseKey, categories: ['everything'] },
      { eraseKey, categories: 'power.total' },
    ]) {
      const response = await post(url, body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ reason: 'malformed', error: expect.stringContaining('body') });
    }
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(url, { method: 'POST', headers, body: '{' })).status).toBe(400);
    expect((await fetch(url, { method: 'POST', headers, body: `"${'x'.repeat(70_000)}"` })).status).toBe(413);
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(415);
  });

  test('no stored row joins pseudonyms to a hub, a run or each other', async () => {
    await send(70, [1]);
    const database = new Database(join(folder.path, 'broker.db'), { readonly: true });
    const columns = (table: string): string[] =>
      (database.pragma(`table_info(${table})`) as { name: string }[]).map((column) => column.name);
    expect(columns('block')).toEqual([
      'feed',
      'position',
      'id',
      'pseudonym',
      'category',
      'nonce',
      'ciphertext',
      'hour',
    ]);
    expect(columns('binding')).toEqual(['pseudonym', 'offer']);
    const tables = ['block', 'binding', 'tombstone', 'withdrawn', 'reclaim', 'feed'];
    const rows = tables.flatMap((table) => database.prepare(`SELECT * FROM ${table}`).raw().all() as unknown[][]);
    const run = Buffer.from(cell.toString(16).padStart(16, '0'), 'hex');
    const canaries = [hub.hub, run, Buffer.from(agreementKeys(hub, 70).writeKey, 'hex')];
    const holds = (value: unknown, canary: Buffer): boolean =>
      Buffer.isBuffer(value) ? value.includes(canary) : String(value).includes(canary.toString('hex'));
    for (const canary of canaries) expect(rows.flat().some((value) => holds(value, canary))).toBe(false);
    database.close();
  });
});

test('a crash between a withdrawal and the destruction of its key is made up for at the next start', async () => {
  const folder = temporaryFolder();
  const before = new SqliteStore(folder.path, randomBytes);
  const pseudonym = 'ab'.repeat(16);
  const key = await before.transact(async (transaction) => {
    const made = await transaction.key({ pseudonym, category: 'power.total' });
    await recordWithdrawal(transaction, { pseudonym, categories: ['power.total'] }, Date.now());
    return made;
  });
  await before.close();
  expect(folderHolds(folder.path, key)).toBe(true);
  const broker = await brokerIn(folder.path);
  expect(folderHolds(folder.path, key)).toBe(false);
  await broker.close();
  folder.remove();
});
