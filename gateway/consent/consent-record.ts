import type { Category, Lane, LegalClass, Level, Purpose, RecipientClass } from '../../proto/lists.ts';

import { type LiveGrant, OWNER, type Scope } from './grant.ts';

/** Consent states with the names of the W3C Data Privacy Vocabulary; only given and renewed permit. */
export type ConsentState =
  | 'ConsentRequested'
  | 'ConsentRequestDeferred'
  | 'ConsentGiven'
  | 'RenewedConsentGiven'
  | 'ConsentRefused'
  | 'ConsentWithdrawn'
  | 'ConsentRevoked'
  | 'ConsentExpired'
  | 'ConsentInvalidated';

/** The states that permit. */
export const PERMITTING: ReadonlySet<ConsentState> = new Set<ConsentState>(['ConsentGiven', 'RenewedConsentGiven']);

/** Version of this record's shape; fields follow ISO/IEC TS 27560:2023 with W3C DPV 2.3 terms. */
export const CONSENT_SCHEMA = 'engawa-consent/2';

/** Versions a hub can read: in the first a home had one person, and a record named neither him nor the recipient's country. */
export const READABLE_SCHEMAS: readonly string[] = ['engawa-consent/1', CONSENT_SCHEMA];

/** As what somebody lives in a home: an adult answers alone, a guardian for a minor, a guest for as long as the stay. */
export const CAPACITIES = ['adult', 'minor', 'guest'] as const;
/** One of them. */
export type Capacity = (typeof CAPACITIES)[number];

/** Where an answer was given; `carriedOver`: said before, and taken into a new agreement on the same terms. */
export type Channel = 'page' | 'commandLine' | 'carriedOver';

/** One entry of the consent book: one person, home, purpose, recipient, category and granularity, and what happened to it. */
export interface ConsentRecord {
  readonly schemaVersion: string;
  readonly recordId: string;
  /** The person whose consent it is, as 32 hexadecimal digits that differ from recipient to recipient; `owner` in version 1. */
  readonly piiPrincipalId: string;
  /** Who that is in this home, and who decided: for a minor the guardian. Absent in version 1. */
  readonly principal?: { readonly person: number; readonly capacity: Capacity; readonly decidedBy: number };
  readonly notice: {
    readonly offer: string;
    readonly version: number;
    readonly offerHash: string;
    readonly languages: readonly string[];
  };
  readonly process: {
    readonly purpose: Purpose;
    readonly lawfulBasis: 'consent';
    readonly appiBasis: 'APPI 27(1)';
    readonly piiType: Category;
    readonly collectionMethod: 'sensors of the home';
    readonly storageLocation: string;
    readonly retentionDays: number;
    readonly jurisdiction: string;
    readonly recipient: {
      readonly id: string;
      readonly name: { readonly ja: string; readonly en: string };
      readonly class: RecipientClass;
      /** ISO 3166-1 alpha-2; absent in version 1, like `contact`. */
      readonly country?: string;
      readonly contact?: string;
    };
    readonly withdrawalMethod: string;
    readonly legalClass: LegalClass;
  };
  readonly granularity: {
    readonly level: Level;
    readonly windowMinutes?: number;
    readonly lane: Lane;
    readonly subject: 'home' | 'device';
    readonly epochDays: number;
    /** Absent in version 1, like `binding`. */
    readonly leaseHours?: number;
    readonly binding?: 'none' | 'account';
  };
  readonly scope: Scope;
  /** The agreement this answer belongs to, by its local id; 0 for one that opened none. Closed agreements stay in the book. */
  readonly agreement: number;
  readonly offerKey: string;
  readonly event: {
    readonly state: ConsentState;
    readonly atMs: number;
    readonly expression: 'dpv:ExplicitlyExpressedConsent';
    readonly entityId: string;
    readonly expiresMs: number;
    /** Absent in version 1. */
    readonly channel?: Channel;
  };
}

/** The person a record is about. */
export function personOf({ principal }: ConsentRecord): number {
  return principal?.person ?? OWNER;
}

const NO: ReadonlySet<ConsentState> = new Set<ConsentState>(['ConsentRefused', 'ConsentWithdrawn', 'ConsentRevoked']);

/** Whether a record's last word is a no. */
export function isNo({ event }: ConsentRecord): boolean {
  return NO.has(event.state);
}

/** What a record permits, or undefined when its state permits nothing. */
export function grantOf(record: ConsentRecord): LiveGrant | undefined {
  if (!PERMITTING.has(record.event.state)) return undefined;
  const { level, windowMinutes, lane, subject, epochDays } = record.granularity;
  return {
    agreement: record.agreement,
    offer: record.notice.offer,
    offerKey: record.offerKey,
    category: record.process.piiType,
    level,
    windowMinutes,
    lane,
    subject,
    epochDays,
    legalClass: record.process.legalClass,
    voices: [{ person: personOf(record), scope: record.scope }],
    fromMs: record.event.atMs,
    expiresMs: record.event.expiresMs,
  };
}
