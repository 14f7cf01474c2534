import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import type { Operation } from '../../../../gateway/store/store.ts';
import type { Clock } from '../../../../gateway/uplink/clock.ts';
import { startUplink } from '../../../../gateway/uplink/uplink.ts';
import type { Uplink, UplinkSettings } from '../../../../gateway/uplink/uplink-settings.ts';
import { ed25519FromSeed, pseudonym, writeKey } from '../../../../proto/keys.ts';
import type { Receipt } from '../../../../proto/wire.ts';
import { type Home, openHome, release, type Wanted } from '../outbox/home.ts';
import { BrokerStub } from './broker-stub.ts';

/** Fifty times faster than real time, so that waits of seconds pass in a test. */
const SPEED = 50;
const clock: Clock = {
  now: () => performance.now() * SPEED,
  wall: () => 1_790_000_000_000,
  after: (waitMs, run) => {
    const timer = setTimeout(run, waitMs / SPEED);
    return () => clearTimeout(timer);
  },
};
const ERASE = '6b'.repeat(32);
const OLD_KEY = 'cd'.repeat(16);
const NEW_KEY = 'ee'.repeat(16);

let home: Home;
let broker: BrokerStub;
let outbox: Outbox;
let uplinks: Uplink[];
let ended: Set<number>;

beforeEach(async () => {
  home = await openHome();
  broker = new BrokerStub();
  await broker.start();
  uplinks = [];
  ended = new Set();
  for (const id of [1, 2, 3]) home.agreement(id, 1);
  outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
});

afterEach(async () => {
  for (const uplink of uplinks) await uplink.close();
  await broker.stop();
  await home.close();
});

function start(more: Partial<UplinkSettings> = {}): Uplink {
  const uplink = startUplink({
    outbox,
    enrolment: broker.enrolment,
    ordinals: { confirmedBefore: 3, highest: () => 3, confirmed: () => [] },
    mayLeave: (agreement) => (ended.has(agreement) ? 'ended' : 'leave'),
    onReceipt: () => [],
    onAcknowledged: () => broker.changed.tell(),
    contact: { storedMs: undefined, homeMs: () => 0, store: () => undefined },
    clock,
    random: Math.random,
    ...more,
  });
  uplinks.push(uplink);
  return uplink;
}

async function enqueue(from: number, count: number, wanted: Partial<Wanted> = {}): Promise<void> {
  const values = Array.from({ length: count }, (_, index) => from + index);
  const releases = values.map((value) => outbox.enqueue(release({ agreement: 1, ...wanted, value }), 0));
  await outbox.commit(releases.flat());
}

const values = () => broker.stored.map(({ value }) => value).sort((a, b) => a - b);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const isEmpty = () => outbox.waiting() === 0 && outbox.exit.voids(10).length === 0;

test('the shaped lane carries everything once, in cells of one size, and goes on empty', async () => {
  await enqueue(0, 700);
  const uplink = start();
  await broker.changed.until(() => values().length === 700 && isEmpty());
  const cells = broker.bodies.length;
  await broker.changed.until(() => broker.bodies.length >= cells + 2);
  expect(values()).toEqual(upTo(700));
  expect(new Set(broker.frames.map(({ length }) => length))).toEqual(new Set([4096]));
  expect(broker.bodies.at(-1)).toMatchObject({ ranges: [], records: [] });
  expect(uplink.status()).toMatchObject({
    connected: true,
    waiting: 0,
    lastAcknowledgedMs: 1_790_000_000_000,
    counts: {},
  });
});

test('the prompt lane does not wait for the tick', async () => {
  const uplink = start({ cadenceMs: 3_600_000 });
  await broker.changed.until(() => broker.bodies.length > 0);
  await enqueue(0, 3, { lane: 'prompt' });
  uplink.notify();
  await broker.changed.until(isEmpty);
  await enqueue(3, 1, { lane: 'shaped' });
  uplink.notify();
  await enqueue(4, 1, { lane: 'prompt' });
  uplink.notify();
  await broker.changed.until(() => values().includes(4));
  expect(values()).toEqual([0, 1, 2, 4]);
});

test('the prompt lane stays within the credit', async () => {
  broker.credit = 2;
  broker.answers = ({ records }) => records.length === 0;
  const uplink = start({ cadenceMs: 3_600_000 });
  await broker.changed.until(() => broker.bodies.length > 0);
  await enqueue(0, 5000, { lane: 'prompt' });
  await broker.changed.until(() => uplink.keptOrdinal() !== undefined);
  uplink.notify();
  await broker.changed.until(() => broker.bodies.length >= 3);
  broker.answers = () => true;
  broker.cut();
  await broker.changed.until(isEmpty);
  expect(values()).toEqual(upTo(5000));
});

test('what may no longer leave is never sent, is declared void, and is counted', async () => {
  await enqueue(0, 5, { agreement: 1 });
  await enqueue(5, 5, { agreement: 2 });
  ended.add(2);
  const uplink = start();
  await broker.changed.until(isEmpty);
  expect(values()).toEqual(upTo(5));
  expect(broker.received.get(outbox.run)).toEqual([{ first: 1, last: 10 }]);
  expect(uplink.status().counts).toEqual({ withheld: 5 });
});

test('a withdrawal takes back what is in flight: its cell is never sent again, the rest is cut anew', async () => {
  broker.answers = ({ records }) => records.length === 0;
  await enqueue(0, 5, { agreement: 1 });
  await enqueue(5, 5, { agreement: 2 });
  const uplink = start();
  await broker.changed.until(() => broker.bodies.some(({ records }) => records.length === 10));
  // What had arrived is another matter (it is erased by the withdrawal itself): here it was lost on its way.
  broker.stored.splice(0);
  broker.received.clear();
  const before = broker.bodies.length;
  ended.add(2);
  uplink.recheck();
  await outbox.commit(outbox.purge(2));
  broker.answers = () => true;
  broker.cut();
  await broker.changed.until(isEmpty);
  expect(broker.bodies.slice(before).flatMap(({ records }) => records.map(({ value }) => value))).toEqual(
    expect.not.arrayContaining([5, 6, 7, 8, 9]),
  );
  expect(values()).toEqual(upTo(5));
  expect(broker.received.get(outbox.run)).toEqual([{ first: 1, last: 10 }]);
});

test('a withdrawal is sent until its receipt is here, and the receipt is committed with it', async () => {
  const receipts: Receipt[] = [];
  await outbox.commit(outbox.enqueueWithdrawal({ eraseKey: ERASE, categories: ['power.appliance'] }, 1));
  let lost = 0;
  broker.answers = ({ withdrawals }) => withdrawals.length === 0 || ++lost > 2;
  start({
    onReceipt: (receipt) => {
      receipts.push(receipt);
      return [['meta.put', 'receipt', Buffer.from(receipt.pseudonym, 'hex')]];
    },
  });
  await broker.changed.until(() => home.store.get('meta.get', 'receipt') !== undefined);
  expect(lost).toBeGreaterThan(2);
  expect(outbox.exit.erasures()).toEqual([]);
  expect(receipts[0]?.pseudonym).toBe(pseudonym(writeKey(Buffer.from(ERASE, 'hex'))).toString('hex'));
});

test('a receipt that is not signed by the operator ends nothing', async () => {
  await outbox.commit(outbox.enqueueWithdrawal({ eraseKey: ERASE, categories: ['power.appliance'] }, 1));
  broker.signingKey = ed25519FromSeed(randomBytes(32)).privateKey;
  const uplink = start({
    onReceipt: () => {
      throw new Error('must not be told');
    },
  });
  await broker.changed.until(() => (uplink.status().counts.receiptInvalid ?? 0) >= 2);
  expect(outbox.exit.erasures()).toHaveLength(1);
});

test('answers that do not open are counted and change nothing', async () => {
  broker.answers = () => false;
  await enqueue(0, 3);
  const uplink = start();
  await broker.changed.until(() => broker.bodies.some(({ records }) => records.length === 3));
  broker.forge(Buffer.alloc(1024, 7));
  broker.forge(Buffer.alloc(3));
  await broker.changed.until(() => uplink.status().counts['unopened:size'] === 1);
  expect(uplink.status().counts).toMatchObject({ 'unopened:seal': 1, 'unopened:size': 1 });
  expect(outbox.waiting()).toBe(3);
});

test('before the first answer nothing of an unconfirmed agreement leaves; then it is re-numbered', async () => {
  broker.highestOrdinal = 5;
  broker.answers = () => false;
  home.agreement(9, 1, 4, false);
  await enqueue(0, 2, { agreement: 9 });
  let highest = 4;
  const confirmed = (kept: number): Operation[] => {
    highest = kept + 1;
    return [['agreement.confirm', highest, 9], ...outbox.rekey(9, [{ from: OLD_KEY, to: NEW_KEY }])];
  };
  const uplink = start({ ordinals: { confirmedBefore: 3, highest: () => highest, confirmed } });
  await broker.changed.until(() => broker.bodies.length >= 4);
  expect(broker.bodies.every(({ records, highestOrdinal }) => records.length === 0 && highestOrdinal === 3)).toBe(true);
  expect(uplink.keptOrdinal()).toBeUndefined();
  broker.answers = () => true;
  await broker.changed.until(isEmpty);
  expect(uplink.keptOrdinal()).toBeGreaterThanOrEqual(5);
  const keys = broker.bodies.flatMap(({ records }) => records.map(({ writeKey: key }) => key));
  expect(keys).toEqual([NEW_KEY, NEW_KEY]);
  expect(broker.highestOrdinal).toBe(6);
});

test('an agreement opened after the first answer is used at once', async () => {
  let highest = 3;
  const uplink = start({
    cadenceMs: 3_600_000,
    ordinals: { confirmedBefore: 3, highest: () => highest, confirmed: () => [] },
  });
  await poll(() => uplink.keptOrdinal() !== undefined);
  highest = 4;
  home.agreement(4, 1, 4);
  await enqueue(0, 1, { agreement: 4, lane: 'prompt' });
  uplink.notify();
  await broker.changed.until(isEmpty);
  expect(broker.highestOrdinal).toBe(4);
});

test('a process that starts again sends the backlog of the run before in cells of its own', async () => {
  await enqueue(0, 40);
  const first = start();
  broker.answers = () => false;
  await broker.changed.until(() => broker.stored.length === 40);
  await first.close();
  outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  await enqueue(40, 10);
  broker.answers = () => true;
  start();
  await broker.changed.until(isEmpty);
  expect(values()).toEqual(upTo(50));
});

test('sequences lost in a crash before their commit are declared void by the next run', async () => {
  outbox.enqueue(release({ agreement: 1 }), 0);
  await enqueue(0, 3);
  const run = outbox.run;
  outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  start();
  await broker.changed.until(() => isEmpty() && broker.received.get(run)?.[0]?.first === 1);
  expect(broker.received.get(run)).toEqual([{ first: 1, last: 4 }]);
  expect(values()).toEqual(upTo(3));
});

test('a wrong password is named and tried again later', async () => {
  const { enrolment } = broker;
  const uplink = start({ enrolment: { ...enrolment, enrolmentKey: randomBytes(32) } });
  await poll(() => (uplink.status().counts['connection:credential'] ?? 0) >= 2);
  expect(uplink.status()).toMatchObject({ connected: false, problem: 'credential' });
});

test('an operator that is not there, or no address at all, is named', async () => {
  const gone = start({ enrolment: { ...broker.enrolment, ingressUrl: 'mqtt://127.0.0.1:1' } });
  const wrong = start({ enrolment: { ...broker.enrolment, ingressUrl: 'not an address' } });
  await poll(() => gone.status().problem !== undefined && wrong.status().problem !== undefined);
  expect([gone.status().problem, wrong.status().problem]).toEqual(['unreachable', 'address']);
});

/** For what happens on the hub only, where the broker has nothing to tell. */
async function poll(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('connections cut and answers lost at random: everything arrives once, nothing is left over', async () => {
  broker.answers = () => {
    const fate = Math.random();
    if (fate < 0.15) broker.cut();
    return fate > 0.3;
  };
  const uplink = start({ cadenceMs: 1_000 });
  for (let batch = 0; batch < 40; batch++) {
    await enqueue(batch * 50, 50, { lane: batch % 2 ? 'prompt' : 'shaped', agreement: 1 + (batch % 2) });
    uplink.notify();
    const cells = broker.bodies.length;
    if (batch % 4 === 0) await broker.changed.until(() => broker.bodies.length > cells);
  }
  await broker.changed.until(isEmpty);
  expect(values()).toEqual(upTo(2000));
});
