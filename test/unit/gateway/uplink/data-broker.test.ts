import { randomBytes, sign } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Broker } from '../../../../broker/main.ts';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import { machineClock } from '../../../../gateway/uplink/clock.ts';
import { type Enrolled, enrol } from '../../../../gateway/uplink/enrol.ts';
import { startUplink } from '../../../../gateway/uplink/uplink.ts';
import type { Uplink } from '../../../../gateway/uplink/uplink-settings.ts';
import { hubKeyPair, rawFromPublic, x25519Pair } from '../../../../proto/keys.ts';
import type { Receipt } from '../../../../proto/wire.ts';
import {
  agreementKeys,
  brokerIn,
  offerDocument,
  order,
  publishOffer,
  readLines,
  temporaryFolder,
  tokenOf,
} from '../../broker/kit.ts';
import { type Home, openHome, release } from '../outbox/home.ts';
import { Signal } from './signal.ts';

const homeSecret = randomBytes(32);
const QUERY = 'purpose=energyAdvice';
let folder: ReturnType<typeof temporaryFolder>;
let broker: Broker;
let home: Home;
let outbox: Outbox;
let uplink: Uplink;
let token: string;
let offer: string;
let keys: ReturnType<typeof agreementKeys>;
const happened = new Signal();
const receipts: Receipt[] = [];

function identity(operator: Buffer) {
  const { privateKey, publicKey } = hubKeyPair(homeSecret, operator);
  return { publicKeyRaw: rawFromPublic(publicKey), sign: (bytes: Buffer) => sign(null, bytes, privateKey) };
}

async function enrolHere(): Promise<Enrolled> {
  const { code } = await order<{ code: string }>(folder.path, 'POST', '/cli/hub/invite');
  const enrolled = await enrol({ url: broker.url, code, identity, fetch, ephemeralPair: x25519Pair });
  if (!enrolled.ok) throw new Error(enrolled.error);
  return enrolled;
}

beforeEach(async () => {
  folder = temporaryFolder();
  broker = await brokerIn(folder.path);
  token = await tokenOf(folder.path);
  offer = await publishOffer(folder.path, offerDocument());
  const enrolment = await enrolHere();
  keys = agreementKeys({ homeSecret, operator: enrolment.operator }, 1);
  home = await openHome();
  home.agreement(1, 1);
  outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  receipts.splice(0);
  uplink = startUplink({
    outbox,
    enrolment,
    ordinals: { confirmedBefore: 1, highest: () => 1, confirmed: () => [] },
    mayLeave: () => 'leave',
    onReceipt: (receipt) => {
      receipts.push(receipt);
      queueMicrotask(() => happened.tell());
      return [];
    },
    onAcknowledged: () => happened.tell(),
    contact: { storedMs: undefined, homeMs: () => 0, store: () => undefined },
    clock: machineClock,
    random: Math.random,
    cadenceMs: 200,
  });
});

afterEach(async () => {
  await uplink.close();
  await home.close();
  await broker.close();
  folder.remove();
});

async function send(value: number, lane: 'prompt' | 'shaped'): Promise<void> {
  const wanted = { agreement: 1, lane, value, writeKey: keys.writeKey, offerKey: offer };
  await outbox.commit(outbox.enqueue(release(wanted), 0));
  uplink.notify();
}

test('the data broker takes what the hub sends, on both lanes, and erases it when asked', async () => {
  await send(41, 'prompt');
  await send(42, 'shaped');
  await happened.until(() => outbox.waiting() === 0);
  const lines = await readLines(broker, token, QUERY);
  expect(lines.map(({ value, pseudonym }) => [value, pseudonym]).sort()).toEqual([
    [41, keys.pseudonym],
    [42, keys.pseudonym],
  ]);
  await outbox.commit(outbox.enqueueWithdrawal({ eraseKey: keys.eraseKey, categories: ['power.appliance'] }, 1));
  await happened.until(() => receipts.length > 0);
  expect(receipts[0]).toMatchObject({ pseudonym: keys.pseudonym, categories: ['power.appliance'] });
  const after = await readLines(broker, token, QUERY);
  expect(after.filter(({ type }) => type === 'record')).toEqual([]);
  expect(after.map(({ type }) => type)).toContain('tombstone');
  expect(uplink.status().counts).toEqual({});
});
