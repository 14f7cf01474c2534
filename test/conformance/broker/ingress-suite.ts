import { randomBytes } from 'node:crypto';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Broker } from '../../../broker/main.ts';
import { sealUp } from '../../../proto/cell.ts';
import {
  agreementKeys,
  brokerIn,
  enrolled,
  folderHolds,
  type Line,
  lineOf,
  offerDocument,
  order,
  passwordOf,
  publishOffer,
  readLines,
  record,
  type TestHub,
  temporaryFolder,
  tokenOf,
  upBody,
} from '../../unit/broker/kit.ts';

/** The MQTT server between hub and broker, started for the suite. */
export interface Between {
  /** For the broker's settings; undefined: its own server. */
  readonly ingressUrl?: string;
  /** Where a hub connects and as whom; undefined: as enrolment told it. */
  readonly hubUrl?: string;
  stop(): Promise<void>;
}

interface Status {
  ingressConnected: boolean;
  sinceStart: { reason: string; count: number }[];
}

/** What holds whatever MQTT server carries the cells. */
export function ingressSuite(name: string, between: () => Promise<Between>): void {
  describe(`broker ingress: ${name}`, () => {
    const folder = temporaryFolder();
    let server: Between;
    let broker: Broker;
    let hub: TestHub;
    let line: Line;
    let offer: string;
    let token: string;
    let cell = 0;
    const run = randomBytes(8).toString('hex');

    const status = (): Promise<Status> => order(folder.path, 'GET', '/cli/status');
    const counted = async (reason: string): Promise<number> =>
      (await status()).sinceStart.find((entry) => entry.reason === reason)?.count ?? 0;
    const keysOf = (ordinal: number) => agreementKeys(hub, ordinal);
    const values = async (pseudonym: string): Promise<(number | undefined)[]> =>
      (await readLines(broker, token, 'purpose=energyAdvice'))
        .filter((read) => read.pseudonym === pseudonym && read.type === 'record')
        .map((read) => read.value)
        .sort();
    let first = 1;
    const next = (ordinal: number, ...list: number[]) => {
      cell += 1;
      const records = list.map((value) => record(keysOf(ordinal).writeKey, offer, value));
      const body = upBody({ run, cell, first, highestOrdinal: ordinal, records });
      first += list.length;
      return body;
    };

    beforeAll(async () => {
      server = await between();
      broker = await brokerIn(folder.path, server.ingressUrl === undefined ? {} : { ingressUrl: server.ingressUrl });
      await vi.waitFor(async () => expect((await status()).ingressConnected).toBe(true), { timeout: 10_000 });
      offer = await publishOffer(folder.path, offerDocument());
      token = await tokenOf(folder.path);
      hub = await enrolled(broker, folder.path);
      line = await lineOf(hub, server.hubUrl, server.hubUrl === undefined);
    });
    afterAll(async () => {
      await line.close();
      await broker.close();
      await server.stop();
      folder.remove();
    });

    test('a cell is answered after it is in the feed', async () => {
      const answer = await line.send(next(1, 101, 102));
      expect(answer.acknowledged).toEqual([{ run, intervals: [{ first: 1, last: 2 }] }]);
      expect(answer.credit).toBeGreaterThan(0);
      expect(answer.highestOrdinal).toBe(1);
      expect(await values(keysOf(1).pseudonym)).toEqual([101, 102]);
    });

    test('the same bytes again are answered again and stored once', async () => {
      const body = next(2, 201);
      const frame = sealUp({ enrolmentKey: hub.enrolmentKey, hub: hub.hub, body });
      const answers = [await line.exchange(frame), await line.exchange(frame), await line.exchange(frame)];
      expect(answers.map((answer) => answer.acknowledged[0]?.intervals.at(-1)?.last)).toEqual(
        answers.map(() => first - 1),
      );
      expect(await values(keysOf(2).pseudonym)).toEqual([201]);
      expect(await counted('duplicates')).toBe(2);
    });

    test('cells out of order are all taken', async () => {
      const bodies = [next(3, 1), next(3, 2), next(3, 3)];
      for (const body of bodies.toReversed()) await line.send(body);
      expect(await values(keysOf(3).pseudonym)).toEqual([1, 2, 3]);
    });

    test('an empty cell is answered', async () => {
      cell += 1;
      const answer = await line.send(upBody({ run, cell, records: [], ranges: [] }));
      expect(answer.cell).toBe(cell);
    });

    test('what does not open, is not a cell or is not enrolled is counted, and the next cell is answered', async () => {
      const frame = sealUp({ enrolmentKey: randomBytes(32), hub: hub.hub, body: next(4, 1) });
      first -= 1;
      const forged = Buffer.from(sealUp({ enrolmentKey: hub.enrolmentKey, hub: hub.hub, body: next(4, 1) }));
      first -= 1;
      forged[200] = (forged[200] ?? 0) ^ 1;
      const topic = `engawa/1/${hub.hub.toString('hex')}/up`;
      const bad = [
        frame,
        forged,
        Buffer.alloc(0),
        Buffer.from('{"not":"a cell"}'),
        randomBytes(4_096),
        randomBytes(5_000),
      ];
      const before = { notOpened: await counted('notOpened'), wrongSize: await counted('wrongSize') };
      for (const payload of bad) await line.client.publishAsync(topic, payload, { qos: 1 });
      expect((await line.send(next(4, 401))).acknowledged).toHaveLength(1);
      expect(await counted('notOpened')).toBe(before.notOpened + 3);
      expect(await counted('wrongSize')).toBe(before.wrongSize + 3);
      expect(await values(keysOf(4).pseudonym)).toEqual([401]);
    });

    test('records of an offer nobody published are refused with their count, and nothing stalls', async () => {
      cell += 1;
      const records = [record(keysOf(5).writeKey, 'cd'.repeat(16), 1)];
      const answer = await line.send(upBody({ run, cell, first, records }));
      first += 1;
      expect(answer.refusal).toEqual({ reason: 'offer', count: 1 });
      expect(answer.acknowledged[0]?.intervals.at(-1)?.last).toBe(first - 1);
      expect((await line.send(next(5, 501))).refusal).toBeUndefined();
    });

    test('a withdrawal in a cell is receipted, erases, and is receipted again when asked again', async () => {
      const keys = keysOf(6);
      await line.send(next(6, 601, 602));
      cell += 1;
      const withdrawals = [{ eraseKey: keys.eraseKey, categories: ['power.appliance' as const] }];
      const body = upBody({ run, cell, first, withdrawals });
      first += 1;
      const answers = [await line.send(body), await line.send(body)];
      expect(answers[0]?.receipts[0]?.pseudonym).toBe(keys.pseudonym);
      expect(answers[1]?.receipts).toEqual(answers[0]?.receipts);
      expect(await values(keys.pseudonym)).toEqual([]);
      expect((await line.send(next(6, 603))).acknowledged).toHaveLength(1);
      expect(await values(keys.pseudonym)).toEqual([]);
    });

    test('records are nowhere in clear on the broker', async () => {
      await line.send(next(7, 987_654_321));
      expect(folderHolds(folder.path, Buffer.from('987654321'))).toBe(false);
    });

    test('a hub that was never enrolled gets no answer and is counted', async () => {
      const stranger = { ...hub, hub: randomBytes(16), enrolmentKey: randomBytes(32) };
      const id = stranger.hub.toString('hex');
      const credentials = { username: id, password: passwordOf(stranger.enrolmentKey) };
      const own = server.hubUrl === undefined ? credentials : {};
      const client = mqtt.connect(server.hubUrl ?? hub.ingressUrl, {
        clientId: id,
        ...own,
        protocolVersion: 4,
        reconnectPeriod: 0,
      });
      const frame = sealUp({ enrolmentKey: stranger.enrolmentKey, hub: stranger.hub, body: upBody({}) });
      client.on('error', () => {});
      client.on('connect', () => client.publish(`engawa/1/${id}/up`, frame, { qos: 1 }));
      const reason = server.hubUrl === undefined ? 'wrongPassword' : 'notEnrolled';
      await expect.poll(() => counted(reason), { timeout: 10_000 }).toBe(1);
      await client.endAsync(true);
    });
  });
}
