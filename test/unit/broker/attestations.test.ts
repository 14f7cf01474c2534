import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../../broker/main.ts';
import { readCompactJws } from '../../../proto/compact-jws.ts';
import { publicFromRaw } from '../../../proto/keys.ts';
import {
  agreementKeys,
  enrolled,
  type Line,
  lineOf,
  offerDocument,
  order,
  post,
  publishOffer,
  readLines,
  record,
  type TestHub,
  temporaryFolder,
  tokenOf,
  upBody,
} from './kit.ts';

const HOUR_MS = 3_600_000;
const CATEGORIES = ['power.appliance'];

describe('attestation of erasures', () => {
  const folder = temporaryFolder();
  let nowMs = Date.UTC(2027, 0, 20, 12, 30);
  let broker: Broker;
  let hub: TestHub;
  let line: Line;
  let token: string;
  let cell = 0;

  const name = (ordinal: number): string => agreementKeys(hub, ordinal).pseudonym;
  const ask = (pseudonyms: string[], version: 2 | 3 = 3) => {
    cell += 1;
    return line.send(upBody({ version, run: cell.toString(16).padStart(16, '0'), cell, inquiries: pseudonyms }));
  };
  const attest = (erasures: unknown, bearer = token, purpose = 'energyAdvice') =>
    fetch(`${broker.url}/v1/feeds/energy-advice/attestations?purpose=${purpose}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify({ erasures }),
    });

  beforeAll(async () => {
    const place = { dataFolder: folder.path, httpHost: '127.0.0.1', httpPort: 0, ingressHost: '127.0.0.1' };
    broker = await startBroker(
      { ...place, ingressPort: 0, logLevel: 'silent' },
      { now: () => nowMs, random: randomBytes },
    );
    const offer = await publishOffer(folder.path, offerDocument());
    token = await tokenOf(folder.path);
    hub = await enrolled(broker, folder.path);
    line = await lineOf(hub);
    for (const ordinal of [1, 2]) {
      cell += 1;
      const { writeKey, eraseKey } = agreementKeys(hub, ordinal);
      const run = cell.toString(16).padStart(16, '0');
      await line.send(upBody({ run, cell, highestOrdinal: 2, records: [record(writeKey, offer, ordinal)] }));
      await post(`${broker.url}/v1/withdrawals`, { eraseKey, categories: CATEGORIES });
    }
  });
  afterAll(async () => {
    await line.close();
    await broker.close();
    folder.remove();
  });

  test('a tombstone says by when it must be attested: at least a day', async () => {
    const [tombstone] = await readLines(broker, token, 'purpose=energyAdvice');
    expect(tombstone).toMatchObject({ withdrawn_at: '2027-01-20T12:00:00Z', attest_by: '2027-01-21T13:00:00Z' });
  });

  test('the home that asks learns that it waits; a name nobody was told of needs none', async () => {
    const { standings } = await ask([name(1), name(9)]);
    const said = Object.fromEntries(standings?.map(({ pseudonym, attestation }) => [pseudonym, attestation]) ?? []);
    expect(said).toEqual({ [name(1)]: 'waiting', [name(9)]: 'none' });
  });

  test('what no tombstone named is refused as a whole, with the reason', async () => {
    const right = { pseudonym: name(1), categories: CATEGORIES };
    for (const wrong of [
      { pseudonym: 'ab'.repeat(16), categories: CATEGORIES },
      { pseudonym: name(1), categories: ['power.total'] },
      { pseudonym: name(1), categories: ['power.appliance', 'power.total'] },
    ]) {
      const refused = await attest([right, wrong]);
      expect(refused.status).toBe(404);
      expect(await refused.json()).toMatchObject({
        reason: 'unknownErasure',
        remedy: expect.stringContaining('exactly'),
      });
    }
    expect((await attest([right], 'x'.repeat(43))).status).toBe(401);
    expect((await attest([right], token, 'research')).status).toBe(403);
    expect((await attest([])).status).toBe(400);
    expect((await ask([name(1)])).standings).toEqual([{ pseudonym: name(1), attestation: 'waiting' }]);
  });

  test('an attestation is noted once and acknowledged with a signature', async () => {
    const erasures = [{ pseudonym: name(1), categories: CATEGORIES }];
    const first = (await (await attest(erasures)).json()) as { acknowledgement: string };
    expect(first).toMatchObject({ attested: 1, already: 0 });
    nowMs += 2 * HOUR_MS;
    const again = (await (await attest(erasures)).json()) as { acknowledgement: string };
    expect(again).toMatchObject({ attested: 0, already: 1 });
    const key = publicFromRaw('ed25519', hub.serviceKey);
    const payload = readCompactJws(again.acknowledgement, key, 'engawa-attestation');
    const erasure = { ...erasures[0], withdrawnAt: '2027-01-20T12:00:00Z', attestedAt: '2027-01-20T12:00:00Z' };
    expect(JSON.parse(String(payload))).toMatchObject({ offer: 'energy-advice', erasures: [erasure] });
    expect((await ask([name(1)])).standings).toEqual([{ pseudonym: name(1), attestation: 'attested' }]);
  });

  test('what is not attested in time is overdue: for the home, the operator and monitoring', async () => {
    nowMs = Date.UTC(2027, 0, 21, 12, 59);
    expect((await ask([name(2)])).standings?.[0]?.attestation).toBe('waiting');
    nowMs = Date.UTC(2027, 0, 21, 13);
    expect((await ask([name(2)])).standings?.[0]?.attestation).toBe('overdue');
    const list = await order<{ counts: object; erasures: object[] }>(folder.path, 'GET', '/cli/erasure/list');
    expect(list.counts).toEqual({ waiting: 0, attested: 1, overdue: 1 });
    expect(list.erasures).toMatchObject([
      { pseudonym: name(2), state: 'overdue', attestBy: '2027-01-21T13:00:00Z', recipient: 'nagi-energy' },
      { pseudonym: name(1), state: 'attested', attestedAt: '2027-01-20T12:00:00Z' },
    ]);
    const metrics = await (await fetch(`${broker.url}/metrics`)).text();
    expect(metrics).toContain('engawa_broker_erasures{state="overdue"} 1');
  });

  test('no cell before version 3 can ask', () => {
    expect(() => ask([name(2)], 2)).toThrow(RangeError);
  });
});
