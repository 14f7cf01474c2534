import { CATEGORIES, type Category, categoryOf } from './lists.ts';

/** Checks on single fields, alike for both directions: every one throws RangeError naming the field, never its value. */

const HEXADECIMAL = /^[0-9a-f]*$/;

/** Lower-case hexadecimal digits of exactly `length` bytes. */
export function hexDigits(text: string, length: number, field: string): string {
  if (text.length !== length * 2 || !HEXADECIMAL.test(text)) {
    throw new RangeError(`${field} must be ${length} bytes in lower-case hexadecimal`);
  }
  return text;
}

/** Hexadecimal digits as exactly `length` bytes. */
export function hexBytes(text: string, length: number, field: string): Buffer {
  return Buffer.from(hexDigits(text, length, field), 'hex');
}

/** Exactly `length` bytes as hexadecimal digits. */
export function bytesHex(bytes: Uint8Array, length: number, field: string): string {
  if (bytes.length !== length) throw new RangeError(`${field} must be ${length} bytes`);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** A set of pseudonyms as bytes, ascending. */
export function nameBytes(names: readonly string[]): Buffer[] {
  if (new Set(names).size !== names.length) throw new RangeError('a pseudonym is named once');
  return names.map((name) => hexBytes(name, 16, 'pseudonym')).sort(Buffer.compare);
}

/** Pseudonyms as hexadecimal digits. */
export function namesIn(bytes: readonly Uint8Array[]): string[] {
  return bytes.map((name) => bytesHex(name, 16, 'pseudonym'));
}

/** An integer between two bounds, both included. */
export function integer(value: number, minimum: number, maximum: number, field: string): number {
  if (!Number.isSafeInteger(value) || value < minimum || value > maximum) {
    throw new RangeError(`${field} must be an integer from ${minimum} to ${maximum}`);
  }
  return value;
}

/** The number a closed list gives this name. */
export function listed(number: number | undefined, field: string): number {
  if (number === undefined) throw new RangeError(`${field} must be in its closed list`);
  return number;
}

/** What `EnumerationError` reports: a number no closed list of this version has. */
export class EnumerationError extends RangeError {}

/** The name a closed list gives a received number; throws EnumerationError when it has none. */
export function named<Name>(name: Name | undefined, field: string): Name {
  if (name === undefined) throw new EnumerationError(`${field} is not in its closed list`);
  return name;
}

/** The numbers of a non-empty set of categories, ascending. */
export function categoryNumbers(categories: readonly Category[]): number[] {
  const numbers = categories.map((category) => listed(CATEGORIES[category], 'category'));
  if (numbers.length === 0 || new Set(numbers).size !== numbers.length) {
    throw new RangeError('categories must be a set that is not empty');
  }
  return numbers.sort((one, other) => one - other);
}

/** The categories with these received numbers. */
export function categoryNames(numbers: readonly number[]): Category[] {
  return numbers.map((number) => named(categoryOf(number), 'category'));
}
