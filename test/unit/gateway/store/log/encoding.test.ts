import { array, assert, constantFrom, double, integer, oneof, property, string, tuple, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { decode } from '../../../../../gateway/store/log/decoder.ts';
import { Encoder } from '../../../../../gateway/store/log/encoder.ts';
import type { Operation, Value } from '../../../../../gateway/store/store.ts';

const NUMBERS: Record<string, number> = { 'meta.put': 1, 'window.put': 2, 'history.add': 255 };
const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name]));
const nameOf = (number: number) => NAMES.get(number);
const encoder = (start = 0) => new Encoder((statement) => NUMBERS[statement], start);

const value = oneof(
  integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
  integer(),
  double(),
  string({ unit: 'grapheme' }),
  string({ maxLength: 200 }),
  uint8Array().map((bytes) => Buffer.from(bytes)),
  constantFrom(null, 0, -0, -1, 127, 128, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, '', 'é', Buffer.alloc(0)),
);
const operation = tuple(constantFrom('meta.put', 'window.put', 'history.add'), array(value, { maxLength: 12 })).map(
  ([name, args]) => [name, ...args] as unknown as Operation,
);

function encoded(operations: readonly Operation[]): Buffer {
  const writer = encoder();
  for (const one of operations) writer.add(one);
  return Buffer.from(writer.slice(0, writer.end));
}

test('what is encoded is decoded as it was', () => {
  assert(
    property(array(operation, { maxLength: 30 }), (operations) => {
      expect(decode(encoded(operations), nameOf)).toEqual({ operations, unknown: 0 });
    }),
  );
});

test('large values are kept, and the buffer grows for them', () => {
  const operations: Operation[] = [['meta.put', 'ä'.repeat(100_000), Buffer.alloc(300_000, 7)]];
  expect(decode(encoded(operations), nameOf).operations).toEqual(operations);
});

test('any bytes at all decode to something, and never throw', () => {
  assert(
    property(uint8Array({ maxLength: 300 }), (bytes) => {
      const { operations, unknown } = decode(Buffer.from(bytes), nameOf);
      expect(operations.length + unknown).toBeGreaterThanOrEqual(bytes.length > 0 ? 1 : 0);
    }),
    { numRuns: 2_000 },
  );
});

test('what is cut short gives everything before the cut, and says that something is missing', () => {
  const operations: Operation[] = [
    ['meta.put', 'a', Buffer.from('1')],
    ['meta.put', 'b', Buffer.from('2')],
  ];
  const bytes = encoded(operations);
  expect(decode(bytes.subarray(0, bytes.length - 1), nameOf)).toEqual({ operations: [operations[0]], unknown: 1 });
});

test('an operation whose number is not known is left out and counted', () => {
  const bytes = Buffer.concat([Buffer.from([77, 2, 1, 5, 0]), encoded([['meta.put', 'a', null]])]);
  expect(decode(bytes, nameOf)).toEqual({ operations: [['meta.put', 'a', null]], unknown: 1 });
});

test('what has no encoding throws and leaves no trace', () => {
  const writer = encoder(8);
  for (const bad of [undefined, true, 1n, {}, Symbol('x')] as unknown as Value[])
    expect(() => writer.add(['meta.put', 'a', bad])).toThrow(TypeError);
  expect(() => writer.add(['meta.get', 'a'])).toThrow(TypeError);
  expect(writer.end).toBe(8);
});
