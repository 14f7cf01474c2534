import { describe, expect, it } from 'vitest';
import { answer, INTERVALS_ANSWERED, refuse } from '../../../proto/broker-answer.ts';
import { accept, HIGHEST_INTERVALS, identities, needed } from '../../../proto/broker-link.ts';
import { DOWN_BODY_BYTES } from '../../../proto/cell.ts';
import { encodeDown } from '../../../proto/codec.ts';
import { Intervals } from '../../../proto/intervals.ts';
import { ed25519FromSeed } from '../../../proto/keys.ts';
import { signReceipt } from '../../../proto/receipt.ts';
import { accepted, cell, ERASE_KEY, held, OLD_RUN, RUN, range, record, WRITE_KEY } from './link-kit.ts';

const name = identities.ofWriteKey(WRITE_KEY);
const received = (...pairs: [number, number][]) => new Map([[RUN, pairs.map(([first, last]) => ({ first, last }))]]);
const scattered = (pieces: number) =>
  new Map([[RUN, Array.from({ length: pieces }, (_, at) => ({ first: at * 2 + 2, last: at * 2 + 2 }))]]);
const three = cell([range(1, 3)], [record(1), record(2), record(3)]);

describe('a cell', () => {
  it('all new is stored under its pseudonym, and its ranges are received', () => {
    const acceptance = accepted(three);
    expect(acceptance.outcome).toBe('stored');
    expect(acceptance.store.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(acceptance.store[0]).toMatchObject({ pseudonym: name });
    expect(acceptance.store[0]).not.toHaveProperty('writeKey');
    expect(acceptance.received).toEqual([{ run: RUN, intervals: [{ first: 1, last: 3 }], changed: true }]);
  });

  it('none new is a duplicate: nothing is stored, everything is acknowledged', () => {
    const acceptance = accepted(three, held({ received: received([1, 9]) }));
    expect(acceptance).toMatchObject({ outcome: 'duplicate', store: [], received: [{ changed: false }] });
    expect(acceptance.refusal).toBeUndefined();
  });

  it.each([
    ['the beginning', received([1, 1])],
    ['the middle', received([2, 2])],
    ['the end and beyond', received([3, 8])],
  ])('of which %s was received stores nothing and changes nothing', (_name, before) => {
    const acceptance = accepted(three, held({ received: before }));
    expect(acceptance).toMatchObject({
      outcome: 'refused',
      store: [],
      refusal: { reason: 'partialOverlap', count: 3 },
    });
    expect(acceptance.received[0]?.changed).toBe(false);
  });

  it('of which one range is new and another was received is partly new too', () => {
    const body = cell([range(1, 2), range(9, 1)], [record(1), record(2), record(9)]);
    expect(accepted(body, held({ received: received([9, 9]) })).outcome).toBe('refused');
  });

  it('counts a void range as received even when its records are refused, and void twice is void once', () => {
    const body = { ...three, ranges: [...three.ranges, range(5, 2, { void: true })] };
    const acceptance = accepted(body, held({ received: received([1, 1], [5, 5]) }));
    expect(acceptance.received).toEqual([
      {
        run: RUN,
        intervals: [
          { first: 1, last: 1 },
          { first: 5, last: 6 },
        ],
        changed: true,
      },
    ]);
  });

  it('that arrives after its sequences were declared void stores nothing', () => {
    const voided = accepted(cell([range(1, 3, { void: true })], []));
    const after = held({ received: new Map(voided.received.map(({ run, intervals }) => [run, intervals])) });
    expect(accepted(three, after)).toMatchObject({ outcome: 'duplicate', store: [] });
  });

  it("of an old run's backlog counts in that run", () => {
    const body = cell([range(1, 1, { run: OLD_RUN })], [record(1)]);
    expect(accepted(body, held({ received: received([1, 9]) })).outcome).toBe('stored');
    expect(needed(body, identities)).toEqual({ runs: [OLD_RUN, RUN], pseudonyms: [name], offers: ['aa'.repeat(16)] });
  });

  it('keeps the highest ordinal ever seen', () => {
    expect(accepted(three, held({ highestOrdinal: 7 })).highestOrdinal).toBe(7);
    expect(accepted({ ...three, highestOrdinal: 9 }, held({ highestOrdinal: 7 })).highestOrdinal).toBe(9);
  });

  it('drops, counts and acknowledges what its offer does not cover', () => {
    const acceptance = accepted(three, held({ offerCovers: () => false }));
    expect(acceptance).toMatchObject({ outcome: 'stored', store: [], dropped: { offer: 3, withdrawn: 0 } });
    expect(acceptance.refusal).toEqual({ reason: 'offer', count: 3 });
    expect(acceptance.received[0]?.intervals).toEqual([{ first: 1, last: 3 }]);
  });

  it('that would scatter a run over too many pieces is refused, but may still fill holes', () => {
    const before = held({ received: scattered(HIGHEST_INTERVALS) });
    const apart = accepted(cell([range(100_000, 1)], [record(1)]), before);
    expect(apart).toMatchObject({
      outcome: 'refused',
      store: [],
      refusal: { reason: 'limit' },
      received: [{ changed: false }],
    });
    expect(accepted(cell([range(3, 1)], [record(1)]), before).outcome).toBe('stored');
  });
});

describe('a withdrawal', () => {
  const withdrawal = { eraseKey: ERASE_KEY, categories: ['power.total' as const] };
  const writeKey = WRITE_KEY;
  const pseudonym = identities.ofEraseKey(ERASE_KEY);

  it('is applied with a duplicate, with a partial overlap, and without any range', () => {
    for (const before of [received([1, 9]), received([2, 2]), received([1, 3])]) {
      const acceptance = accepted({ ...three, withdrawals: [withdrawal] }, held({ received: before }));
      expect(acceptance.withdraw).toEqual([{ pseudonym, categories: ['power.total'] }]);
    }
    expect(accepted(cell([], [], { withdrawals: [withdrawal] })).withdraw.length).toBe(1);
  });

  it('before the records drops them, counts them and acknowledges them; other categories stay', () => {
    const withdrawn = new Map([[name, new Set(['power.total' as const])]]);
    const body = cell([range(1, 2)], [record(1), record(2, { writeKey, category: 'lock.state' })]);
    const acceptance = accepted(body, held({ withdrawn }));
    expect(acceptance.store.map(({ value }) => value)).toEqual([2]);
    expect(acceptance.dropped).toEqual({ withdrawn: 1, offer: 0 });
    expect(acceptance.received[0]?.intervals).toEqual([{ first: 1, last: 2 }]);
  });

  it('in the same cell as its records comes first', () => {
    const own = { ...identities, ofWriteKey: () => pseudonym };
    const body = { ...three, withdrawals: [withdrawal] };
    expect(needed(body, own).pseudonyms).toEqual([pseudonym]);
    expect(accept(body, held(), own)).toMatchObject({ outcome: 'stored', store: [], dropped: { withdrawn: 3 } });
  });
});

describe('an answer', () => {
  const service = ed25519FromSeed(Buffer.alloc(32, 1)).privateKey;
  const content = {
    pseudonym: name,
    categories: ['power.total' as const, 'lock.state' as const],
    erasedAtS: 1_800_000_000,
  };
  const receipts = Array.from({ length: 5 }, () => signReceipt(content, Buffer.alloc(32), service));

  it('acknowledges every run the cell names, and its own, whole', () => {
    const body = cell([range(1, 1, { run: OLD_RUN })], [record(1)]);
    const acceptance = accepted(body, held({ received: received([1, 4], [6, 6]) }));
    const answered = answer({ body, acceptance, receipts: [], credit: 3 });
    expect(answered).toMatchObject({ cell: 1, credit: 3, highestOrdinal: 1 });
    expect(answered.hole).toBeUndefined();
    expect(answered.acknowledged).toEqual([
      { run: OLD_RUN, intervals: [{ first: 1, last: 1 }] },
      {
        run: RUN,
        intervals: [
          { first: 1, last: 4 },
          { first: 6, last: 6 },
        ],
      },
    ]);
  });

  it('of a scattered run acknowledges what touches the cell, and asks for the oldest hole', () => {
    const body = cell([range(11, 1)], [record(1)]);
    const acceptance = accepted(body, held({ received: scattered(INTERVALS_ANSWERED + 2) }));
    const answered = answer({ body, acceptance, receipts: [], credit: 1 });
    expect(answered.acknowledged).toEqual([{ run: RUN, intervals: [{ first: 10, last: 12 }] }]);
    expect(answered.hole).toEqual({ run: RUN, first: 1, last: 1 });
  });

  it('always fits, with five receipts and far more pieces than there is room for', () => {
    const runs = Array.from({ length: 60 }, (_, at) => at.toString(16).padStart(16, '0'));
    const wide = runs.map(
      (run) => [run, Array.from({ length: 60 }, (_, at) => ({ first: 1 + at * 1e9, last: 5 + at * 1e9 }))] as const,
    );
    const body = cell(
      runs.map((run) => range(1, 1, { run })),
      runs.map((_, at) => record(at)),
    );
    const acceptance = accepted(body, held({ received: new Map(wide) }));
    const answered = answer({ body, acceptance, receipts, credit: 65_535 });
    expect(encodeDown(answered).length).toBeLessThanOrEqual(DOWN_BODY_BYTES);
    expect(answered.acknowledged.length).toBeGreaterThan(0);
    const set = Intervals.fromArray(acceptance.received[0]?.intervals ?? []);
    for (const { first, last } of answered.acknowledged[0]?.intervals ?? [])
      expect(set.covers(first, last - first + 1)).toBe(true);
  });

  it('to a cell that could not be read says why and still acknowledges what there is', () => {
    const answered = refuse({
      run: RUN,
      cell: 4,
      reason: 'field',
      held: [{ first: 1, last: 2 }],
      highestOrdinal: 2,
      credit: 1,
    });
    expect(answered).toMatchObject({ cell: 4, refusal: { reason: 'field', count: 1 }, highestOrdinal: 2 });
    expect(answered.acknowledged).toEqual([{ run: RUN, intervals: [{ first: 1, last: 2 }] }]);
  });
});
