import fc from 'fast-check';
import {
  CATEGORIES,
  CATEGORIES_NEVER_LEAVING,
  type Category,
  PROPERTIES,
  type Property,
  QUANTITIES,
  type Quantity,
} from '../../../proto/lists.ts';
import {
  ATTESTATIONS,
  type Attestation,
  type DownBody,
  type Interval,
  type Range,
  REFUSAL_REASONS,
  type RefusalReason,
  type UpBody,
  type WireRecord,
} from '../../../proto/wire.ts';

/** Bodies as fast-check makes them: valid, small enough for any cell, and of every shape. */

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((array) => Buffer.from(array).toString('hex'));
const categories = Object.keys(CATEGORIES) as Category[];
const someCategories = fc.uniqueArray(fc.constantFrom(...categories), { minLength: 1, maxLength: 10 });

/** Any record; keys out of a small set, so that blocks hold several. */
export const record: fc.Arbitrary<WireRecord> = fc.record({
  writeKey: fc.constantFrom('11'.repeat(16), 'fe'.repeat(16), '2a'.repeat(16)),
  offer: fc.constantFrom('aa'.repeat(16), 'bb'.repeat(16)),
  category: fc.constantFrom(...categories.filter((category) => !CATEGORIES_NEVER_LEAVING.includes(category))),
  property: fc.constantFrom(...(Object.keys(PROPERTIES) as Property[])),
  quantity: fc.constantFrom(...(Object.keys(QUANTITIES) as Quantity[])),
  timeS: fc.integer({ min: 0, max: 253_402_300_799 }),
  windowS: fc.constantFrom(0, 900, 86_400),
  value: fc.oneof(fc.integer({ min: -100, max: 5000 }), fc.integer({ min: -(2 ** 50), max: 2 ** 50 })),
  observedPermille: fc.oneof(fc.constant(1000), fc.integer({ min: 0, max: 1000 })),
  estimatedTime: fc.boolean(),
});

function rangesOf(run: string, gaps: readonly (readonly [number, number, boolean])[], items: number): Range[] {
  const ranges: Range[] = [];
  let next = 1;
  let left = items;
  for (const [gap, count, isVoid] of gaps) {
    const taken = isVoid ? count : Math.min(count, left);
    if (taken === 0) continue;
    ranges.push({ run, first: next + gap, count: taken, void: isVoid });
    next += gap + taken;
    left -= isVoid ? 0 : taken;
  }
  return left > 0 ? [...ranges, { run, first: next, count: left, void: false }] : ranges;
}

/** Any up body. */
export const upBody: fc.Arbitrary<UpBody> = fc
  .record({
    run: hex(8),
    backlogRun: hex(8),
    cell: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    highestOrdinal: fc.integer({ min: 0, max: 0xffff_ffff }),
    gaps: fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 9 }), fc.boolean()), {
      maxLength: 8,
    }),
    records: fc.array(record, { maxLength: 25 }),
    withdrawals: fc.array(fc.record({ eraseKey: hex(32), categories: someCategories }), { maxLength: 5 }),
    isBacklog: fc.boolean(),
    marks: fc.option(fc.array(fc.boolean(), { minLength: 25, maxLength: 25 })),
    leases: fc.uniqueArray(fc.record({ writeKey: hex(16), hours: fc.integer({ min: 1, max: 8784 }) }), {
      maxLength: 5,
      selector: ({ writeKey }) => writeKey,
    }),
    inquiries: fc.uniqueArray(hex(16), { maxLength: 4 }),
  })
  .map(({ backlogRun, gaps, isBacklog, marks, leases, inquiries, ...body }) => ({
    ...body,
    ...(marks && { version: 3 as const }),
    ...(marks && leases.length > 0 && { leases }),
    ...(marks && inquiries.length > 0 && { inquiries }),
    records: body.records.map((one, at) => (marks?.[at] ? { ...one, backlog: true as const } : one)),
    ranges: rangesOf(
      isBacklog ? backlogRun : body.run,
      gaps,
      body.records.length + body.withdrawals.length + (marks ? leases.length : 0),
    ),
  }));

/** Disjoint intervals that do not touch, ascending. */
export const intervals: fc.Arbitrary<Interval[]> = fc
  .array(fc.tuple(fc.integer({ min: 2, max: 1000 }), fc.integer({ min: 0, max: 1000 })), { maxLength: 20 })
  .map((steps) => {
    let last = 0;
    return steps.map(([gap, more]) => {
      const first = last + gap;
      last = first + more;
      return { first, last };
    });
  });

const receipt = fc.record({
  pseudonym: hex(16),
  categories: someCategories,
  erasedAtS: fc.integer({ min: 0, max: 253_402_300_799 }),
  signature: hex(64),
});

/** Any down body. */
export const downBody: fc.Arbitrary<DownBody> = fc
  .record({
    cell: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    acknowledged: fc.uniqueArray(fc.record({ run: hex(8), intervals }), { maxLength: 3, selector: ({ run }) => run }),
    credit: fc.integer({ min: 0, max: 65_535 }),
    highestOrdinal: fc.integer({ min: 0, max: 0xffff_ffff }),
    refusal: fc.option(
      fc.record({
        reason: fc.constantFrom(...(Object.keys(REFUSAL_REASONS) as RefusalReason[])),
        count: fc.integer({ min: 0, max: 1000 }),
      }),
    ),
    hole: fc.option(
      fc
        .tuple(hex(8), fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 0, max: 2 ** 40 }))
        .map(([run, first, more]) => ({ run, first, last: first + more })),
    ),
    receipts: fc.array(receipt, { maxLength: 2 }),
    pacing: fc.option(
      fc.record({
        backlogWaitMs: fc.integer({ min: 0, max: 86_400_000 }),
        reconnectSpreadMs: fc.integer({ min: 0, max: 86_400_000 }),
      }),
    ),
    lapsed: fc.uniqueArray(hex(16), { maxLength: 4 }),
    standings: fc.uniqueArray(
      fc.record({ pseudonym: hex(16), attestation: fc.constantFrom(...(Object.keys(ATTESTATIONS) as Attestation[])) }),
      { maxLength: 4, selector: ({ pseudonym }) => pseudonym },
    ),
  })
  .map(({ refusal, hole, pacing, lapsed, standings, ...body }) => ({
    ...body,
    ...(lapsed.length > 0 && { lapsed }),
    ...(standings.length > 0 && { standings }),
    ...(refusal && { refusal }),
    ...(hole && { hole }),
    ...(pacing && { pacing }),
  }));
