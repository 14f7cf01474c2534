import type { Category, Lane, LegalClass, Level } from '../../proto/lists.ts';

/** The person every home has from its first start. */
export const OWNER = 1;

/** Where and when a grant holds; an absent field does not narrow. Hours are minutes of the home's day, `to` exclusive, wrapping over midnight when `to` < `from`. */
export interface Scope {
  readonly devices?: readonly number[];
  readonly rooms?: readonly string[];
  readonly hours?: { readonly fromMinute: number; readonly toMinute: number };
}

/** One resident's yes inside a grant: where and when it holds. */
export interface Voice {
  readonly person: number;
  readonly scope: Scope;
}

/**
 * What the residents agreed to under one agreement for one category, at the strictest of what each said: the coarsest
 * level, the earliest end. Times are home time in milliseconds.
 */
export interface LiveGrant {
  readonly agreement: number;
  readonly offer: string;
  readonly offerKey: string;
  readonly category: Category;
  readonly level: Level;
  readonly windowMinutes: number | undefined;
  readonly lane: Lane;
  readonly subject: 'home' | 'device';
  readonly epochDays: number;
  readonly legalClass: LegalClass;
  /** Who said yes, each person once. */
  readonly voices: readonly Voice[];
  /** Who said no: nothing of a shared sensor leaves while one of them lives here, whoever else said yes. */
  readonly objections?: readonly number[];
  readonly fromMs: number;
  readonly expiresMs: number;
}

/** The moment a decision is made for: home time, the minute of the home's day, and whether the clock can be trusted. */
export interface Moment {
  readonly nowMs: number;
  readonly minuteOfDay: number;
  readonly trusted: boolean;
  /** How far an untrusted clock may be behind true time, in milliseconds; expiry is judged at the later bound. */
  readonly laterByMs: number;
  /** How far a trusted clock may be off either way, in milliseconds; absent: not at all. */
  readonly offByMs?: number;
}

/** What the hub knows of the place an observation came from. */
export interface Place {
  readonly approved: boolean;
  readonly room: string | undefined;
  /** The one person whom the device concerns; absent: it is shared by everybody who lives in the home. */
  readonly person?: number | undefined;
}

/** Somebody who lives in the home; `untilMs` (home time) for a guest. */
export interface Resident {
  readonly person: number;
  readonly untilMs?: number;
  /** Nobody needs to ask: a minor, for whom the guardian's own yes stands until something else is said. Absent: an unanswered question is a no. */
  readonly isSpokenFor?: true;
}

/** What stands beside the consents: who lives in the home, and what is held back for a time (until home time in milliseconds). */
export interface Circumstances {
  readonly residents: readonly Resident[];
  readonly pausedUntilMs?: number;
  readonly visitorsUntilMs?: number;
}
