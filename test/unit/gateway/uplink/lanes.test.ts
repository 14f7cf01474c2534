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
let held: Set<number>;
let nowMs: number;
/** What waits for a later moment; without a list it is done at once. */
let later: (() => void)[] | undefined;
let counts: UplinkCounts;

beforeEach(async () => {
  home = await openHome();
  for (const id of [1, 2]) home.agreement(id, 1);
  outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  link = new HubLink({ run: outbox.run, confirmedOrdinal: 2, credit: 4 });
  sent = [];
  ended = new Set();
  held = new Set();
  nowMs = 0;
  later = undefined;
  counts = new UplinkCounts();
  lanes = new Lanes({
    link,
    outbox,
    hub,
    enrolmentKey,
    mayLeave: (agreement) => (ended.has(agreement) ? 'ended' : held.has(agreement) ? 'hold' : 'leave'),
    highestOrdinal: () => 2,
    isHeld: () => false,
    send: (frame) => sent.push(body(frame)) > 0,
    now: () => nowMs,
    isUp: () => true,
    after: (_waitMs, run) => (later ? later.push(run) : run()),
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
  outbox.commit(outbox.enqueue(release({ agreement, lane, value: agreement }), 0));
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
  await home.store.settle();
  expect(counts.toObject()).toEqual({ withheld: 1 });
});

test('a prompt cell that was lost is not sent again once its consent has ended', async () => {
  await enqueue(1, 'prompt');
  await enqueue(2, 'prompt');
  connect();
  expect(sent.map(valuesIn)).toEqual([[1, 2]]);
  ended.add(1);
  lanes.disconnected();
  connect();
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

/** An answer that shows these sequences of this run as received, as Answers would apply it. */
async function acknowledge(cell: number, first: number, last: number): Promise<void> {
  const acknowledged = [{ run: outbox.run, intervals: [{ first, last }] }];
  link.onAnswer({ cell, acknowledged, credit: 4, highestOrdinal: 2, receipts: [] }, nowMs);
  for (const one of acknowledged) outbox.exit.acknowledge(one);
}

/** The connection comes up, and the data broker answers the greeting: what waited may go. */
function connect(): void {
  const before = sent.length;
  lanes.connected(0);
  sent.splice(before, 1);
  link.onAnswer({ cell: 0, acknowledged: [], credit: 4, highestOrdinal: 2, receipts: [] }, nowMs);
  lanes.answered();
}

test('what must hold for now is neither sent nor dropped, and leaves as soon as it may', async () => {
  await enqueue(1, 'prompt');
  await enqueue(2, 'prompt');
  held.add(1);
  connect();
  lanes.flush();
  expect(sent.map(valuesIn)).toEqual([[2]]);
  held.clear();
  lanes.flush();
  expect(sent.map(valuesIn)).toEqual([[2], [1]]);
  expect([outbox.waiting(), outbox.exit.voids(1), counts.toObject()]).toEqual([2, [], {}]);
});

test('a cell sealed ahead with what must hold since then is not sent; the rest leaves under a new number', async () => {
  await enqueue(1);
  await enqueue(2);
  lanes.tick(true);
  held.add(1);
  lanes.tick(true);
  expect(sent.map(({ cell, records }) => [cell, records.map(({ value }) => value)])).toEqual([[2, [2]]]);
  held.clear();
  lanes.tick(true);
  lanes.tick(true);
  expect(sent.flatMap(valuesIn)).toEqual([2, 1]);
  expect(outbox.waiting()).toBe(2);
});

test('a lost cell with what must hold since then is not sent again and holds up nothing', async () => {
  await enqueue(1, 'prompt');
  await enqueue(2, 'prompt');
  connect();
  held.add(1);
  lanes.disconnected();
  connect();
  expect(sent.map(valuesIn)).toEqual([[1, 2], [2]]);
  expect([outbox.waiting(), link.outstanding]).toEqual([2, 1]);
});

test('more of what must hold than is read at once holds up nothing behind it', async () => {
  await outbox.commit(Array.from({ length: 2_500 }, () => outbox.enqueue(release({ agreement: 1 }), 0)).flat());
  await enqueue(2, 'prompt');
  await enqueue(2);
  held.add(1);
  lanes.flush();
  lanes.tick(true);
  lanes.tick(true);
  expect(sent.map(valuesIn)).toEqual([[2], [2]]);
  expect(outbox.waiting()).toBe(2_502);
});

test('on a healthy link what follows a cell closely travels together a moment later', async () => {
  connect();
  link.onAnswer({ cell: 1, acknowledged: [], credit: 4, highestOrdinal: 2, receipts: [] }, nowMs);
  expect(link.mayCarryBacklog(nowMs)).toBe(true);
  later = [];
  for (const agreement of [1, 2, 1]) {
    await enqueue(agreement, 'prompt');
    lanes.flush();
  }
  expect(sent.map(valuesIn)).toEqual([[1]]);
  for (const run of later.splice(0)) run();
  expect(sent.map((cell) => valuesIn(cell)?.length)).toEqual([1, 2]);
});

test('what came while everything before it must hold leaves at once', async () => {
  for (const agreement of [1, 1]) await enqueue(agreement, 'prompt');
  held.add(1);
  connect();
  await enqueue(2, 'prompt');
  lanes.flush();
  expect(sent.map(valuesIn)).toEqual([[2]]);
});

test('an unconfirmed agreement does not travel because a later ordinal is confirmed, and does once its own is', async () => {
  home.agreement(7, 1, 0, false);
  await enqueue(7, 'prompt');
  await enqueue(2, 'prompt');
  connect();
  expect(sent.map(valuesIn)).toEqual([[2]]);
  await outbox.commit([['agreement.confirm', 0, 7]]);
  lanes.answered();
  expect(sent.map(valuesIn)).toEqual([[2], [7]]);
});

test('what was sealed but not sent is journaled as withdrawn; what was sent as sent, until an answer shows it', async () => {
  await enqueue(1);
  lanes.tick(true);
  lanes.tick(true);
  await enqueue(1);
  lanes.tick(true);
  expect(sent.map(valuesIn)).toEqual([[1], []]);
  await outbox.commit(outbox.purge(1));
  expect(await home.outcomes()).toEqual(['sent', 'withdrawn']);
  await acknowledge(1, 1, 1);
  expect(await home.outcomes()).toEqual(['provided', 'withdrawn']);
});

test('what was sent and then withheld stays sent when the answer may be that of its void range', async () => {
  await enqueue(1);
  lanes.tick(true);
  lanes.tick(true);
  ended.add(1);
  lanes.recheck();
  while (outbox.waiting() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let tick = 0; tick < 3; tick++) lanes.tick(true);
  const declaring = sent.find(({ ranges }) => ranges.some((range) => range.void));
  await acknowledge(declaring?.cell ?? 0, 1, 1);
  expect(await home.outcomes()).toEqual(['sent']);
  expect(outbox.exit.voids(1)).toEqual([]);
});
