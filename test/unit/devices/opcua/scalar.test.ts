import * as library from 'node-opcua-client';
import { expect, test } from 'vitest';
import { valuePayload } from '../../../../devices/opcua/decode.ts';
import { plainValue } from '../../../../devices/opcua/scalar.ts';

const { DataType, Variant, VariantArrayType } = library;

/** What of a value reaches the walk. */
const said = (dataType: library.DataType, value: unknown, arrayType = VariantArrayType.Scalar): unknown =>
  JSON.parse(valuePayload(0, plainValue(library, new Variant({ dataType, arrayType, value }))).toString()).value;

test.each<[string, library.DataType, unknown, unknown]>([
  ['a double', DataType.Double, -1.5, -1.5],
  ['not a number', DataType.Double, Number.NaN, null],
  ['a truth', DataType.Boolean, true, true],
  ['a text', DataType.String, 'open', 'open'],
  ['an endless text', DataType.String, 'x'.repeat(10_000), {}],
  ['Int64 below zero', DataType.Int64, [0xff_ff_ff_ff, 0xff_ff_ff_fb], '-5'],
  ['the least Int64', DataType.Int64, [0x80_00_00_00, 0], String(-(2n ** 63n))],
  ['the most UInt64', DataType.UInt64, [0xff_ff_ff_ff, 0xff_ff_ff_ff], String(2n ** 64n - 1n)],
  ['nothing', DataType.Null, undefined, null],
  ['bytes', DataType.ByteString, Buffer.from('secret'), {}],
  ['a time', DataType.DateTime, new Date(), {}],
])('%s', (_, dataType, value, expected) => {
  expect(said(dataType, value)).toEqual(expected);
});

test('a list is no scalar, and no variant is nothing', () => {
  expect(said(DataType.Double, [1, 2], VariantArrayType.Array)).toEqual({});
  expect(plainValue(library, undefined)).toBeNull();
});
