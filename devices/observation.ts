import type { Category } from '../proto/lists.ts';
import type { Origin } from './change.ts';
import type { Quality, Reading } from './dialects/dialect.ts';
import { isPlausible, type Kind, vocabularyOf } from './vocabulary.ts';

declare const genuine: unique symbol;

/** One value of one approved or unapproved device of this home: the only type that leaves this folder for the walk. */
export interface Observation {
  readonly [genuine]: true;
  /** The id the hub gave the device; never a vendor's. */
  readonly device: number;
  readonly category: Category;
  /** The kind of value, a row of the vocabulary. */
  readonly property: Kind;
  /** An integer in the kind's fixed unit, or its state code. */
  readonly value: number;
  readonly atMs: number;
  /** True when the clock was not trusted at that moment. */
  readonly estimatedTime: boolean;
  readonly quality: Quality;
  readonly origin: Origin;
}

/** What the hub knows beside the reading: whose it is, when it was, and what it means in time. */
export interface Circumstances {
  readonly device: number;
  /** The device's category for this kind where it differs from the vocabulary's default. */
  readonly category?: Category | undefined;
  readonly atMs: number;
  readonly estimatedTime: boolean;
  readonly origin: Origin;
}

/** Makes an Observation of a dialect's reading; throws TypeError when the value is not a plausible integer of its kind. */
export function observe(reading: Reading, circumstances: Circumstances): Observation {
  if (!isPlausible(reading.kind, reading.value)) throw new TypeError(`Reading of ${reading.kind} is out of range.`);
  const { device, category, atMs, estimatedTime, origin } = circumstances;
  if (!Number.isSafeInteger(device) || !Number.isSafeInteger(atMs))
    throw new TypeError('Device or time is no integer.');
  return Object.freeze({
    device,
    category: category ?? vocabularyOf(reading.kind).category,
    property: reading.kind,
    value: reading.value,
    atMs,
    estimatedTime,
    quality: reading.quality,
    origin,
  }) as Observation;
}
