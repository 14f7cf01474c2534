import type { DataValue } from 'node-opcua-client';

/** Longest text that can be a word of a mapping. */
const TEXT_CHARACTERS = 128;

type Library = typeof import('node-opcua-client');

/** A scalar that fits into a message; null when the server says nothing, an object when it is no scalar. */
export function plainValue(library: Library, variant: DataValue['value'] | undefined): unknown {
  if (variant === undefined || variant.dataType === library.DataType.Null) return null;
  const { value, dataType } = variant;
  if (variant.arrayType !== library.VariantArrayType.Scalar) return {};
  if (dataType === library.DataType.Int64) return BigInt.asIntN(64, wide(value)).toString();
  if (dataType === library.DataType.UInt64) return wide(value).toString();
  if (typeof value === 'string') return value.length > TEXT_CHARACTERS ? {} : value;
  // JSON has no word for NaN and infinity: they become null.
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? value : {};
}

/** 64-bit integers come as their upper and lower half. */
function wide(halves: unknown): bigint {
  if (!Array.isArray(halves)) return 0n;
  const [high, low] = halves.map((half: unknown) => BigInt.asUintN(32, BigInt(Number(half))));
  return ((high ?? 0n) << 32n) | (low ?? 0n);
}
