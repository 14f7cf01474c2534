import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Counts } from '../../../broker/counts.ts';
import { cardRoutes } from '../../../broker/http/card-routes.ts';
import { bareServer } from '../../../broker/http/server.ts';
import { LIMITS } from '../../../broker/limits.ts';
import { type Operator, openOperator } from '../../../broker/operator.ts';
import { SqliteStore } from '../../../broker/store/sqlite/sqlite-store.ts';
import { eraseBatch, highestOrdinal, type KnownBroker } from '../../../gateway/recovery/broker-of-card.ts';
import type { Fetch } from '../../../gateway/uplink/operator-http.ts';
import { eraseKey, hubId, hubKeyPair, pseudonym, rawFromPublic, writeKey } from '../../../proto/keys.ts';
import type { Category } from '../../../proto/lists.ts';
import { temporaryFolder } from './kit.ts';

const SECRET = randomBytes(32);
const POWER: readonly Category[] = ['power.total', 'power.appliance'];

let folder: ReturnType<typeof temporaryFolder>;
let store: SqliteStore;
let operator: Operator;
let server: FastifyInstance;
let url: string;
let nowMs: number;
let known: KnownBroker;

beforeEach(async () => {
  folder = temporaryFolder();
  nowMs = Date.now();
  operator = await openOperator(folder.path, nowMs);
  store = new SqliteStore(folder.path, randomBytes);
  server = bareServer(pino({ level: 'silent' }));
  cardRoutes(server, {
    store,
    operator,
    counts: new Counts(),
    surroundings: { now: () => nowMs, random: randomBytes },
  });
  url = await server.listen({ host: '127.0.0.1', port: 0 });
  const { id, rootPublicKey: rootKey, servicePublicKey: serviceKey } = operator;
  known = { operator: id, rootKey, serviceKey, isPinned: true };
});
afterEach(async () => {
  await server.close();
  await store.close();
  folder.remove();
});

const reaching = (how: Fetch = fetch) => ({ url, fetch: how, wait: async () => undefined });
const key = (ordinal: number): string => eraseKey(SECRET, operator.id, ordinal, 700, 0).toString('hex');
const nameOf = (hex: string): string => pseudonym(writeKey(Buffer.from(hex, 'hex'))).toString('hex');

async function enrolHub(ordinal: number): Promise<void> {
  const publicKey = rawFromPublic(hubKeyPair(SECRET, operator.id).publicKey);
  const hub = hubId(publicKey).toString('hex');
  await store.transact((transaction) =>
    transaction.putHub({ hub, publicKey, enrolmentKey: randomBytes(32), highestOrdinal: ordinal, enrolledHour: 1 }),
  );
}

const use = (hex: string): Promise<void> =>
  store.transact((transaction) => transaction.bind(nameOf(hex), 'ab'.repeat(16)));
const withdrawn = (hex: string): Promise<number> =>
  store.transact(async (transaction) => (await transaction.withdrawn(nameOf(hex))).size);

const said = (answer: { ok: true } | { ok: false; problem: { error: { en: string } } }): string =>
  answer.ok ? 'ok' : answer.problem.error.en;

describe('the highest ordinal', () => {
  test('is told to whoever holds the card', async () => {
    await enrolHub(17);
    expect(await highestOrdinal(reaching(), known, SECRET, nowMs)).toEqual({ ok: true, value: 17 });
  });

  test('is told to no other card, and not to a question of another day', async () => {
    await enrolHub(17);
    expect(said(await highestOrdinal(reaching(), known, randomBytes(32), nowMs))).toMatch(/knows no home/);
    const old = nowMs - 2 * LIMITS.questionLifeMs;
    expect(said(await highestOrdinal(reaching(), known, SECRET, old))).toMatch(/clock of this machine/);
  });

  test('is not told for a signature made for another operator', async () => {
    await enrolHub(17);
    const elsewhere = { ...known, operator: randomBytes(32) };
    expect(said(await highestOrdinal(reaching(), elsewhere, SECRET, nowMs))).toMatch(/refused \(signature\)/);
  });
});

describe('a batch of erase keys', () => {
  test('withdraws the names that were used, with receipts, and keeps nothing of the others', async () => {
    await use(key(2));
    const keys = [1, 2, 3].map(key);
    const done = await eraseBatch(reaching(), known, keys, POWER);
    expect(done).toMatchObject({ ok: true, value: { unknown: 2, receipts: [{ pseudonym: nameOf(key(2)) }] } });
    expect(await Promise.all(keys.map(withdrawn))).toEqual([0, 2, 0]);
    expect(await eraseBatch(reaching(), known, keys, POWER)).toEqual(done);
  });

  test('is tried again while the line is down or the broker is busy', async () => {
    await use(key(1));
    let calls = 0;
    const moody: Fetch = async (...args) => {
      calls += 1;
      if (calls === 1) throw new TypeError('fetch failed');
      if (calls === 2) return Response.json({ error: 'x', remedy: 'y', reason: 'tooMany' }, { status: 429 });
      return fetch(...args);
    };
    expect(await eraseBatch(reaching(moody), known, [key(1)], POWER)).toMatchObject({ ok: true });
    expect(calls).toBe(3);
  });

  test('is not believed where the receipt is not signed by the operator', async () => {
    await use(key(1));
    const foreign = { ...known, serviceKey: randomBytes(32) };
    expect(said(await eraseBatch(reaching(), foreign, [key(1)], POWER))).toMatch(/signature/);
  });

  test('is refused when it is too large, empty, or no key', async () => {
    const post = (eraseKeys: readonly string[]) =>
      fetch(`${url}/v1/withdrawals/batch`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ eraseKeys, categories: POWER }),
      }).then(({ status }) => status);
    const full = Array.from({ length: LIMITS.eraseKeysPerBatch }, (_, ordinal) => key(ordinal + 1));
    expect(await post(full)).toBe(200);
    expect(await post([...full, key(9_999)])).toBe(400);
    expect(await post([])).toBe(400);
    expect(await post(['abc'])).toBe(400);
  });
});
