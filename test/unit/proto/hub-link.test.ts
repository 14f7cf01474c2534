import { describe, expect, it } from 'vitest';
import { identities } from '../../../proto/broker-link.ts';
import { encodeUp } from '../../../proto/codec.ts';
import { type Item, voidsIn } from '../../../proto/hub-item.ts';
import { HubLink } from '../../../proto/hub-link.ts';
import type { Range } from '../../../proto/wire.ts';
import { answerTo, ERASE_KEY, item, OLD_RUN, RUN, range, record, withdrawalItem } from './link-kit.ts';

const start = (credit = 4, confirmedOrdinal = 1) => new HubLink({ run: RUN, confirmedOrdinal, credit });
const offer = (items: readonly Item[], voids: readonly Range[] = []) => ({ items, voids, highestOrdinal: 1 });
const seqs = (link: HubLink, items: readonly Item[]) => link.compose(offer(items))?.body.ranges;
const receipt = {
  pseudonym: identities.ofEraseKey(ERASE_KEY),
  categories: ['power.total' as const],
  erasedAtS: 1,
  signature: '00'.repeat(64),
};

describe('cutting cells', () => {
  it('names what it carries, run by run, and carries nothing twice', () => {
    const link = start();
    const rows = [item(7, { id: 1, run: OLD_RUN }), item(1, { id: 2 }), item(2, { id: 3 }), item(4, { id: 4 })];
    const composed = link.compose(offer(rows));
    expect(composed?.body.ranges).toEqual([range(7, 1, { run: OLD_RUN }), range(1, 2), range(4, 1)]);
    expect(composed?.ids).toEqual([1, 2, 3, 4]);
    expect(link.compose(offer(rows))).toBeUndefined();
    expect(link.isInFlight(3)).toBe(true);
  });

  it('never uses a cell number twice, not for an empty or a forgotten cell', () => {
    const link = start();
    expect(link.compose({ ...offer([]), evenEmpty: true })?.cell).toBe(1);
    expect(link.compose(offer([item(1)]))?.cell).toBe(2);
    expect(link.purged([1])).toEqual([2]);
    expect(link.compose(offer([item(2)]))?.cell).toBe(3);
    expect(link.outstanding).toBe(1);
  });

  it('fills a cell to the brim, and leaves the rest for the next', () => {
    const link = start();
    const rows = Array.from({ length: 2000 }, (_, at) => item(at + 1));
    const first = link.compose(offer(rows));
    const second = link.compose(offer(rows));
    if (first === undefined || second === undefined) throw new Error('nothing composed');
    expect(first.ids.length).toBeGreaterThan(800);
    expect(encodeUp(first.body).length).toBeLessThanOrEqual(4061);
    expect(second.ids[0]).toBe(first.ids.length + 1);
  });

  it('stops at the credit, but an empty cell needs none', () => {
    const link = start(1);
    link.compose(offer([item(1)]));
    expect(link.hasCredit).toBe(false);
    expect(link.compose(offer([item(2)]))).toBeUndefined();
    expect(link.compose({ ...offer([item(2)], [range(9, 1, { void: true })]), evenEmpty: true })?.body).toMatchObject({
      cell: 2,
      ranges: [],
    });
  });

  it('puts withdrawals first, five in a cell', () => {
    const link = start();
    const rows = [item(1), ...Array.from({ length: 7 }, (_, at) => withdrawalItem(at + 2))];
    const composed = link.compose(offer(rows));
    expect(composed?.body.withdrawals.length).toBe(5);
    expect(composed?.body.records.length).toBe(1);
  });

  it('declares void ranges once while they are in flight, joined, and never over what it carries', () => {
    const link = start();
    const voids = [range(3, 1, { void: true }), range(4, 2, { void: true }), range(1, 1, { void: true })];
    expect(link.compose(offer([item(1)], voids))?.body.ranges).toEqual([range(1, 1), range(3, 3, { void: true })]);
    expect(link.compose(offer([], voids.slice(0, 2)))).toBeUndefined();
  });

  it('declares a void range again although it was received, so that its row is acknowledged', () => {
    const link = start();
    link.onAnswer(answerTo(1, [{ first: 1, last: 9 }]));
    expect(link.compose(offer([], [range(6, 1, { void: true })]))?.body.ranges).toEqual([range(6, 1, { void: true })]);
  });
});

describe('answers', () => {
  it('free what they do not acknowledge, and only that', () => {
    const link = start();
    link.compose(offer([item(1), item(2), item(3)]));
    const answered = link.onAnswer(
      answerTo(1, [{ first: 2, last: 2 }], { refusal: { reason: 'partialOverlap', count: 3 } }),
    );
    expect(answered.freed).toEqual([1, 3]);
    expect(answered.quarantined).toEqual([]);
    expect(seqs(link, [item(1), item(2), item(3)])).toEqual([range(1, 1), range(3, 1)]);
  });

  it('mean the same however late, repeated or out of order they come', () => {
    const link = start();
    link.compose(offer([item(1)]));
    link.compose(offer([item(2)]));
    const [one, two] = [answerTo(1, [{ first: 1, last: 1 }]), answerTo(2, [{ first: 1, last: 2 }], { credit: 9 })];
    for (const answer of [two, one, one, two]) link.onAnswer(answer);
    expect(link.outstanding).toBe(0);
    expect(seqs(link, [item(1), item(2), item(3)])).toEqual([range(3, 1)]);
  });

  it('do not let an older answer lower the credit of a newer one', () => {
    const link = start(1);
    link.onAnswer(answerTo(5, [], { credit: 2 }));
    link.onAnswer(answerTo(3, [], { credit: 0 }));
    expect(link.hasCredit).toBe(true);
  });

  it('end every other cell of which something arrived by another way, so that a purge cannot miss it', () => {
    const link = start();
    link.compose(offer([item(1), item(2)]));
    link.compose(offer([item(3)]));
    expect(
      link.onAnswer(
        answerTo(2, [
          { first: 1, last: 1 },
          { first: 3, last: 3 },
        ]),
      ).freed,
    ).toEqual([2]);
    expect(link.body(1)).toBeUndefined();
    expect(seqs(link, [item(2)])).toEqual([range(2, 1)]);
  });

  it('to a forgotten cell still acknowledge', () => {
    const link = start();
    link.compose(offer([item(1), item(2)]));
    link.purged([1]);
    link.onAnswer(answerTo(1, [{ first: 1, last: 2 }]));
    expect(link.compose(offer([item(2)]))).toBeUndefined();
  });
});

describe('sending again', () => {
  it('is due after the wait and after a disconnect, with the same body', () => {
    const link = start();
    const composed = link.compose(offer([item(1)]));
    expect(link.due(0, 100)).toEqual([1]);
    link.sent(1, 0);
    expect([link.due(99, 100), link.due(100, 100)]).toEqual([[], [1]]);
    link.onDisconnect();
    expect(link.due(1, 100)).toEqual([1]);
    expect(link.body(1)).toBe(composed?.body);
  });

  it('forgets a cell with a purged row and frees the others', () => {
    const link = start();
    link.compose(offer([item(1), item(2)]));
    expect(link.purged([2, 99])).toEqual([1]);
    expect(link.due(0, 0)).toEqual([]);
    expect(link.compose(offer([item(1)], [range(2, 1, { void: true })]))?.body.ranges).toEqual([
      range(1, 1),
      range(2, 1, { void: true }),
    ]);
  });
});

describe('withdrawals', () => {
  it('acknowledged without their receipt ride again, without a range, until it comes', () => {
    const link = start();
    link.compose(offer([withdrawalItem(1)]));
    link.onAnswer(answerTo(1, [{ first: 1, last: 1 }]));
    const again = link.compose(offer([withdrawalItem(1), item(2)]));
    expect(again?.body.ranges).toEqual([range(2, 1)]);
    expect(again?.body.withdrawals.length).toBe(1);
    const answered = link.onAnswer(answerTo(2, [{ first: 1, last: 2 }], { receipts: [receipt] }));
    expect(answered.receipts).toEqual([receipt]);
    expect(link.compose(offer([withdrawalItem(1)]))).toBeUndefined();
  });

  it('are not receipted by a receipt for other categories', () => {
    const link = start();
    link.compose(offer([withdrawalItem(1, ['power.total', 'lock.state'])]));
    expect(link.onAnswer(answerTo(1, [{ first: 1, last: 1 }], { receipts: [receipt] })).freed).toEqual([1]);
  });
});

describe('what the broker cannot read', () => {
  it('is found by halving and quarantined alone; everything else arrives', () => {
    const link = start(1);
    const rows = Array.from({ length: 9 }, (_, at) => item(at + 1));
    const bad = 6;
    const arrived = new Set<number>();
    const quarantined: number[] = [];
    for (let cells = 0; cells < 40; cells++) {
      const voids = [range(50, 1, { void: true })];
      const left = rows.filter(({ id }) => !quarantined.includes(id));
      const composed = link.compose(offer(left, arrived.size < 3 ? voids : []));
      if (composed === undefined) break;
      const isBad = composed.ids.includes(bad);
      if (!isBad) for (const id of composed.ids) arrived.add(id);
      const intervals = [...arrived].map((seq) => ({ first: seq, last: seq }));
      const refusal = isBad ? { refusal: { reason: 'enumeration' as const, count: 1 } } : {};
      quarantined.push(...link.onAnswer(answerTo(composed.cell, intervals, refusal)).quarantined.map(({ id }) => id));
    }
    expect(quarantined).toEqual([bad]);
    expect([...arrived].sort()).toEqual([1, 2, 3, 4, 5, 7, 8, 9]);
  });

  it('is never quarantined when it is a withdrawal, and then holds nothing up', () => {
    const link = start();
    const refusal = { refusal: { reason: 'enumeration' as const, count: 1 } };
    for (const cells of [1, 2, 3]) {
      expect(link.compose(offer([withdrawalItem(1)]))?.ids).toEqual([1]);
      expect(link.onAnswer(answerTo(cells, [], refusal))).toMatchObject({ quarantined: [], freed: [1] });
    }
    expect(link.compose(offer([withdrawalItem(1), item(2)]))?.ids).toEqual([2]);
  });

  it.each(['version', 'limit', 'partialOverlap', 'offer'] as const)('%s never quarantines', (reason) => {
    const link = start();
    for (let cells = 1; cells < 5; cells++) {
      link.compose({ ...offer([item(1)]), evenEmpty: true });
      expect(link.onAnswer(answerTo(cells, [], { refusal: { reason, count: 1 } })).quarantined).toEqual([]);
    }
    link.onAnswer(answerTo(9, []));
    expect(seqs(link, [item(1)])).toEqual([range(1, 1)]);
  });

  it.each(['version', 'limit'] as const)(
    '%s is tried again by the timer only, until an answer is without it',
    (reason) => {
      const link = start();
      link.compose(offer([item(1)]));
      link.onAnswer(answerTo(1, [], { refusal: { reason, count: 1 } }));
      expect(link.compose(offer([item(1)]))).toBeUndefined();
      expect(link.compose({ ...offer([item(1)]), evenEmpty: true })?.ids).toEqual([1]);
      link.onAnswer(answerTo(2, []));
      expect(link.compose(offer([item(1)]))?.ids).toEqual([1]);
    },
  );
});

describe('ordinals', () => {
  it('opened in this run wait for its first answer, and for being above the kept one', () => {
    const link = start(4, 3);
    expect(link.compose(offer([item(1, { ordinal: 4 })]))).toBeUndefined();
    expect([link.mayUse(3), link.canConfirm(4)]).toEqual([true, false]);
    expect(() => link.confirm(4)).toThrow(RangeError);
    expect(link.onAnswer(answerTo(1, [], { highestOrdinal: 9 }))).toMatchObject({ firstOfRun: true, keptOrdinal: 9 });
    expect([link.canConfirm(4), link.canConfirm(9), link.canConfirm(10)]).toEqual([false, false, true]);
    expect(link.mayUse(10)).toBe(false);
    link.confirm(10);
    const composed = link.compose({ ...offer([item(1, { ordinal: 10 })]), highestOrdinal: 10 });
    expect(composed?.body.highestOrdinal).toBe(10);
    expect(link.onAnswer(answerTo(2, [], { highestOrdinal: 10 })).firstOfRun).toBe(false);
    expect(link.mayUse(10)).toBe(true);
  });

  it('are not announced before they are confirmed', () => {
    const link = start(4, 3);
    expect(link.compose({ ...offer([]), highestOrdinal: 4, evenEmpty: true })?.body.highestOrdinal).toBe(3);
  });
});

describe('holes', () => {
  it('become void where the outbox holds nothing', () => {
    const hole = { run: RUN, first: 3, last: 9 };
    expect(voidsIn(hole, [])).toEqual([range(3, 7, { void: true })]);
    expect(voidsIn(hole, [3, 5, 9])).toEqual([range(4, 1, { void: true }), range(6, 3, { void: true })]);
    expect(voidsIn(hole, [3, 4, 5, 6, 7, 8, 9])).toEqual([]);
  });

  it('are handed to the caller', () => {
    const hole = { run: OLD_RUN, first: 1, last: 2 };
    expect(start().onAnswer(answerTo(1, [], { hole })).hole).toEqual(hole);
    expect(record(1).value).toBe(1);
  });
});
