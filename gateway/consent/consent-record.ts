import type { Category, Lane, LegalClass, Level, Purpose, RecipientClass } from '../../proto/lists.ts';
import type { LiveGrant, Scope } from './grant.ts';

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

const PERMITTING: ReadonlySet<ConsentState> = new Set<ConsentState>(['ConsentGiven', 'RenewedConsentGiven']);

/** Version of this record's shape; fields follow ISO/IEC TS 27560:2023 with W3C DPV 2.3 terms. */
export const CONSENT_SCHEMA = 'engawa-consent/1';

/** One entry of the consent book: one person, home, purpose, recipient, category and granularity, and what happened to it. */
export interface ConsentRecord {
  readonly schemaVersion: typeof CONSENT_SCHEMA;
  readonly recordId: string;
  /** The person whose consent it is; `owner` until a home has several. */
  readonly piiPrincipalId: string;
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
  };
  readonly scope: Scope;
  /** The agreement this yes opened, by its local id; closed agreements stay in the book. */
  readonly agreement: number;
  readonly offerKey: string;
  readonly event: {
    readonly state: ConsentState;
    readonly atMs: number;
    readonly expression: 'dpv:ExplicitlyExpressedConsent';
    readonly entityId: string;
    readonly expiresMs: number;
  };
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
    scope: record.scope,
    fromMs: record.event.atMs,
    expiresMs: record.event.expiresMs,
  };
}
