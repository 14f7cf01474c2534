import type { Capacity, Channel } from '../consent/consent-record.ts';
import { OWNER } from '../consent/grant.ts';

/** Somebody who lives in the home or visits it. */
export interface Person {
  readonly id: number;
  readonly name: string;
  readonly capacity: Capacity;
  /** Who answers for a minor. */
  readonly guardian: number | undefined;
  /** Until when a guest stays, home time. */
  readonly untilMs: number | undefined;
}

/** Whose answer is given, and by whom and where. */
export interface Speaker {
  readonly person: number;
  readonly capacity: Capacity;
  readonly decidedBy: number;
  readonly channel: Channel;
}

/** The owner, at the command line. */
export const OWNER_SPEAKS: Speaker = { person: OWNER, capacity: 'adult', decidedBy: OWNER, channel: 'commandLine' };

/** What is said of somebody who is added. */
export interface NewPerson {
  readonly name: string;
  readonly capacity?: Capacity | undefined;
  /** Name or number of a minor's guardian; without it the owner. */
  readonly guardian?: string | undefined;
  /** How long a guest stays, in minutes. */
  readonly minutes?: number | undefined;
}

/** A person as stored. */
export interface PersonRow {
  readonly id: number;
  readonly name: string | null;
  readonly capacity: Capacity;
  readonly guardian: number | null;
  readonly until_ms: number | null;
  readonly left_at: number | null;
}

/** The owner, before anything was said of him. */
export const FIRST: Person = { id: OWNER, name: 'owner', capacity: 'adult', guardian: undefined, untilMs: undefined };
