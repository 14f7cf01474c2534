import type { Category, Lane, Level } from '../../proto/lists.ts';

/** Where and when a grant holds; an absent field does not narrow. Hours are minutes of the home's day, `to` exclusive, wrapping over midnight when `to` < `from`. */
export interface Scope {
  readonly devices?: readonly number[];
  readonly rooms?: readonly string[];
  readonly hours?: { readonly fromMinute: number; readonly toMinute: number };
}

/** One live yes: one category of one offer at one level, as the consent record states it. Times are home time in milliseconds. */
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
  readonly scope: Scope;
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
}
