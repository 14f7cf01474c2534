import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LIMITS } from '../../../broker/limits.ts';
import type { Broker } from '../../../broker/main.ts';
import {
  agreementKeys,
  brokerIn,
  enrolled,
  type Line,
  lineOf,
  offerDocument,
  order,
  publishOffer,
  record,
  temporaryFolder,
  tokenOf,
  upBody,
} from './kit.ts';

describe('an open live feed', () => {
  const folder = temporaryFolder();
  const run = randomBytes(8).toString('hex');
  let broker: Broker;
  let line: Line;
  let token: string;
  let send: (value: number) => Promise<unknown>;
  let sent = 0;

  const renewed = async (): Promise<string> =>
    (await order<{ token: string }>(folder.path, 'POST', '/cli/recipient/add', { name: 'nagi-energy', renew: true }))
      .token;

  beforeAll(async () => {
    broker = await brokerIn(folder.path);
    const offer = await publishOffer(folder.path, offerDocument());
    token = await tokenOf(folder.path);
    const hub = await enrolled(broker, folder.path);
    line = await lineOf(hub);
    send = (value) => {
      sent += 1;
      const records = [record(agreementKeys(hub, 1).writeKey, offer, value)];
      return line.send(upBody({ run, cell: sent, first: sent, records }));
    };
  });
  afterAll(async () => {
    await line.close();
    await broker.close();
    folder.remove();
  });

  /** Follows the feed; `until` resolves with all text so far once it holds `part`, `ended` with all there was. */
  async function followed() {
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    const headers = { authorization: `Bearer ${token}` };
    const url = `${broker.url}/v1/feeds/energy-advice/live?purpose=energyAdvice`;
    const response = await fetch(url, { headers, signal: stop.signal });
    expect(response.status).toBe(200);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    const more = async (): Promise<boolean> => {
      const { value, done } = await reader.read();
      text += Buffer.from(value ?? []).toString();
      return !done;
    };
    return {
      until: async (part: string): Promise<string> => {
        while (!text.includes(part)) if (!(await more())) throw new Error('the live feed ended');
        return text;
      },
      ended: async (): Promise<string> => {
        while (await more());
        return text;
      },
    };
  }

  test('ends before the next record when its token was renewed, and says what to do', async () => {
    const live = await followed();
    await send(111);
    await live.until('"value":111');
    token = await renewed();
    await send(222);
    const text = await live.ended();
    expect(text).not.toContain('222');
    expect(text).toMatch(/\n: This token belongs to no recipient\. .*recipient add NAME --renew\.\n\n$/);
  });

  test('ends while nothing comes, and leaves its place to the new token', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const stale = await Promise.all(Array.from({ length: LIMITS.livePerRecipient }, followed));
    token = await renewed();
    await vi.advanceTimersByTimeAsync(LIMITS.liveHeartbeatMs);
    for (const live of stale) expect(await live.ended()).toContain('This token belongs to no recipient.');
    const fresh = await followed();
    await vi.advanceTimersByTimeAsync(LIMITS.liveHeartbeatMs);
    expect(await fresh.until('\n\n:\n\n')).not.toContain('token');
    await send(333);
    await fresh.until('"value":333');
  });
});
