import { HIGHEST_ORDINAL } from './codec-up.ts';
import {
  bytesHex,
  categoryNames,
  categoryNumbers,
  hexBytes,
  integer,
  listed,
  nameBytes,
  named,
  namesIn,
} from './fields.ts';
import type { engawa } from './generated/cell.js';
import { Intervals } from './intervals.ts';
import { intervalsOf, stepsOf } from './steps.ts';
import {
  ATTESTATIONS,
  type Attestation,
  type DownBody,
  type Pacing,
  REFUSAL_REASONS,
  type Receipt,
  type RefusalReason,
  type RunIntervals,
  type Standing,
} from './wire.ts';

type Down = engawa.wire.v1.Down.$Properties;
type ReceiptMessage = engawa.wire.v1.Receipt.$Properties & { pseudonym: Buffer; categories: number[] };

/** No broker lets more cells be outstanding. */
const HIGHEST_CREDIT = 65_535;
const LATEST_S = 253_402_300_799;
/** A day: whoever says more than that has a fault. */
const LONGEST_PACE_MS = 86_400_000;
const NONE = Buffer.alloc(0);

function acknowledgedMessage(acknowledged: readonly RunIntervals[]) {
  if (new Set(acknowledged.map(({ run }) => run)).size !== acknowledged.length) {
    throw new RangeError('each run is acknowledged once');
  }
  return [...acknowledged]
    .sort((one, other) => (one.run < other.run ? -1 : 1))
    .map(({ run, intervals }) => ({ run: hexBytes(run, 8, 'run'), steps: stepsOf(Intervals.fromArray(intervals)) }));
}

function receiptMessage(receipt: Receipt): ReceiptMessage {
  return {
    pseudonym: hexBytes(receipt.pseudonym, 16, 'pseudonym'),
    categories: categoryNumbers(receipt.categories),
    erasedAtS: integer(receipt.erasedAtS, 0, LATEST_S, 'erasedAtS'),
    signature: hexBytes(receipt.signature, 64, 'signature'),
  };
}

function compareReceipts(one: ReceiptMessage, other: ReceiptMessage): number {
  return (
    Buffer.compare(one.pseudonym, other.pseudonym) ||
    Buffer.compare(Buffer.from(one.categories), Buffer.from(other.categories))
  );
}

function holeMessage({ run, first, last }: NonNullable<DownBody['hole']>) {
  integer(last, first, Number.MAX_SAFE_INTEGER - 1, 'hole');
  return { run: hexBytes(run, 8, 'run'), first: integer(first, 1, last, 'hole'), countLessOne: last - first };
}

function refusalMessage({ reason, count }: NonNullable<DownBody['refusal']>) {
  return { reason: listed(REFUSAL_REASONS[reason], 'reason'), count: integer(count, 0, 65_535, 'count') };
}

function pacingMessage({ backlogWaitMs, reconnectSpreadMs }: Pacing) {
  return {
    backlogWaitMs: integer(backlogWaitMs, 0, LONGEST_PACE_MS, 'backlogWaitMs'),
    reconnectSpreadMs: integer(reconnectSpreadMs, 0, LONGEST_PACE_MS, 'reconnectSpreadMs'),
  };
}

function standingsMessage(standings: readonly Standing[]) {
  const stated = new Map(standings.map(({ pseudonym, attestation }) => [pseudonym, attestation]));
  return nameBytes(standings.map(({ pseudonym }) => pseudonym)).map((pseudonym) => {
    const attestation = stated.get(pseudonym.toString('hex'));
    return { pseudonym, attestation: listed(attestation && ATTESTATIONS[attestation], 'attestation') };
  });
}

function attestationOf(number: number): Attestation {
  const names = Object.keys(ATTESTATIONS) as Attestation[];
  return named(
    names.find((name) => ATTESTATIONS[name] === number),
    'attestation',
  );
}

/** The message of a down body; throws RangeError on what the wire cannot say. */
export function downMessage(body: DownBody): Down {
  return {
    cell: integer(body.cell, 1, Number.MAX_SAFE_INTEGER, 'cell'),
    acknowledged: acknowledgedMessage(body.acknowledged),
    credit: integer(body.credit, 0, HIGHEST_CREDIT, 'credit'),
    highestOrdinal: integer(body.highestOrdinal, 0, HIGHEST_ORDINAL, 'highestOrdinal'),
    ...(body.refusal && { refusal: refusalMessage(body.refusal) }),
    ...(body.hole && { hole: holeMessage(body.hole) }),
    receipts: body.receipts.map(receiptMessage).sort(compareReceipts),
    ...(body.lapsed && { lapsed: nameBytes(body.lapsed) }),
    ...(body.pacing && { pacing: pacingMessage(body.pacing) }),
    ...(body.standings && { standings: standingsMessage(body.standings) }),
  };
}

function reasonOf(number: number): RefusalReason {
  const names = Object.keys(REFUSAL_REASONS) as RefusalReason[];
  return named(
    names.find((name) => REFUSAL_REASONS[name] === number),
    'reason',
  );
}

function holeIn(hole: engawa.wire.v1.Hole.$Properties) {
  const first = hole.first ?? 0;
  return { run: bytesHex(hole.run ?? NONE, 8, 'run'), first, last: first + (hole.countLessOne ?? 0) };
}

/** The down body in a message; throws RangeError or EnumerationError. */
export function downBody(message: Down): DownBody {
  const { refusal, hole, pacing } = message;
  return {
    cell: message.cell ?? 0,
    acknowledged: (message.acknowledged ?? []).map(({ run, steps }) => ({
      run: bytesHex(run ?? NONE, 8, 'run'),
      intervals: intervalsOf(steps ?? []),
    })),
    credit: message.credit ?? 0,
    highestOrdinal: message.highestOrdinal ?? 0,
    ...(refusal && { refusal: { reason: reasonOf(refusal.reason ?? 0), count: refusal.count ?? 0 } }),
    ...(hole && { hole: holeIn(hole) }),
    receipts: (message.receipts ?? []).map((receipt) => ({
      pseudonym: bytesHex(receipt.pseudonym ?? NONE, 16, 'pseudonym'),
      categories: categoryNames(receipt.categories ?? []),
      erasedAtS: receipt.erasedAtS ?? 0,
      signature: bytesHex(receipt.signature ?? NONE, 64, 'signature'),
    })),
    ...(pacing && {
      pacing: { backlogWaitMs: pacing.backlogWaitMs ?? 0, reconnectSpreadMs: pacing.reconnectSpreadMs ?? 0 },
    }),
    ...(message.lapsed?.length && { lapsed: namesIn(message.lapsed) }),
    ...(message.standings?.length && {
      standings: message.standings.map(({ pseudonym, attestation }) => ({
        pseudonym: bytesHex(pseudonym ?? NONE, 16, 'pseudonym'),
        attestation: attestationOf(attestation ?? 0),
      })),
    }),
  };
}
