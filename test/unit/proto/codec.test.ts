import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { describe, expect, it } from 'vitest';
import { checkRecord } from '../../../proto/blocks.ts';
import { decodeDown, decodeUp, encodeDown, encodeUp } from '../../../proto/codec.ts';
import type { UpBody, WireRecord } from '../../../proto/wire.ts';
import { downBody, upBody } from './arbitrary.ts';

const EMPTY: UpBody = { run: '0011223344556677', cell: 1, highestOrdinal: 0, ranges: [], records: [], withdrawals: [] };
const POWER: WireRecord = {
  writeKey: '11'.repeat(16),
  offer: 'aa'.repeat(16),
  category: 'power.appliance',
  property: 'power.active',
  quantity: 'mean_power_w',
  timeS: 1_800_000_000,
  windowS: 900,
  value: 120,
  observedPermille: 1000,
  estimatedTime: false,
};

function carrying(records: readonly WireRecord[]): UpBody {
  const ranges = [{ run: EMPTY.run, first: 1, count: records.length, void: false }];
  return { ...EMPTY, ranges, records };
}

/** Bytes without an order: what a set of records says. */
const asSet = (items: readonly unknown[]) =>
  items.map((item) => JSON.stringify(item, Object.keys(item as object).sort())).sort();

/** A field of one varint appended to a message's bytes. */
function withField(bytes: Buffer, id: number, value: number): Buffer {
  return Buffer.concat([
    bytes,
    protobuf.Writer.create()
      .uint32(id << 3)
      .uint32(value)
      .finish(),
  ]);
}

describe('the up codec', () => {
  it('gives back every body it writes, and one encoding for it', () => {
    fc.assert(
      fc.property(upBody, (body) => {
        const bytes = encodeUp(body);
        const decoded = decodeUp(bytes);
        if (!decoded.ok) throw new Error(decoded.reason);
        expect(asSet(decoded.body.records)).toEqual(asSet(body.records));
        expect(decoded.body.withdrawals.length).toBe(body.withdrawals.length);
        expect(decoded.body).toMatchObject({ run: body.run, cell: body.cell, highestOrdinal: body.highestOrdinal });
        expect(encodeUp(decoded.body)).toEqual(bytes);
        expect(encodeUp({ ...body, records: [...body.records].reverse() })).toEqual(bytes);
      }),
    );
  });

  it('answers random bytes with a reason and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (array) => {
        const bytes = Buffer.from(array);
        for (const decoded of [decodeUp(bytes), decodeDown(bytes)]) {
          if (!decoded.ok) expect(decoded.reason).toMatch(/^(malformed|field|enumeration)$/);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses or reads otherwise, but never throws, when any bit is turned or the end is cut', () => {
    fc.assert(
      fc.property(upBody, fc.nat(), fc.nat({ max: 7 }), (body, at, bit) => {
        const bytes = encodeUp(body);
        const turned = Buffer.from(bytes);
        const where = at % turned.length;
        turned[where] = (turned[where] as number) ^ (1 << bit);
        const decoded = decodeUp(turned);
        if (decoded.ok) expect(encodeUp(decoded.body)).toEqual(turned);
        decodeUp(bytes.subarray(0, where));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses a field it does not know, at the top and inside', () => {
    const bytes = encodeUp(carrying([POWER]));
    expect(decodeUp(withField(bytes, 15, 1))).toEqual({ ok: false, reason: 'field' });
    const inner = protobuf.Writer.create()
      .uint32(34)
      .bytes(withField(Buffer.alloc(0), 9, 1))
      .finish();
    expect(decodeUp(Buffer.concat([encodeUp(EMPTY), inner]))).toEqual({ ok: false, reason: 'field' });
  });

  it('refuses a number no closed list has', () => {
    const bytes = encodeUp(carrying([{ ...POWER, category: 'household.segment' }]));
    const at = bytes.indexOf(Buffer.from([0x18, 10, 0x22])); // category 10, then a series
    bytes[at + 1] = 11;
    expect(decodeUp(bytes)).toEqual({ ok: false, reason: 'enumeration' });
  });

  it('refuses a category that never leaves a home', () => {
    const bytes = encodeUp(carrying([{ ...POWER, category: 'household.segment' }]));
    bytes[bytes.indexOf(Buffer.from([0x18, 10, 0x22])) + 1] = 7;
    expect(decodeUp(bytes)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('refuses what protobuf forgives: a repeated field, a padded number, another order', () => {
    const bytes = encodeUp(carrying([POWER]));
    expect(decodeUp(withField(bytes, 2, 1))).toEqual({ ok: false, reason: 'malformed' });
    const padded = Buffer.concat([bytes.subarray(0, 11), Buffer.from([0x81, 0x00]), bytes.subarray(12)]);
    expect(bytes.subarray(10, 12)).toEqual(Buffer.from([0x10, 1])); // the cell number
    expect(decodeUp(padded)).toEqual({ ok: false, reason: 'malformed' });
  });

  it('refuses ranges that do not name what is carried, or name it twice', () => {
    const one = carrying([POWER]);
    expect(() => encodeUp({ ...one, ranges: [] })).toThrow(RangeError);
    expect(() => encodeUp({ ...one, ranges: [{ run: EMPTY.run, first: 1, count: 2, void: false }] })).toThrow(
      RangeError,
    );
    const overlapping = [...one.ranges, { run: EMPTY.run, first: 1, count: 1, void: true }];
    expect(() => encodeUp({ ...one, ranges: overlapping })).toThrow(RangeError);
  });

  it.each([
    ['a fraction', { value: 1.5 }],
    ['a value beyond 2^50', { value: 2 ** 50 + 1 }],
    ['a time before 1970', { timeS: -1 }],
    ['more observed than all', { observedPermille: 1001 }],
    ['a short key', { writeKey: '11' }],
    ['upper case', { offer: 'AA'.repeat(16) }],
    ['not a number', { timeS: Number.NaN }],
    ['who holds the key', { category: 'lock.keyHolder' as const }],
    ['a category that does not exist', { category: 'garden' as 'lock.state' }],
  ])('does not write %s, and names the field without its value', (_name, change) => {
    expect(() => encodeUp(carrying([{ ...POWER, ...change }]))).toThrow(RangeError);
    expect(() => checkRecord({ ...POWER, ...change })).toThrow(RangeError);
    expect(() => checkRecord(POWER)).not.toThrow();
  });

  it('needs at most 10 bytes for an event in a block of many', () => {
    const events = Array.from({ length: 200 }, (_, at) => ({
      ...POWER,
      quantity: 'state' as const,
      windowS: 0,
      timeS: 1_800_000_000 + at * 137 + ((at * 7919) % 61),
      value: at % 2,
    }));
    expect(encodeUp(carrying(events)).length / events.length).toBeLessThan(5);
    const windows = Array.from({ length: 96 }, (_, at) => ({ ...POWER, timeS: at * 900, value: (at * 7919) % 3000 }));
    expect(encodeUp(carrying(windows)).length / windows.length).toBeLessThan(10);
  });
});

describe('the down codec', () => {
  it('gives back every body it writes, and one encoding for it', () => {
    fc.assert(
      fc.property(downBody, (body) => {
        const bytes = encodeDown(body);
        const decoded = decodeDown(bytes);
        if (!decoded.ok) throw new Error(decoded.reason);
        expect(encodeDown(decoded.body)).toEqual(bytes);
        expect(decoded.body.hole).toEqual(body.hole);
        expect(decoded.body.refusal).toEqual(body.refusal);
        expect(asSet(decoded.body.acknowledged.map(({ run }) => ({ run })))).toEqual(
          asSet(body.acknowledged.map(({ run }) => ({ run }))),
        );
      }),
    );
  });

  it('refuses a reason it does not know', () => {
    const body = { cell: 1, acknowledged: [], credit: 1, highestOrdinal: 0, receipts: [] };
    const bytes = encodeDown({ ...body, refusal: { reason: 'limit', count: 3 } });
    bytes[bytes.indexOf(Buffer.from([0x08, 7])) + 1] = 8;
    expect(decodeDown(bytes)).toEqual({ ok: false, reason: 'enumeration' });
  });
});
