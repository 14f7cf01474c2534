import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import type { Clock } from '../../../../gateway/uplink/clock.ts';
import { startUplink } from '../../../../gateway/uplink/uplink.ts';
import { HubLink } from '../../../../proto/hub-link.ts';
import { BrokerInMemory } from '../../../kit/broker-in-memory.ts';
import { InnerHome } from '../../../kit/inner-home.ts';
import { Line } from '../../../kit/line.ts';
import { anOffer, testOperator } from '../../../kit/test-operator.ts';
import { item, RUN, range, withdrawalItem } from '../../proto/link-kit.ts';
import { openHome, release } from '../outbox/home.ts';
import { BrokerStub } from './broker-stub.ts';

/** More pieces than the data broker holds of one run, if cells declared fewer gaps than they make. */
const PAIRS = 6_500;

// Guards that a cell declares as many void ranges as it can make gaps (`VOIDS_PER_CELL`): else the broker refuses the run for ever.
test('a backlog of which every second row was withdrawn arrives, and no cell is refused for its gaps', async () => {
  const operator = await testOperator();
  const broker = new BrokerInMemory(operator);
  const home = await InnerHome.open();
  onTestFinished(() => home.remove());
  await home.enrol(operator, [anOffer({ lane: 'shaped' }), anOffer({ offer: 'other', lane: 'shaped' })]);
  await home.approve('plug', { power: 0 });
  await home.way.consent.give('every-sample', {});
  await home.way.consent.give('other', {});
  const line = new Line(home, broker);
  line.connect();
  await line.deliver();
  const all = Array.from({ length: PAIRS }, (_, at) => home.publish('plug', { power: at % 3_000 }));
  await Promise.all(all);
  await home.way.consent.withdraw('other');
  expect(home.way.outbox.waiting()).toBe(PAIRS + 1);
  for (let round = 0; round < 300 && home.way.outbox.waiting() > 0; round += 1) {
    line.tick();
    await line.deliver();
  }
  expect([home.way.outbox.waiting(), broker.records.length, line.counts.toObject()]).toEqual([0, PAIRS, {}]);
});

/** A link that was told that its runs are in too many pieces. */
function scatteredLink(): HubLink {
  const link = new HubLink({ run: RUN, confirmedOrdinal: 1, credit: 4 });
  const first = link.compose({ items: [item(1)], voids: [], highestOrdinal: 1 });
  const refusal = { reason: 'limit' as const, count: 1 };
  link.onAnswer({ cell: first?.cell ?? 0, acknowledged: [], credit: 4, highestOrdinal: 1, receipts: [], refusal });
  return link;
}

// Guards that after a refusal with `limit` what joins the pieces goes first (`#isScattered`): the same cell again would be refused again.
test('after a refusal for too many pieces only void ranges and withdrawals travel while there are any', () => {
  const link = scatteredLink();
  const voids = [range(2, 1, { void: true })];
  const composed = link.compose({ items: [item(1), withdrawalItem(9)], voids, highestOrdinal: 1, evenEmpty: true });
  expect([composed?.ids, composed?.body.ranges]).toEqual([[9], [range(9, 1), ...voids]]);
});

test('after a refusal for too many pieces records travel again once every gap is declared', () => {
  const link = scatteredLink();
  expect(link.compose({ items: [item(1)], voids: [], highestOrdinal: 1, evenEmpty: true })?.ids).toEqual([1]);
});

test('records and void ranges share a cell again once the data broker takes one', () => {
  const link = scatteredLink();
  const declaring = link.compose({
    items: [],
    voids: [range(2, 1, { void: true })],
    highestOrdinal: 1,
    evenEmpty: true,
  });
  const acknowledged = [{ run: RUN, intervals: [{ first: 2, last: 2 }] }];
  link.onAnswer({ cell: declaring?.cell ?? 0, acknowledged, credit: 4, highestOrdinal: 1, receipts: [] });
  const next = link.compose({ items: [item(1)], voids: [range(5, 1, { void: true })], highestOrdinal: 1 });
  expect([next?.ids, next?.body.ranges.length]).toEqual([[1], 2]);
});

// Guards `CREDIT_MOST`: a credit of 65,535 made the hub compose everything that waits in one turn.
test('however much credit an answer gives, only some cells are under way at once', () => {
  const link = new HubLink({ run: RUN, confirmedOrdinal: 1, credit: 4 });
  link.compose({ items: [], voids: [], highestOrdinal: 1, evenEmpty: true });
  link.onAnswer({ cell: 1, acknowledged: [], credit: 65_535, highestOrdinal: 1, receipts: [] });
  let composed = 0;
  while (link.hasCredit && composed < 100) {
    link.compose({ items: [item(composed + 1)], voids: [], highestOrdinal: 1 });
    composed += 1;
  }
  expect([composed, link.outstanding]).toEqual([16, 16]);
});

// Guards `#noteSilence`: without a disconnection nothing counted as backlog, and what was live waited behind all of it.
test('what piled up while only the data broker was silent is backlog, and what comes then goes before it', async () => {
  const home = await openHome();
  const broker = new BrokerStub();
  await broker.start();
  home.agreement(1, 1);
  const outbox = await Outbox.open({ store: home.store, operator: 1, randomBytes });
  let leapMs = 0;
  const now = () => performance.now() * 50 + leapMs;
  const clock: Clock = {
    now,
    wall: () => 1_790_000_000_000,
    after: (waitMs, run) => {
      const timer = setTimeout(run, waitMs / 50);
      return () => clearTimeout(timer);
    },
  };
  const uplink = startUplink({
    outbox,
    enrolment: broker.enrolment,
    ordinals: { confirmedBefore: 1, highest: () => 1, confirmed: () => [] },
    mayLeave: () => 'leave',
    onReceipt: () => [],
    onAcknowledged: () => broker.changed.tell(),
    contact: { storedMs: undefined, homeMs: () => 0, store: () => undefined },
    clock,
    random: () => 0.5,
    cadenceMs: 2_500,
  });
  onTestFinished(async () => {
    await uplink.close();
    await broker.stop();
    await home.close();
  });
  const add = (count: number, value: number) =>
    outbox.commit(Array.from({ length: count }, () => outbox.enqueue(release({ agreement: 1, value }), 0)).flat());
  await broker.changed.until(() => uplink.keptOrdinal() !== undefined || broker.bodies.length > 2);
  // The MQTT server stays up: every cell arrives there and none is answered.
  broker.answers = () => false;
  await add(8_000, 1);
  await broker.changed.until(() => broker.bodies.some(({ records }) => records.length > 0));
  leapMs = 3_600_000;
  broker.answers = () => true;
  await broker.changed.until(() => broker.received.size > 0 && outbox.waiting() < 8_000);
  await add(1, 9_999);
  await broker.changed.until(() => outbox.waiting() === 0);
  const isLive = ({ value }: { value: number }) => value === 9_999;
  const live = broker.stored.findIndex(isLive);
  expect(broker.stored).toHaveLength(8_001);
  expect(live).toBeGreaterThan(0);
  expect(broker.stored[live]?.backlog ?? false).toBe(false);
  expect(broker.stored.slice(live + 1).filter(({ backlog }) => backlog).length).toBeGreaterThan(1_000);
  expect(uplink.status().counts).toEqual({});
});
