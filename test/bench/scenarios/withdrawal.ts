import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { askHub } from '../../../bin/hub-client.ts';
import { startBroker } from '../../../broker/main.ts';
import { agreementKeys, enrolled, lineOf, offerDocument, publishOffer, record, upBody } from '../../unit/broker/kit.ts';
import { BENCH_OFFER } from '../machines/hub.ts';
import { type Session, withMachine } from '../machines/machine.ts';
import { engawaPair, preparePair } from '../machines/own-broker.ts';
import type { Scenario } from './scenario.ts';

const WHO = 'Engawa with its own data broker';
/** Names to erase are as many; one cell carries five, so of a home with more the last take a tick longer for each five. */
const DEVICES = 4;
const RATE_PER_S = 100;
/** Events go on for so long, of which the first part is before the withdrawal. */
const SPAN_MS = 22_000;
const BEFORE_MS = 4_000;
const LOOK_AGAIN_MS = 20;
const LONGEST_MS = 60_000;
/** Names that hold data at the broker, and how many of them are withdrawn and measured. */
const NAMES = 400;
const MEASURED = 40;

interface Withdrawn {
  readonly stoppedMs: number;
  readonly endToEndMs: number;
  /** Entries of the journal that were decided after the command was answered. */
  readonly decidedAfter: number;
  /** Records the recipient can still read when the receipts are here. */
  readonly left: number;
}

/** Withdraws while events come, and waits for the broker's receipts: the hub's own command line, a real hub and broker. */
async function withdrawDuring({ place }: Session, url: string, token: string): Promise<Withdrawn> {
  const folder = join(place.folder, 'data', 'home');
  const ask = async <T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> => {
    const reply = await askHub(folder, method, path, body);
    if (!reply.ok) throw new Error(`${path}: ${reply.error}`);
    return reply.value as T;
  };
  await wait(BEFORE_MS);
  const fromMs = performance.now();
  await ask('POST', '/api/withdrawals', { offer: BENCH_OFFER.offer });
  const stoppedMs = performance.now() - fromMs;
  const answeredAtMs = Date.now();
  const state = async () => (await ask<{ state: string }[]>('GET', '/api/withdrawals')).at(-1)?.state;
  while ((await state()) === 'sent') {
    if (performance.now() - fromMs > LONGEST_MS) throw new Error('the receipts do not come');
    await wait(LOOK_AGAIN_MS);
  }
  const endToEndMs = performance.now() - fromMs;
  const { entries } = await ask<{ entries: { at: string }[] }>('GET', '/api/journal?limit=100');
  const decidedAfter = entries.filter(({ at }) => Date.parse(at) > answeredAtMs).length;
  const feed = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const left = (await feed.text()).split('\n').filter((line) => line.includes('"type":"record"')).length;
  return { stoppedMs, endToEndMs, decidedAfter, left };
}

/** From a withdrawal's cell at the broker's MQTT door to its receipt, which is signed after the keys are gone. */
async function erasing(root: string): Promise<number[]> {
  const folder = mkdtempSync(join(root, 'erasing-'));
  const host = '127.0.0.1';
  const place = { dataFolder: folder, httpHost: host, httpPort: 0, ingressHost: host, ingressPort: 0 };
  const broker = await startBroker({ ...place, logLevel: 'silent' });
  try {
    const offer = await publishOffer(folder, offerDocument());
    const hub = await enrolled(broker, folder);
    const line = await lineOf(hub);
    const run = randomBytes(8).toString('hex');
    const send = (at: number, body: object) =>
      line.send(upBody({ run, version: 3, cell: at, first: at, highestOrdinal: NAMES, ...body }));
    for (let at = 1; at <= NAMES; at += 1) {
      await send(at, { records: [record(agreementKeys(hub, at).writeKey, offer, at)] });
    }
    const times: number[] = [];
    for (let at = 1; at <= MEASURED; at += 1) {
      const { eraseKey } = agreementKeys(hub, at);
      const fromMs = performance.now();
      const { receipts } = await send(NAMES + at, { withdrawals: [{ eraseKey, categories: ['power.appliance'] }] });
      times.push(performance.now() - fromMs);
      if (receipts.length !== 1) throw new Error('a withdrawal gave no receipt');
    }
    await line.close();
    return times;
  } finally {
    await broker.close();
  }
}

/** How quickly a withdrawal takes effect, at each place where it must. */
export const withdrawal: Scenario = {
  name: 'withdrawal',
  measures: 'from the command to the end at the hub, at the data broker, and end to end on the shaped lane',
  run: async ({ root, figures, runs, say }) => {
    const pair = await preparePair(root, DEVICES);
    const machine = engawaPair(WHO, pair);
    const add = (what: string, unit: string, value: number) =>
      figures.add({ scenario: 'withdrawal', who: WHO, what }, unit, value);
    for (let run = 0; run < runs; run += 1) {
      const { stoppedMs, endToEndMs, decidedAfter, left } = await withMachine(root, machine, async (session) => {
        const feed = `http://127.0.0.1:${session.place.cloudHttpPort}/v1/feeds/${BENCH_OFFER.offer}/records`;
        const events = session.load.run({ ratePerS: RATE_PER_S, warmMs: 0, spanMs: SPAN_MS, drainMs: 0 });
        const limit = `purpose=${BENCH_OFFER.purpose}&limit=10000`;
        const [withdrawn] = await Promise.all([withdrawDuring(session, `${feed}?${limit}`, pair.token), events]);
        return withdrawn;
      });
      const erased = Math.max(...(await erasing(root)));
      say(
        `  hub stopped after ${stoppedMs.toFixed(0)} ms, erased at the broker ${erased.toFixed(0)} ms after its receipt, ` +
          `end to end ${(endToEndMs / 1_000).toFixed(1)} s; decided after: ${decidedAfter}, left: ${left}`,
      );
      add('hub stops', 'ms', stoppedMs);
      add('erased after the cell came', 'ms', erased);
      add('end to end, shaped', 'ms', endToEndMs);
      add('records after', 'events', decidedAfter + left);
    }
  },
};
