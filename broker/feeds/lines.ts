import { boundsOf, type Category, propertyOf, QUANTITIES, quantityOf, stateName } from '../../proto/lists.ts';
import type { StoredRecord } from '../store/seal.ts';

/** One record as a recipient reads it. */
export interface RecordLine {
  readonly type: 'record';
  readonly cursor: string;
  readonly pseudonym: string;
  readonly category: Category;
  readonly property: string;
  readonly quantity: string;
  readonly unit: string;
  /** ISO 8601, UTC, truncated to what was granted. */
  readonly time: string;
  readonly window_s: number;
  readonly value: number;
  /** The name of a state's code, where the value is one. */
  readonly state?: string;
  /** What the value stands for where it is a band, both inclusive in the unit; an end that is not there is open. */
  readonly lowest?: number;
  readonly highest?: number;
  /** Share of the window that was observed, 0 to 1. */
  readonly observed: number;
  readonly time_quality: 'trusted' | 'estimated';
  /** The home could not be reached when it happened: it waited there and came after what was newer. */
  readonly backlog: boolean;
}

/** A withdrawal as a recipient reads it: delete these categories of this pseudonym. */
export interface TombstoneLine {
  readonly type: 'tombstone';
  readonly cursor: string;
  readonly pseudonym: string;
  readonly categories: readonly Category[];
  /** The hour of the withdrawal, ISO 8601, UTC. */
  readonly withdrawn_at: string;
  /** Until when the erasure must be attested (`POST …/attestations`), ISO 8601, UTC. */
  readonly attest_by: string;
}

/** In the place of records that are withheld, because their home has said nothing for the length of a lease. */
export interface LapsedLine {
  readonly type: 'lapsed';
  readonly cursor: string;
  /** The place before them: once resumed, read with `after` this and `until` this line's `cursor`. */
  readonly from: string;
  readonly pseudonym: string;
  /** ISO 8601, UTC. */
  readonly lapsed_at: string;
}

/** The home has extended its lease again: what was passed over can be read where `lapsed` lines say. */
export interface ResumedLine {
  readonly type: 'resumed';
  readonly cursor: string;
  readonly pseudonym: string;
  /** The hour, ISO 8601, UTC. */
  readonly resumed_at: string;
}

/** One line of a feed. */
export type FeedLine = RecordLine | TombstoneLine | LapsedLine | ResumedLine;

const LATEST_S = 253_402_300_799;

/** Seconds since 1970 → ISO 8601 in UTC without fractions, held inside the years 1970 to 9999. */
export const isoTime = (timeS: number): string =>
  `${new Date(Math.min(Math.max(timeS, 0), LATEST_S) * 1_000).toISOString().slice(0, 19)}Z`;

/** A stored record as a line; undefined for a property or quantity this program does not know. */
export function recordLine(
  record: StoredRecord,
  of: { cursor: string; pseudonym: string; category: Category },
): RecordLine | undefined {
  const property = propertyOf(record.property);
  const quantity = quantityOf(record.quantity);
  if (property === undefined || quantity === undefined) return undefined;
  const state = quantity === 'state' || quantity === 'last_state' ? stateName(property, record.value) : undefined;
  return {
    type: 'record',
    cursor: of.cursor,
    pseudonym: of.pseudonym,
    category: of.category,
    property,
    quantity,
    unit: QUANTITIES[quantity].unit,
    time: isoTime(record.timeS),
    window_s: record.windowS,
    value: record.value,
    ...(state !== undefined && { state }),
    ...boundsOf(quantity, record.value),
    observed: record.observedPermille / 1_000,
    time_quality: record.estimatedTime ? 'estimated' : 'trusted',
    backlog: record.backlog,
  };
}
