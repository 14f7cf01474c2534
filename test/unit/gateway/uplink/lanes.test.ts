import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import { UplinkCounts } from '../../../../gateway/uplink/counts.ts';
import { Lanes } from '../../../../gateway/uplink/lanes.ts';
import { openUp } from '../../../../proto/cell.ts';
import { HubLink } from '../../../../proto/hub-link.ts';
import type { UpBody } from '../../../../proto/wire.ts';
import { type Home, openHome, release } from '../outbox/home.ts';

const hub = randomBytes(16);
const enrolmentKey = randomBytes(32);
let home: Home;
let outbox: Outbox;
let link: HubLink;
let lanes: Lanes;
let sent: UpBody[];
let ended: Set<number>;
let nowMs: number;
let counts: UplinkCounts;

beforeEach(async () => {
  home = await openHome();
  for (const id of [1, 2]) home.agreement(id, 1);
  outbox = new Outbox({ store: home.store, operator: 1, randomBytes });
  link = new HubLink({ run: outbox.run, confirmedOrdinal: 2, credit: 4 });
  sent = [];
  ended = new Set();
  nowMs = 0;
  counts = new UplinkCounts();
  lanes = new Lanes({
    link,
    outbox,
    hub,
    enrolmentKey,
    mayLeave: (agreement) => !ended.has(agreement),
    highestOrdinal: () => 2,
    isHeld: () => false,
    send: (frame) => sent.push(body(frame)) > 0,
    now: () => nowMs,
    counts,
  });
});
afterEach(() => home.close());

function body(frame: Buffer): UpBody {
  const opened = openUp({ frame, enrolmentKey, hub });
  if (!opened.ok) throw new Error(opened.reason);
  return opened.body;
}

const enqueue = (agreement: number, lane: 'shaped' | 'prompt' = 'shaped') =>
  outbox.commit(outbox.enqueue(release({ agreement, lane, value: agreement })));
const valuesIn = (cell: UpBody | undefined) => cell?.records.map(({ value }) => value);

test('one cell leaves at each tick, and what comes between two ticks changes neither number nor size of what leaves', async () => {
  lanes.tick(true);
  expect(sent).toHaveLength(0);
  for (const agreement of [1, 2, 1]) {
    await enqueue(agreement);
    lanes.tick(true);
  }
  expect(sent.map(valuesIn)).toEqual([[], [1], [2]]);
  expect(sent.map(({ cell }) => cell)).toEqual([1, 2, 3]);
});

test('without a connection nothing is sealed twice and nothing is lost', async () => {
  await enqueue(1);
  for (let tick = 0; tick < 5; tick++) lanes.tick(false);
  lanes.tick(true);
  expect(sent.map(valuesIn)).toEqual([[1]]);
  expect(sent[0]?.cell).toBe(1);
});

test('a withdrawal between sealing and sending: the cell is sealed again under a new number, without it', async () => {
  await enqueue(1);
  await enqueue(2);
  lanes.tick(true);
  ended.add(2);
  lanes.tick(true);
  expect(sent.map(({ cell, records }) => [cell, records.map(({ value }) => value)])).toEqual([[2, [1]]]);
  expect(counts.toObject()).toEqual({ withheld: 1 });
});

test('a prompt cell that was lost is not sent again once its consent has ended', async () => {
  await enqueue(1, 'prompt');
  await enqueue(2, 'prompt');
  lanes.connected(false);
  expect(sent.map(valuesIn)).toEqual([[1, 2]]);
  ended.add(1);
  lanes.disconnected();
  lanes.connected(false);
  expect(sent.map(valuesIn)).toEqual([[1, 2], [2]]);
});

test('a cell without an answer is sent again as the same cell, one tick each, before new ones', async () => {
  await enqueue(1);
  lanes.tick(true);
  lanes.tick(true);
  nowMs += 29_000;
  lanes.tick(true);
  nowMs += 2_000;
  lanes.tick(true);
  expect(sent.map(({ cell }) => cell)).toEqual([1, 2, 1]);
  expect(sent[2]).toEqual(sent[0]);
});

test('a new withdrawal travels at the next tick, together with what was sealed for it', async () => {
  await enqueue(1);
  lanes.tick(true);
  const withdrawal = { eraseKey: 'cd'.repeat(32), categories: ['power.appliance' as const] };
  await outbox.commit(outbox.enqueueWithdrawal(withdrawal, 2));
  lanes.tick(true);
  expect(sent.map(({ cell, withdrawals }) => [cell, withdrawals])).toEqual([[2, [withdrawal]]]);
  expect(valuesIn(sent[0])).toEqual([1]);
});

test('withdrawals ride in the next cell of either lane, before the records', async () => {
  const withdrawal = { eraseKey: 'ab'.repeat(32), categories: ['power.appliance' as const] };
  await outbox.commit(outbox.enqueueWithdrawal(withdrawal, 1));
  lanes.flush();
  expect(sent).toHaveLength(0);
  await enqueue(2, 'prompt');
  lanes.flush();
  expect(sent[0]?.withdrawals).toEqual([withdrawal]);
});
