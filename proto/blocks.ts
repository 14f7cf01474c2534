import { bytesHex, hexBytes, hexDigits, integer, listed, named } from './fields.ts';
import type { engawa } from './generated/cell.js';
import {
  CATEGORIES,
  CATEGORIES_NEVER_LEAVING,
  categoryOf,
  PROPERTIES,
  propertyOf,
  QUANTITIES,
  quantityOf,
} from './lists.ts';
import type { WireRecord } from './wire.ts';

/**
 * Records ↔ blocks. A block is one pseudonym's records of one category, live or backlog, a column per field, in differences.
 * Blocks are ordered by their random-looking write keys and records by time and value, so a cell says nothing about the order in
 * which anything was enqueued, and one set of records has exactly one encoding.
 */

type Block = engawa.wire.v1.Block.$Properties;
type Series = engawa.wire.v1.Series.$Properties;

/** 9999-12-31: a later time is a mistake. */
const LATEST_S = 253_402_300_799;
const LARGEST_VALUE = 2 ** 50;
const LONGEST_WINDOW_S = 366 * 86_400;
const FULL_PERMILLE = 1000;

function compare(one: WireRecord, other: WireRecord): number {
  return (
    one.timeS - other.timeS ||
    one.value - other.value ||
    one.observedPermille - other.observedPermille ||
    Number(one.estimatedTime) - Number(other.estimatedTime)
  );
}

function groupedBy<Key extends string | number>(
  records: readonly WireRecord[],
  keyOf: (record: WireRecord) => Key,
): WireRecord[][] {
  const groups = new Map<Key, WireRecord[]>();
  for (const record of records) {
    const key = keyOf(record);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [record]);
    else group.push(record);
  }
  return [...groups].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, group]) => group);
}

function differences(values: readonly number[]): number[] {
  return values.map((value, at) => (at === 0 ? value : value - (values[at - 1] as number)));
}

function sums(steps: readonly number[]): number[] {
  let sum = 0;
  return steps.map((step) => {
    sum += step;
    return sum;
  });
}

/** Property, quantity and window in one number that sorts like the three. */
function seriesKey(record: WireRecord): number {
  const property = listed(PROPERTIES[record.property], 'property');
  const quantity = listed(QUANTITIES[record.quantity]?.wire, 'quantity');
  const windowS = integer(record.windowS, 0, LONGEST_WINDOW_S, 'windowS');
  return (property * 256 + quantity) * (LONGEST_WINDOW_S + 1) + windowS;
}

/** What else of a block's place, after its write key: a string only, because most names have one block. */
function restOfBlockKey(record: WireRecord): string {
  if (CATEGORIES_NEVER_LEAVING.includes(record.category)) throw new RangeError('this category never leaves a home');
  const category = String(listed(CATEGORIES[record.category], 'category')).padStart(10, '0');
  return record.offer + category + (record.backlog === true ? 'b' : 'a');
}

/** Write keys have one length, so grouping by them first gives the order of the whole key. */
function blockGroups(records: readonly WireRecord[]): WireRecord[][] {
  return groupedBy(records, ({ writeKey }) => writeKey).flatMap((named) => groupedBy(named, restOfBlockKey));
}

function seriesOf(records: readonly WireRecord[]): Series {
  const [one] = records as [WireRecord];
  const sorted = [...records].sort(compare);
  const missing = sorted.map(
    (record) => FULL_PERMILLE - integer(record.observedPermille, 0, FULL_PERMILLE, 'observed'),
  );
  const estimated = sorted.map((record) => record.estimatedTime);
  const values = sorted.map((record) => integer(record.value, -LARGEST_VALUE, LARGEST_VALUE, 'value'));
  return {
    property: PROPERTIES[one.property],
    quantity: QUANTITIES[one.quantity].wire,
    windowS: one.windowS,
    timeSteps: differences(sorted.map((record) => integer(record.timeS, 0, LATEST_S, 'timeS'))),
    valueSteps: differences(values),
    missingPermille: missing.some((permille) => permille !== 0) ? missing : [],
    estimatedTime: estimated.includes(true) ? estimated : [],
  };
}

/** The blocks of these records, in the one order they have on the wire. */
export function blocksOf(records: readonly WireRecord[]): Block[] {
  return blockGroups(records).map((group) => {
    const [one] = group as [WireRecord];
    return {
      writeKey: hexBytes(one.writeKey, 16, 'writeKey'),
      offer: hexBytes(one.offer, 16, 'offer'),
      category: CATEGORIES[one.category],
      series: groupedBy(group, seriesKey).map(seriesOf),
      ...(one.backlog === true && { backlog: true }),
    };
  });
}

function columns(series: Series) {
  const times = sums(series.timeSteps ?? []);
  const values = sums(series.valueSteps ?? []);
  const missing = series.missingPermille ?? [];
  const estimated = series.estimatedTime ?? [];
  const fits = (column: readonly unknown[]) => column.length === 0 || column.length === times.length;
  if (times.length === 0 || values.length !== times.length || !fits(missing) || !fits(estimated)) {
    throw new RangeError('columns must have one length');
  }
  return { times, values, missing, estimated };
}

/** The records in these blocks; throws RangeError on columns that do not match, EnumerationError on unknown numbers. */
export function recordsOf(blocks: readonly Block[]): WireRecord[] {
  const records: WireRecord[] = [];
  for (const block of blocks) {
    const writeKey = bytesHex(block.writeKey ?? Buffer.alloc(0), 16, 'writeKey');
    const offer = bytesHex(block.offer ?? Buffer.alloc(0), 16, 'offer');
    const category = named(categoryOf(block.category ?? 0), 'category');
    for (const series of block.series ?? []) {
      const property = named(propertyOf(series.property ?? 0), 'property');
      const quantity = named(quantityOf(series.quantity ?? 0), 'quantity');
      const kind = { writeKey, offer, category, property, quantity, windowS: series.windowS ?? 0 };
      const mark = block.backlog === true ? { backlog: true as const } : {};
      const { times, values, missing, estimated } = columns(series);
      for (const [at, timeS] of times.entries()) {
        const observedPermille = FULL_PERMILLE - (missing[at] ?? 0);
        const estimatedTime = estimated[at] ?? false;
        records.push({ ...kind, timeS, value: values[at] as number, observedPermille, estimatedTime, ...mark });
      }
    }
  }
  return records;
}

/** Throws RangeError, naming the field, when the wire cannot say this record, exactly where `blocksOf` would: to be asked before a record is kept. */
export function checkRecord(record: WireRecord): void {
  if (CATEGORIES_NEVER_LEAVING.includes(record.category)) throw new RangeError('this category never leaves a home');
  listed(CATEGORIES[record.category], 'category');
  listed(PROPERTIES[record.property], 'property');
  listed(QUANTITIES[record.quantity]?.wire, 'quantity');
  hexDigits(record.writeKey, 16, 'writeKey');
  hexDigits(record.offer, 16, 'offer');
  integer(record.windowS, 0, LONGEST_WINDOW_S, 'windowS');
  integer(record.observedPermille, 0, FULL_PERMILLE, 'observed');
  integer(record.value, -LARGEST_VALUE, LARGEST_VALUE, 'value');
  integer(record.timeS, 0, LATEST_S, 'timeS');
}
