import type { Acceptance } from './broker-state.ts';
import { DOWN_BODY_BYTES } from './cell.ts';
import { Intervals } from './intervals.ts';
import { varintBytes } from './steps.ts';
import type {
  DownBody,
  Interval,
  Pacing,
  Range,
  Receipt,
  RefusalReason,
  RunId,
  RunIntervals,
  Standing,
  UpBody,
} from './wire.ts';

/**
 * Answers, always small enough for one down cell. A run in at most 64 pieces is acknowledged whole; of one in more, the
 * pieces that touch the cell are, and its oldest hole is asked for. When even that does not fit, the rest is left out:
 * an acknowledgement is a set, so less of it is only later, never wrong.
 */

/** Pieces above which a run is no longer acknowledged whole. */
export const INTERVALS_ANSWERED = 64;

/** Upper bounds in bytes. */
const BOUND = { envelope: 80, receipt: 112, run: 16, lapsed: 18, standing: 22 };

/** Lapsed pseudonyms named in one answer, which then has no receipts: the others are named by later ones. */
const LAPSED_PER_ANSWER = 4;

function isTouched({ first, last }: Interval, ranges: readonly Range[]): boolean {
  return ranges.some((range) => range.first <= last && range.first + range.count - 1 >= first);
}

/** The pieces that fit `budget` bytes, in order. */
function within(intervals: readonly Interval[], budget: number): { kept: Interval[]; bytes: number } {
  const kept: Interval[] = [];
  let bytes = 0;
  let end = -1;
  for (const interval of intervals) {
    const cost = varintBytes(interval.first - end - 2) + varintBytes(interval.last - interval.first);
    if (bytes + cost > budget) break;
    bytes += cost;
    end = interval.last;
    kept.push(interval);
  }
  return { kept, bytes };
}

function acknowledge(received: readonly RunIntervals[], ranges: readonly Range[], budget: number): RunIntervals[] {
  const acknowledged: RunIntervals[] = [];
  let left = budget;
  for (const { run, intervals } of received) {
    if (intervals.length === 0 || left <= BOUND.run) continue;
    const own = ranges.filter((range) => range.run === run);
    const touched = intervals.filter((interval) => isTouched(interval, own));
    const whole = intervals.length <= INTERVALS_ANSWERED ? within(intervals, left - BOUND.run) : undefined;
    const chosen = whole?.kept.length === intervals.length ? whole : within(touched, left - BOUND.run);
    left -= chosen.bytes + BOUND.run;
    if (chosen.kept.length > 0) acknowledged.push({ run, intervals: chosen.kept });
  }
  return acknowledged;
}

function holeIn(received: readonly RunIntervals[]): DownBody['hole'] {
  const scattered = received.find(({ intervals }) => intervals.length > INTERVALS_ANSWERED);
  const hole = scattered && Intervals.fromArray(scattered.intervals).oldestHole();
  return scattered && hole && { run: scattered.run, ...hole };
}

/** The pacing an answer may carry: none for a cell of version 1. */
function pacingFor({ version }: UpBody, pacing: Pacing | undefined): Pick<DownBody, 'pacing'> {
  return version === undefined || pacing === undefined ? {} : { pacing };
}

/** What only version 3 can say, as far as there is room for it. */
function newsFor({ version }: UpBody, { receipts, lapsed = [], standings = [] }: News): Partial<DownBody> {
  if (version !== 3) return {};
  const named = receipts.length > 0 ? [] : lapsed.slice(0, LAPSED_PER_ANSWER);
  return { ...(named.length > 0 && { lapsed: named }), ...(standings.length > 0 && { standings }) };
}

interface News {
  readonly receipts: readonly Receipt[];
  /** Pseudonyms of the cell's records whose lease has lapsed. */
  readonly lapsed?: readonly string[];
  /** Answers to the cell's inquiries. */
  readonly standings?: readonly Standing[];
}

/** The answer to a cell that was read, after the commit of its acceptance; `credit` cells may be outstanding. */
export function answer(
  input: News & { body: UpBody; acceptance: Acceptance; credit: number; pacing?: Pacing },
): DownBody {
  const { body, acceptance, receipts, credit } = input;
  const news = newsFor(body, input);
  const spent =
    BOUND.receipt * receipts.length +
    BOUND.lapsed * (news.lapsed?.length ?? 0) +
    BOUND.standing * (news.standings?.length ?? 0);
  const budget = DOWN_BODY_BYTES - BOUND.envelope - spent;
  const hole = holeIn(acceptance.received);
  return {
    cell: body.cell,
    acknowledged: acknowledge(acceptance.received, body.ranges, budget),
    credit,
    highestOrdinal: acceptance.highestOrdinal,
    ...(acceptance.refusal && { refusal: acceptance.refusal }),
    ...(hole && { hole }),
    receipts,
    ...pacingFor(body, input.pacing),
    ...news,
  };
}

/** The answer to a cell that opened but could not be read; `run` and `cell` as `peekUp` gave them. */
export function refuse(input: {
  run: RunId;
  cell: number;
  reason: RefusalReason;
  held: readonly Interval[];
  highestOrdinal: number;
  credit: number;
}): DownBody {
  const { run, cell, reason, held, highestOrdinal, credit } = input;
  const budget = DOWN_BODY_BYTES - BOUND.envelope;
  return {
    cell,
    acknowledged: acknowledge([{ run, intervals: held }], [], budget),
    credit,
    highestOrdinal,
    refusal: { reason, count: 1 },
    receipts: [],
  };
}
