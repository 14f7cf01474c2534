import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Cursors } from '../../../broker/feeds/cursor.ts';
import { isoTime, recordLine } from '../../../broker/feeds/lines.ts';
import type { Broker } from '../../../broker/main.ts';
import { PROPERTIES, type Property, QUANTITIES, type Quantity } from '../../../proto/lists.ts';
import {
  agreementKeys,
  brokerIn,
  enrolled,
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

describe('feeds', () => {
  const folder = temporaryFolder();
  let broker: Broker;
  let hub: TestHub;
  let line: Line;
  let offer: string;
  let care: string;
  let token: string;
  let careToken: string;
  let cell = 0;
  let first = 1;
  const run = randomBytes(8).toString('hex');

  const send = async (ordinal: number, offerKey: string, values: number[]): Promise<void> => {
    cell += 1;
    const keys = agreementKeys(hub, ordinal);
    const records = values.map((value) => record(keys.writeKey, offerKey, value));
    await line.send(upBody({ run, cell, first, highestOrdinal: ordinal, records }));
    first += values.length;
  };
  const get = (path: string, bearer = token, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${broker.url}/v1/feeds/${path}`, { headers: { authorization: `Bearer ${bearer}`, ...headers } });
  const refusal = async (response: Response): Promise<Record<string, string>> => {
    const said = (await response.json()) as Record<string, string>;
    expect(Object.keys(said).sort()).toEqual(['error', 'reason', 'remedy']);
    return { ...said, status: String(response.status) };
  };

  beforeAll(async () => {
    broker = await brokerIn(folder.path);
    offer = await publishOffer(folder.path, offerDocument());
    const recipient = { ...offerDocument().recipient, id: 'aozora-care' };
    care = await publishOffer(folder.path, offerDocument({ offer: 'family-care', purpose: 'careFamily', recipient }));
    token = await tokenOf(folder.path);
    careToken = await tokenOf(folder.path, 'aozora-care');
    hub = await enrolled(broker, folder.path);
    line = await lineOf(hub);
    await send(1, offer, [1, 2, 3]);
    await send(1, offer, [4]);
    await send(2, care, [100]);
    await send(1, offer, [5, 6]);
  });
  afterAll(async () => {
    await line.close();
    await broker.close();
    folder.remove();
  });

  test('a record says what was agreed and nothing else', async () => {
    const [one] = await readLines(broker, careToken, 'purpose=careFamily', 'family-care');
    expect(one).toEqual({
      type: 'record',
      cursor: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
      pseudonym: agreementKeys(hub, 2).pseudonym,
      category: 'power.appliance',
      property: 'power.active',
      quantity: 'mean_power_w',
      unit: 'W',
      time: '2026-09-21T14:15:00Z',
      window_s: 900,
      value: 100,
      observed: 0.98,
      time_quality: 'trusted',
      backlog: false,
    });
  });

  test('a band says what it stands for, and a battery is a number', () => {
    const stored = {
      timeS: 1_800_000_000,
      windowS: 14_400,
      observedPermille: 1000,
      estimatedTime: false,
      backlog: false,
    };
    const line = (property: Property, quantity: Quantity, value: number) =>
      recordLine(
        { ...stored, property: PROPERTIES[property], quantity: QUANTITIES[quantity].wire, value },
        { cursor: 'c', pseudonym: 'p', category: 'power.total' },
      );
    expect(line('power.active', 'mean_power_band_w', -100)).toMatchObject({
      value: -100,
      lowest: -199,
      highest: -100,
      unit: 'W',
    });
    expect(line('contact.state', 'count_band', 64)).toMatchObject({ value: 64, lowest: 64 });
    expect(line('contact.state', 'count_band', 64)).not.toHaveProperty('highest');
    expect(line('battery.percent', 'percent', 80)).toMatchObject({ value: 80, unit: '%' });
    expect(line('battery.percent', 'percent', 80)).not.toHaveProperty('lowest');
    expect(line('device.online', 'last_state', 0)).toMatchObject({ state: 'offline' });
  });

  test('a record that waited through an outage is told from one that is new', async () => {
    const keys = agreementKeys(hub, 9);
    cell += 1;
    const late = { ...record(keys.writeKey, care, 201), backlog: true as const };
    const records = [late, record(keys.writeKey, care, 202)];
    await line.send(upBody({ version: 2, run, cell, first, highestOrdinal: 9, records }));
    first += 2;
    const read = await readLines(broker, careToken, 'purpose=careFamily', 'family-care');
    const marks = read.filter(({ value }) => (value ?? 0) > 200).map(({ value, backlog }) => [value, backlog]);
    expect(marks.toSorted()).toEqual([
      [201, true],
      [202, false],
    ]);
  });

  test('reading on from each cursor, by any step, misses and repeats nothing', async () => {
    const all = (await readLines(broker, token, 'purpose=energyAdvice')).map((read) => read.value);
    expect(all.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
    for (const limit of [1, 2, 3, 5, 6, 7]) {
      const read: (number | undefined)[] = [];
      let after = '';
      for (;;) {
        const lines = await readLines(broker, token, `purpose=energyAdvice&limit=${limit}${after}`);
        read.push(...lines.map((entry) => entry.value));
        if (lines.length < limit) break;
        after = `&after=${lines.at(-1)?.cursor}`;
      }
      expect(read).toEqual(all);
    }
  });

  test('a cursor that never existed, of another feed, or cut short is refused', async () => {
    const [mine] = await readLines(broker, token, 'purpose=energyAdvice&limit=1');
    const [other] = await readLines(broker, careToken, 'purpose=careFamily', 'family-care');
    const cursor = mine?.cursor ?? '';
    const hostile = [
      other?.cursor,
      cursor.slice(1),
      `${cursor}A`,
      cursor.split('').reverse().join(''),
      randomBytes(16).toString('base64url'),
      '0',
      '../../etc/passwd',
      "' OR 1=1",
      '',
    ];
    for (const after of hostile) {
      const path = `energy-advice/records?purpose=energyAdvice&after=${encodeURIComponent(after ?? '')}`;
      expect(await refusal(await get(path))).toMatchObject({ status: '400', reason: 'cursor' });
    }
  });

  test('random text is never a cursor, and every place comes back', () => {
    const cursors = new Cursors(randomBytes(32), 'energy-advice');
    fc.assert(fc.property(fc.string(), (text) => cursors.read(text) === undefined));
    fc.assert(
      fc.property(fc.nat(2 ** 31), fc.nat(65_535), (position, taken) => {
        expect(cursors.read(cursors.write({ position, taken }))).toEqual({ position, taken });
      }),
    );
  });

  test('token, purpose, offer and limit are checked, each with a sentence', async () => {
    const records = 'energy-advice/records';
    expect(await refusal(await fetch(`${broker.url}/v1/feeds/${records}`))).toMatchObject({ reason: 'noToken' });
    expect(await refusal(await get(`${records}?purpose=energyAdvice`, 'engawa_wrong'))).toMatchObject({
      status: '401',
      reason: 'wrongToken',
    });
    expect(await refusal(await get(`${records}?purpose=energyAdvice`, careToken))).toMatchObject({
      status: '403',
      reason: 'otherRecipient',
      remedy: expect.stringContaining('token'),
    });
    expect(await refusal(await get(records))).toMatchObject({ status: '400', reason: 'purpose' });
    expect(await refusal(await get(`${records}?purpose=thirdPartyMarketing`))).toMatchObject({
      status: '403',
      reason: 'purpose',
      error: expect.stringContaining('energyAdvice'),
    });
    expect(await refusal(await get('no-such-offer/records?purpose=energyAdvice'))).toMatchObject({ status: '404' });
    for (const limit of ['0', '10001', '-1', '1e3', 'all', '']) {
      expect((await refusal(await get(`${records}?purpose=energyAdvice&limit=${limit}`))).status).toBe('400');
    }
    expect((await refusal(await get(`${records}?purpose=energyAdvice&purpose=x`))).status).toBe('400');
    expect((await refusal(await get(`${records}?purpose=energyAdvice&who=me`))).status).toBe('400');
  });

  test('live sends what comes from now on, with cursors to go on from', async () => {
    const stop = new AbortController();
    const response = await fetch(`${broker.url}/v1/feeds/energy-advice/live?purpose=energyAdvice`, {
      headers: { authorization: `Bearer ${token}` },
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = eventsOf(response);
    await send(1, offer, [7]);
    const event = await events.next();
    expect(event).toMatchObject({ event: 'record', data: { value: 7 } });
    await send(1, offer, [8]);
    expect(await events.next()).toMatchObject({ data: { value: 8 } });
    stop.abort();
    const lines = await readLines(broker, token, `purpose=energyAdvice&after=${event.id}`);
    expect(lines.map((read) => read.value)).toEqual([8]);
  });

  test('live goes on from Last-Event-ID', async () => {
    const [, second] = await readLines(broker, token, 'purpose=energyAdvice');
    const stop = new AbortController();
    const response = await fetch(`${broker.url}/v1/feeds/energy-advice/live?purpose=energyAdvice`, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': second?.cursor ?? '' },
      signal: stop.signal,
    });
    const [, , third] = await readLines(broker, token, 'purpose=energyAdvice');
    expect(await eventsOf(response).next()).toMatchObject({ data: { value: third?.value } });
    stop.abort();
  });

  test('live refuses like records, and refuses a crowd', async () => {
    const live = 'energy-advice/live?purpose=energyAdvice';
    expect((await refusal(await get(live, careToken))).status).toBe('403');
    expect((await refusal(await get(`${live}&after=x`))).status).toBe('400');
    const stop = new AbortController();
    const connect = () =>
      fetch(`${broker.url}/v1/feeds/${live}`, { headers: { authorization: `Bearer ${token}` }, signal: stop.signal });
    const open = await Promise.all(Array.from({ length: 16 }, connect));
    expect(open.every((response) => response.status === 200)).toBe(true);
    expect(await refusal(await connect())).toMatchObject({ status: '429', reason: 'tooManyLive' });
    stop.abort();
  });

  test('a withdrawal leaves a tombstone in order and takes the records from every place', async () => {
    const keys = agreementKeys(hub, 1);
    const before = await readLines(broker, token, 'purpose=energyAdvice');
    const end = before.at(-1)?.cursor;
    const answer = await post(`${broker.url}/v1/withdrawals`, {
      eraseKey: keys.eraseKey,
      categories: ['power.appliance'],
    });
    expect(answer.status).toBe(200);
    await send(3, offer, [30]);
    const after = await readLines(broker, token, 'purpose=energyAdvice');
    expect(after.map((read) => read.type)).toEqual(['tombstone', 'record']);
    expect(after[0]).toMatchObject({
      pseudonym: keys.pseudonym,
      categories: ['power.appliance'],
      withdrawn_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:00:00Z$/),
    });
    expect(await readLines(broker, token, `purpose=energyAdvice&after=${end}`)).toEqual(after);
    expect(await readLines(broker, token, `purpose=energyAdvice&after=${before[0]?.cursor}`)).toEqual(after);
  });

  test('times outside the calendar do not stop a feed', () => {
    expect(isoTime(2 ** 52)).toBe('9999-12-31T23:59:59Z');
    expect(isoTime(-1)).toBe('1970-01-01T00:00:00Z');
  });
});

interface Event {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** Reads server-sent events one by one. */
function eventsOf(response: Response): { next(): Promise<Event> } {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  const parse = (part: string): Event | undefined => {
    const fields = new Map(
      part.split('\n').map((entry) => [entry.slice(0, entry.indexOf(':')), entry.slice(entry.indexOf(':') + 2)]),
    );
    const data = fields.get('data');
    return data === undefined
      ? undefined
      : { id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) };
  };
  const next = async (): Promise<Event> => {
    const end = text.indexOf('\n\n');
    if (end >= 0) {
      const event = parse(text.slice(0, end));
      text = text.slice(end + 2);
      return event ?? next();
    }
    const { value, done } = await reader.read();
    if (done) throw new Error('the live feed ended');
    text += Buffer.from(value).toString();
    return next();
  };
  return { next };
}
