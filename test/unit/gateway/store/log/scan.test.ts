import { assert, integer, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { frame, LOG_PAGE_BYTES, RECORD_HEADER_BYTES, recordAt } from '../../../../../gateway/store/log/record.ts';
import { Ring } from '../../../../../gateway/store/log/ring.ts';
import { scan, scanWithoutMark } from '../../../../../gateway/store/log/scan.ts';

const LOG = 4_000_000_000;
const START = { page: 0, sequence: 1 };

/** A log of so many pages, with records of the given payload sizes, those from `settled` on unsettled. */
function written(pages: number, sizes: readonly number[], settled = 1): { bytes: Buffer; ring: Ring } {
  const bytes = Buffer.alloc(pages * LOG_PAGE_BYTES);
  const ring = new Ring(pages, START);
  for (const [index, size] of sizes.entries()) {
    const { sequence } = ring.next;
    const room = Buffer.alloc(RECORD_HEADER_BYTES + size + LOG_PAGE_BYTES, sequence);
    const record = frame(room, size, { log: LOG, sequence, settled });
    const page = ring.place(record.length / LOG_PAGE_BYTES);
    if (page === undefined) throw new Error(`no room for record ${index}`);
    record.copy(bytes, page * LOG_PAGE_BYTES);
    ring.take(record.length / LOG_PAGE_BYTES);
    if (sequence < settled) ring.release(ring.next);
  }
  return { bytes, ring };
}

const sequences = (found: { records: readonly { sequence: number }[] } | undefined) =>
  found?.records.map(({ sequence }) => sequence);

test('an empty log holds nothing', () => {
  expect(scan(Buffer.alloc(8 * LOG_PAGE_BYTES), LOG, START)).toEqual({ records: [], next: START, missing: 0 });
});

test('records are found in order, over the end of the ring too, and the next one goes behind them', () => {
  const { bytes, ring } = written(8, [100, 9_000, 9_000, 100, 5_000], 3);
  const found = scan(bytes, LOG, { page: 4, sequence: 3 });
  expect(sequences(found)).toEqual([3, 4, 5]);
  expect(found.records.map(({ payload }) => payload.every((byte) => byte === payload[0]))).toEqual([true, true, true]);
  expect({ next: found.next, missing: found.missing }).toEqual({ next: ring.next, missing: 0 });
});

test('a torn last record is as if it had never been, at whatever byte it is torn', () => {
  const { bytes } = written(8, [100, 9_000]);
  assert(
    property(integer({ min: LOG_PAGE_BYTES, max: LOG_PAGE_BYTES + RECORD_HEADER_BYTES + 8_999 }), (cut) => {
      const torn = Buffer.from(bytes).fill(0, cut);
      expect(scan(torn, LOG, START)).toMatchObject({ next: { page: 1, sequence: 2 }, missing: 0 });
    }),
  );
});

test('a flipped bit anywhere in a record makes it no record', () => {
  const { bytes } = written(8, [9_000]);
  assert(
    property(integer({ min: 0, max: (RECORD_HEADER_BYTES + 9_000) * 8 - 1 }), (bit) => {
      const flipped = Buffer.from(bytes);
      const at = Math.floor(bit / 8);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit % 8));
      expect(recordAt(flipped, 0)).toBeUndefined();
    }),
  );
});

test('a broken record with later ones behind it is missed, and they are found', () => {
  const { bytes } = written(8, [100, 100, 100, 100]);
  bytes.fill(0xff, LOG_PAGE_BYTES, 3 * LOG_PAGE_BYTES);
  const found = scan(bytes, LOG, START);
  expect([sequences(found), found.missing, found.next]).toEqual([[1, 4], 2, { page: 4, sequence: 5 }]);
});

test('records of another log, and older ones, are not taken', () => {
  const { bytes } = written(8, [100, 100, 100]);
  expect(sequences(scan(bytes, LOG + 1, START))).toEqual([]);
  expect(sequences(scan(bytes, LOG, { page: 2, sequence: 3 }))).toEqual([3]);
});

test('without a mark, everything counts that the newest record did not know to be settled', () => {
  const { bytes } = written(8, [100, 100, 100, 100], 3);
  expect(scanWithoutMark(bytes)).toMatchObject({ log: LOG, missing: 0, next: { page: 4, sequence: 5 } });
  expect(sequences(scanWithoutMark(bytes))).toEqual([3, 4]);
  expect(scanWithoutMark(Buffer.alloc(4 * LOG_PAGE_BYTES))).toBeUndefined();
});

test('no bytes make the scan throw', () => {
  const pages = uint8Array({ minLength: 2 * LOG_PAGE_BYTES, maxLength: 2 * LOG_PAGE_BYTES });
  assert(
    property(pages, integer({ min: 0 }), (noise, length) => {
      const bytes = Buffer.from(noise);
      Buffer.from('456e674c', 'hex').copy(bytes);
      bytes.writeUInt32LE(length, 8);
      expect(sequences(scan(bytes, LOG, START))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});
