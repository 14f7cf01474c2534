import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../../broker/limits.ts';
import { type Broker, startBroker } from '../../../broker/main.ts';
import { UnknownWithdrawals } from '../../../broker/withdrawals/unknown-withdrawals.ts';
import { CATEGORIES, type Category } from '../../../proto/lists.ts';
import {
  agreementKeys,
  enrolled,
  type Line,
  lineOf,
  offerDocument,
  order,
  post,
  publishOffer,
  record,
  type TestHub,
  temporaryFolder,
  upBody,
} from './kit.ts';

const HOUR_MS = 3_600_000;
const ALL = Object.keys(CATEGORIES) as Category[];

describe('withdrawals by erase keys nothing was stored under', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let broker: Broker;
  let hub: TestHub;
  let line: Line;
  let offer: string;
  let nowMs: number;

  beforeEach(async () => {
    folder = temporaryFolder();
    nowMs = Date.now();
    const where = { httpHost: '127.0.0.1', httpPort: 0, ingressHost: '127.0.0.1', ingressPort: 0 };
    const settings = { dataFolder: folder.path, ...where, logLevel: 'silent' };
    broker = await startBroker(settings, { now: () => nowMs, random: randomBytes });
    offer = await publishOffer(folder.path, offerDocument());
    hub = await enrolled(broker, folder.path);
    line = await lineOf(hub);
  });
  afterEach(async () => {
    await line.close();
    await broker.close();
    folder.remove();
  });

  const withdraw = (eraseKey: string, categories: readonly Category[]): Promise<Response> =>
    post(`${broker.url}/v1/withdrawals`, { eraseKey, categories });
  const kept = async (): Promise<number> =>
    (await order<{ stored: { withdrawn: number } }>(folder.path, 'GET', '/cli/status')).stored.withdrawn;
  /** Takes all that is left in this hour, ten entries a request, and returns the last key taken. */
  const exhaust = async (): Promise<string> => {
    let last = '';
    for (let entries = 0; entries + ALL.length <= LIMITS.unknownWithdrawalsPerHour; entries += ALL.length) {
      last = randomBytes(32).toString('hex');
      expect((await withdraw(last, ALL)).status).toBe(200);
    }
    return last;
  };

  test('are kept only so many an hour; known ones, repeated ones and those in cells always', async () => {
    await line.send(upBody({ records: [record(agreementKeys(hub, 1).writeKey, offer, 5)] }));
    const last = await exhaust();
    const before = await kept();
    const refused = await withdraw(randomBytes(32).toString('hex'), ALL);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toEqual({
      reason: 'tooManyUnknown',
      error: expect.stringContaining('hour'),
      remedy: expect.stringContaining('cells'),
    });
    expect(await kept()).toBe(before);

    expect((await withdraw(last, ALL)).status).toBe(200);
    expect((await withdraw(agreementKeys(hub, 1).eraseKey, ['power.appliance'])).status).toBe(200);
    const { eraseKey, pseudonym } = agreementKeys(hub, 2);
    const withdrawals = [{ eraseKey, categories: ['power.appliance' as const] }];
    const answer = await line.send(upBody({ cell: 2, first: 2, withdrawals }));
    expect(answer.receipts).toMatchObject([{ pseudonym, categories: ['power.appliance'] }]);
    expect(await kept()).toBe(before + 2);

    nowMs += HOUR_MS;
    expect((await withdraw(randomBytes(32).toString('hex'), ALL)).status).toBe(200);
  });
});

test('a withdrawal that does not fit whole is refused, and a smaller one still fits', () => {
  const unknown = new UnknownWithdrawals(3);
  unknown.admit(2, 0);
  expect(() => unknown.admit(2, 0)).toThrow(/no more/);
  unknown.admit(1, HOUR_MS - 1);
  expect(() => unknown.admit(1, HOUR_MS - 1)).toThrow(/no more/);
  unknown.admit(0, HOUR_MS - 1);
  unknown.admit(3, HOUR_MS);
});
