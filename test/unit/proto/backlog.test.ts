import { describe, expect, it } from 'vitest';
import { decodeUp, encodeUp } from '../../../proto/codec.ts';
import type { Composition, Item } from '../../../proto/hub-item.ts';
import { HubLink } from '../../../proto/hub-link.ts';
import type { Pacing } from '../../../proto/wire.ts';
import { answerTo, cell, item, RUN, range, record, withdrawalItem } from './link-kit.ts';

const NO_WAIT: Pacing = { backlogWaitMs: 0, reconnectSpreadMs: 0 };
const late = (seq: number): Item => ({ ...item(seq), backlog: true }) as Item;
const many = (from: number, count: number, make: (seq: number) => Item) =>
  Array.from({ length: count }, (_, at) => make(from + at));
const offer = (items: readonly Item[], nowMs = 0) => ({ items, voids: [], highestOrdinal: 1, nowMs });

/** A link whose first answer on this connection has come. */
function heardLink(credit = 4): HubLink {
  const link = new HubLink({ run: RUN, confirmedOrdinal: 1, credit });
  link.compose({ ...offer([]), evenEmpty: true });
  link.onAnswer(answerTo(1, [], { credit, pacing: NO_WAIT }), 0);
  return link;
}

const idsOf = (link: HubLink, items: readonly Item[], nowMs = 0) => link.compose(offer(items, nowMs))?.ids;

describe('live before backlog', () => {
  it('withdrawals, then live, then backlog in what is left of the cell, marked', () => {
    const composed = heardLink().compose(offer([late(1), late(2), item(8), withdrawalItem(9)]));
    expect(composed?.ids).toEqual([9, 8, 1, 2]);
    expect(composed?.body.records.map(({ value, backlog }) => [value, backlog])).toEqual([
      [8, undefined],
      [1, true],
      [2, true],
    ]);
    expect(composed?.body.version).toBe(3);
  });

  it('a long backlog never keeps live data out of the next cell', () => {
    const link = heardLink(3);
    const backlog = many(1, 3000, late);
    idsOf(link, backlog);
    idsOf(link, backlog);
    expect(idsOf(link, backlog)).toBeUndefined();
    expect(idsOf(link, [...backlog, item(5000)])).toEqual([5000]);
  });

  it('with endless live data every fourth cell begins with backlog', () => {
    const link = heardLink(1);
    const firsts: boolean[] = [];
    const backlog = many(1, 2500, late);
    const sent = new Set<number>();
    for (let number = 2; number < 10; number++) {
      const live = many(10_000 * number, 1500, item);
      const composed = link.compose(
        offer([...backlog.filter(({ id }) => !sent.has(id)), ...live.map((one) => ({ ...one, id: one.seq }))]),
      );
      if (composed === undefined) throw new Error('nothing composed');
      for (const id of composed.ids) sent.add(id);
      firsts.push((composed.ids[0] as number) <= 2500);
      const { ranges } = composed.body;
      const intervals = ranges.map(({ first, count }) => ({ first, last: first + count - 1 }));
      link.onAnswer(answerTo(composed.cell, intervals, { credit: 1, pacing: NO_WAIT }));
    }
    expect(firsts).toEqual([false, false, false, true, false, false, false, true]);
  });

  it('what the broker cannot read in the backlog is found although live data never ends', () => {
    const link = heardLink(1);
    const backlog = many(1, 6, late);
    const bad = 3;
    const quarantined: number[] = [];
    const arrived = new Set<number>();
    for (let number = 2; number < 80 && arrived.size < 5; number++) {
      const left = backlog.filter(({ id }) => !arrived.has(id) && !quarantined.includes(id));
      const { cell: sent, ids } = link.compose(offer([...left, item(100 + number)])) as Composition;
      const taken = ids.includes(bad) ? [] : ids.toSorted((one, other) => one - other);
      for (const id of taken) if (id < 100) arrived.add(id);
      const refusal = ids.includes(bad) ? { refusal: { reason: 'enumeration' as const, count: 1 } } : {};
      const intervals = taken.map((id) => ({ first: id, last: id }));
      const answered = link.onAnswer(answerTo(sent, intervals, { credit: 1, pacing: NO_WAIT, ...refusal }));
      quarantined.push(...answered.quarantined.map(({ id }) => id));
    }
    expect(quarantined).toEqual([bad]);
    expect(arrived.size).toBe(5);
  });
});

describe('the pace of backlog', () => {
  it('waits for the first answer on each connection', () => {
    const link = new HubLink({ run: RUN, confirmedOrdinal: 1, credit: 4 });
    expect(idsOf(link, [late(1), item(2)])).toEqual([2]);
    expect(link.backlogNotBeforeMs).toBe(Number.POSITIVE_INFINITY);
    link.onAnswer(answerTo(1, [{ first: 2, last: 2 }], { pacing: { backlogWaitMs: 500, reconnectSpreadMs: 9 } }), 1000);
    expect([link.backlogNotBeforeMs, link.reconnectSpreadMs]).toEqual([1500, 9]);
    expect(idsOf(link, [late(1)], 1499)).toBeUndefined();
    expect(idsOf(link, [late(1)], 1500)).toEqual([1]);
    link.onDisconnect();
    expect(idsOf(link, [late(3)], 1e9)).toBeUndefined();
  });

  it('has two cells with backlog under way at most, one where the broker says wait, and live data passes them', () => {
    const link = heardLink();
    const rest = many(2001, 5000, late);
    expect(idsOf(link, many(1, 2000, late))?.length).toBeGreaterThan(100);
    expect(idsOf(link, rest)?.length).toBeGreaterThan(100);
    expect(idsOf(link, rest)).toBeUndefined();
    expect(idsOf(link, [...rest, item(9000)])).toEqual([9000]);
    const pacing = { backlogWaitMs: 10, reconnectSpreadMs: 0 };
    link.onAnswer(answerTo(2, [{ first: 1, last: 2000 }], { pacing }), 0);
    expect(idsOf(link, rest, 10)).toBeUndefined();
    link.onAnswer(answerTo(3, [{ first: 1, last: 4000 }], { pacing }), 5);
    const more = many(4001, 3000, late);
    expect(idsOf(link, more, 14)).toBeUndefined();
    expect(idsOf(link, more, 15)?.length).toBeGreaterThan(100);
    expect(idsOf(link, more, 10_000)).toBeUndefined();
  });

  it('is a bug to ask for without the time', () => {
    expect(() => heardLink().compose({ items: [late(1)], voids: [], highestOrdinal: 1 })).toThrow(TypeError);
  });
});

describe('a broker that knows version 1 only', () => {
  it('is spoken to in version 1 after its refusal, without marks, and nothing is given up', () => {
    const link = heardLink();
    const first = link.compose(offer([late(1), item(2)]));
    expect(first?.body.version).toBe(3);
    const refusal = { refusal: { reason: 'version' as const, count: 1 } };
    expect(link.onAnswer(answerTo(2, [], refusal))).toMatchObject({ quarantined: [], freed: [2, 1] });
    expect(link.compose({ ...offer([late(1), item(2)]), evenEmpty: true })?.body.version).toBe(2);
    // What is said again of the older cell is about the version that was left.
    link.onAnswer(answerTo(2, [], refusal));
    link.onAnswer(answerTo(3, [], refusal));
    const again = link.compose({ ...offer([late(1), item(2)]), evenEmpty: true });
    expect(again?.body.version).toBeUndefined();
    expect(again?.body.records.some((one) => 'backlog' in one)).toBe(false);
    link.onAnswer(answerTo(4, [{ first: 1, last: 2 }]));
    expect(idsOf(link, [late(3)])).toEqual([3]);
  });
});

describe('the mark on the wire', () => {
  it('is a block of its own, and costs nothing where it is not', () => {
    const live = cell([range(1, 2)], [record(1), record(2)]);
    const mixed = cell([range(1, 2)], [record(1), record(2, { backlog: true })]);
    const decoded = decodeUp(encodeUp(mixed));
    expect(decoded.ok && decoded.body.records.map(({ value, backlog }) => [value, backlog])).toEqual([
      [1, undefined],
      [2, true],
    ]);
    expect(encodeUp(live).length).toBeLessThan(encodeUp(mixed).length);
  });
});
