import { blocksOf, recordsOf } from './blocks.ts';
import { bytesHex, categoryNames, categoryNumbers, hexBytes, integer, nameBytes, namesIn } from './fields.ts';
import type { engawa } from './generated/cell.js';
import { Intervals } from './intervals.ts';
import { intervalsOf, stepsOf } from './steps.ts';
import type { Lease, Range, RunId, UpBody, Withdrawal } from './wire.ts';

type Up = engawa.wire.v1.Up.$Properties;
type Ranges = engawa.wire.v1.Ranges.$Properties;

/** Withdrawals in one cell: their receipts must fit one answer. */
export const WITHDRAWALS_PER_CELL = 5;
/** Leases in one cell: what a home extends at once, in a sixth of a cell. */
export const LEASES_PER_CELL = 32;
/** Inquiries in one cell: their answers must fit one answer beside its acknowledgements. */
export const INQUIRIES_PER_CELL = 4;
/** A year with a leap day, as in offers. */
const LONGEST_LEASE_HOURS = 8_784;
/** Ordinals are unsigned 32-bit, as the derivation of erase keys needs. */
export const HIGHEST_ORDINAL = 0xffff_ffff;

const NONE = Buffer.alloc(0);

interface RunSets {
  readonly carried: Intervals;
  readonly voids: Intervals;
}

function setsByRun(ranges: readonly Range[]): Map<RunId, RunSets> {
  const byRun = new Map<RunId, RunSets>();
  for (const { run, first, count, void: isVoid } of ranges) {
    const sets = byRun.get(run) ?? { carried: Intervals.fromArray([]), voids: Intervals.fromArray([]) };
    if (sets.carried.overlaps(first, count) || sets.voids.overlaps(first, count)) {
      throw new RangeError('ranges must not overlap');
    }
    (isVoid ? sets.voids : sets.carried).add(first, count);
    byRun.set(run, sets);
  }
  return byRun;
}

function rangesMessage(own: RunId, ranges: readonly Range[]): Ranges[] {
  const sorted = [...setsByRun(ranges)].sort(([one], [other]) => {
    if (one === own || other === own) return one === own ? -1 : 1;
    return one < other ? -1 : 1;
  });
  return sorted.map(([run, { carried, voids }]) => ({
    run: run === own ? NONE : hexBytes(run, 8, 'run'),
    carried: stepsOf(carried),
    void: stepsOf(voids),
  }));
}

function rangesIn(own: RunId, messages: readonly Ranges[]): Range[] {
  return messages.flatMap((message) => {
    const run = message.run?.length ? bytesHex(message.run, 8, 'run') : own;
    const rangesOf = (steps: readonly number[], isVoid: boolean) =>
      intervalsOf(steps).map(({ first, last }) => ({ run, first, count: last - first + 1, void: isVoid }));
    return [...rangesOf(message.carried ?? [], false), ...rangesOf(message.void ?? [], true)];
  });
}

function withdrawalsMessage(withdrawals: readonly Withdrawal[]) {
  if (withdrawals.length > WITHDRAWALS_PER_CELL) throw new RangeError('too many withdrawals for one cell');
  const messages = withdrawals.map(({ eraseKey, categories }) => ({
    eraseKey: hexBytes(eraseKey, 32, 'eraseKey'),
    categories: categoryNumbers(categories),
  }));
  return messages.sort(
    (one, other) =>
      Buffer.compare(one.eraseKey, other.eraseKey) ||
      Buffer.compare(Buffer.from(one.categories), Buffer.from(other.categories)),
  );
}

function leasesMessage(leases: readonly Lease[]) {
  if (leases.length > LEASES_PER_CELL) throw new RangeError('too many leases for one cell');
  const keys = new Set(leases.map(({ writeKey }) => writeKey));
  if (keys.size !== leases.length) throw new RangeError('a lease is extended once in a cell');
  const messages = leases.map(({ writeKey, hours }) => ({
    writeKey: hexBytes(writeKey, 16, 'writeKey'),
    hours: integer(hours, 1, LONGEST_LEASE_HOURS, 'hours'),
  }));
  return messages.sort((one, other) => Buffer.compare(one.writeKey, other.writeKey));
}

function inquiriesMessage(inquiries: readonly string[]): Buffer[] {
  if (inquiries.length > INQUIRIES_PER_CELL) throw new RangeError('too many inquiries for one cell');
  return nameBytes(inquiries);
}

/** A withdrawal whose sequence was acknowledged before rides again without a range, so ranges may count fewer. */
function checkCarried({ ranges, records, withdrawals, leases = [] }: UpBody): void {
  const carried = ranges.reduce((sum, range) => sum + (range.void ? 0 : range.count), 0);
  const least = records.length + leases.length;
  if (carried < least || carried > least + withdrawals.length) {
    throw new RangeError('ranges must name what the cell carries');
  }
}

/** The message of an up body; throws RangeError on what the wire cannot say. */
export function upMessage(body: UpBody): Up {
  checkCarried(body);
  return {
    run: hexBytes(body.run, 8, 'run'),
    cell: integer(body.cell, 1, Number.MAX_SAFE_INTEGER, 'cell'),
    highestOrdinal: integer(body.highestOrdinal, 0, HIGHEST_ORDINAL, 'highestOrdinal'),
    ranges: rangesMessage(body.run, body.ranges),
    blocks: blocksOf(body.records),
    withdrawals: withdrawalsMessage(body.withdrawals),
    ...(body.leases && { leases: leasesMessage(body.leases) }),
    ...(body.asks === true && { asks: true }),
    ...(body.inquiries && { inquiries: inquiriesMessage(body.inquiries) }),
  };
}

function leasesIn(messages: readonly engawa.wire.v1.Lease.$Properties[]): Lease[] {
  return messages.map(({ writeKey, hours }) => ({
    writeKey: bytesHex(writeKey ?? NONE, 16, 'writeKey'),
    hours: hours ?? 0,
  }));
}

/** The up body in a message; throws RangeError or EnumerationError. */
export function upBody(message: Up): UpBody {
  const run = bytesHex(message.run ?? NONE, 8, 'run');
  return {
    run,
    cell: message.cell ?? 0,
    highestOrdinal: message.highestOrdinal ?? 0,
    ranges: rangesIn(run, message.ranges ?? []),
    records: recordsOf(message.blocks ?? []),
    withdrawals: (message.withdrawals ?? []).map((withdrawal) => ({
      eraseKey: bytesHex(withdrawal.eraseKey ?? NONE, 32, 'eraseKey'),
      categories: categoryNames(withdrawal.categories ?? []),
    })),
    ...(message.asks === true && { asks: true as const }),
    ...(message.leases?.length && { leases: leasesIn(message.leases) }),
    ...(message.inquiries?.length && { inquiries: namesIn(message.inquiries) }),
  };
}
