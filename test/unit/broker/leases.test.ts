import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../../broker/main.ts';
import type { UpBody } from '../../../proto/wire.ts';
import {
  agreementKeys,
  enrolled,
  type Line,
  lineOf,
  offerDocument,
  publishOffer,
  readLines,
  record,
  type TestHub,
  temporaryFolder,
  tokenOf,
  upBody,
} from './kit.ts';

const HOUR_MS = 3_600_000;
const RUN = '00000000000000cc';

interface Read {
  type: string;
  cursor: string;
  from?: string;
  value?: number;
  pseudonym: string;
}

describe('leases', () => {
  const folder = temporaryFolder();
  let nowMs = Date.UTC(2027, 0, 20, 12, 30);
  let broker: Broker;
  let hub: TestHub;
  let line: Line;
  let offer: string;
  let token: string;
  let cell = 0;
  let first = 1;

  const send = (body: Partial<UpBody>, version: 2 | 3 = 3) => {
    cell += 1;
    const count = (body.records?.length ?? 0) + (body.leases?.length ?? 0);
    const ranges = count > 0 ? [{ run: RUN, first, count, void: false }] : [];
    first += count;
    return line.send(upBody({ run: RUN, version, cell, highestOrdinal: 3, ranges, ...body }));
  };
  const records = (ordinal: number, ...values: number[]) =>
    values.map((value) => record(agreementKeys(hub, ordinal).writeKey, offer, value));
  const lease = (ordinal: number, hours = 24) => ({ writeKey: agreementKeys(hub, ordinal).writeKey, hours });
  const read = (more = '') => readLines(broker, token, `purpose=energyAdvice${more}`) as Promise<Read[]>;
  const said = async (more = '') => (await read(more)).map(({ type, value }) => value ?? type);

  beforeAll(async () => {
    const place = { dataFolder: folder.path, httpHost: '127.0.0.1', httpPort: 0, ingressHost: '127.0.0.1' };
    const surroundings = { now: () => nowMs, random: randomBytes };
    broker = await startBroker({ ...place, ingressPort: 0, logLevel: 'silent' }, surroundings);
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

  test('a record begins one of the offer’s length; a hub that only knows version 2 has none', async () => {
    expect((await send({ records: records(1, 1) })).lapsed).toBeUndefined();
    await send({ records: records(2, 2) }, 2);
    nowMs += 24 * HOUR_MS;
    expect(await said()).toEqual([1, 2]);
    nowMs += HOUR_MS;
    expect(await said()).toEqual(['lapsed', 2]);
  });

  test('silence erases nothing: once extended, the feed says so, and what was passed over is read where it lies', async () => {
    expect((await send({ records: records(1, 3, 4) })).lapsed).toEqual([agreementKeys(hub, 1).pseudonym]);
    const passed = await read();
    expect(passed.map(({ type, value }) => value ?? type)).toEqual(['lapsed', 2, 'lapsed']);
    expect((await send({ leases: [lease(1)] })).lapsed).toBeUndefined();
    const [resumed, ...none] = await read(`&after=${passed.at(-1)?.cursor}`);
    expect([resumed?.type, resumed?.pseudonym, none]).toEqual(['resumed', agreementKeys(hub, 1).pseudonym, []]);
    const again: (number | string)[] = [];
    for (const { type, from, cursor } of passed) {
      if (type === 'lapsed') again.push(...(await said(`&after=${from}&until=${cursor}`)));
    }
    expect(again.toSorted()).toEqual([1, 3, 4]);
  });

  test('a repeated cell extends nothing, and no extension is longer than the offer allows', async () => {
    const extending = { run: RUN, version: 3 as const, cell: cell + 1, highestOrdinal: 3, leases: [lease(1, 8784)] };
    const body = upBody({ ...extending, ranges: [{ run: RUN, first, count: 1, void: false }] });
    [cell, first] = [cell + 1, first + 1];
    await line.send(body);
    nowMs += 24 * HOUR_MS;
    await line.send(body);
    nowMs += HOUR_MS;
    expect(await said()).toContain('lapsed');
    await send({ leases: [lease(1)] });
    expect(await said()).not.toContain('lapsed');
  });

  test('a name nothing was stored under gets none; a lease and its first record may share a cell', async () => {
    await send({ leases: [lease(3), lease(1)], records: records(3, 5) });
    nowMs += 25 * HOUR_MS;
    expect((await said()).filter((one) => one === 5)).toEqual([]);
    await send({ leases: [lease(3), lease(1)] });
    expect(await said()).toContain(5);
  });

  test('a hub that goes back to version 2 is no longer held to one', async () => {
    nowMs += 30 * HOUR_MS;
    await send({ records: records(3, 6) }, 2);
    nowMs += 100 * HOUR_MS;
    const found = await said();
    expect([found.includes(5), found.includes(6)]).toEqual([true, true]);
  });

  test('reading up to a cursor gives what lies before it, by any step', async () => {
    await send({ leases: [lease(1)] });
    const all = await read();
    for (const [at, { cursor }] of all.entries()) expect(await read(`&until=${cursor}`)).toHaveLength(at + 1);
  });
});
