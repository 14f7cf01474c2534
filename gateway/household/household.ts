import type { SourceTrouble } from '../../devices/subscriber/source-trouble.ts';
import type { Check } from '../upkeep/check.ts';
import type { Answer, Bilingual } from './answer.ts';
import type { ConsentDesk } from './consent-desk.ts';
import type { DeviceDesk } from './device-desk.ts';
import type { DeviceView } from './device-view.ts';
import type { Live } from './live.ts';
import type { People } from './people.ts';
import type { offerViews, viewOf } from './view.ts';

/** What the hub says of itself on the command line. */
export interface HubStatus {
  readonly mode: 'demo' | 'home';
  readonly homeTime: string;
  readonly clock: 'trusted' | 'estimated';
  /** What that means, and what a person can do. */
  readonly clockSentence: string;
  readonly timeZone: string;
  readonly intake: {
    readonly listener: string | null;
    readonly source: string | null;
    /** Why the household's MQTT broker is not connected, once that was tried. */
    readonly sourceTrouble: SourceTrouble | null;
    /** The OPC UA server: connected, or why not and what helps; null where none is read. */
    readonly opcua: string | null;
    readonly counts: Record<string, number>;
  };
  readonly uplink: Record<string, unknown>;
  readonly consent: { readonly readable: boolean; readonly grants: number; readonly suspended: Bilingual | null };
  readonly refusals: { device: number; reason: string; count: number }[];
  readonly version: string;
}

/** What `doctor` is told by a running hub: its version, that of its Node, and its checks. */
export interface HubChecks {
  readonly version: string;
  readonly node: string;
  readonly checks: readonly Check[];
}

/** One journal entry as pages and command line show it. */
export interface JournalEntry {
  readonly id: number;
  readonly at: string;
  readonly offer: string;
  readonly agreement: number;
  readonly category: string;
  readonly quantity: string;
  readonly time: string;
  readonly windowS: number;
  readonly value: number;
  readonly outcome: string;
}

/** What a recovery card holds: the home secret in groups, and, once enrolled, whom it speaks to. */
export interface RecoveryCard {
  readonly card: string;
  readonly operator: string | null;
  readonly broker: string | null;
}

/** Where a program reaches the listener over TLS, and whom it must trust. */
export interface SecureAddress {
  readonly server: string;
  readonly certificate: string;
  readonly fingerprint: string;
}

/** Everything a resident can ask of the hub, by page or by command line. */
export interface Household {
  readonly live: Live;
  readonly devices: DeviceDesk;
  readonly people: People;
  /** Somebody moves out, and hands the home over if it was theirs. */
  readonly moveOut: (person: string, to: string | undefined) => Promise<Answer<{ left: number; owner: number }>>;
  readonly consent: () => ConsentDesk | undefined;
  readonly view: () => ReturnType<typeof viewOf>;
  readonly offers: () => ReturnType<typeof offerViews>;
  /** Every device, and home time. */
  readonly deviceList: () => { readonly nowMs: number; readonly devices: readonly DeviceView[] };
  readonly status: () => Promise<HubStatus>;
  readonly checks: () => Promise<HubChecks>;
  readonly journal: (page: { before?: number | undefined; limit: number }) => Promise<JournalEntry[]>;
  /** Where a program reaches the listener, for what is pasted into its settings; null when the listener is off. */
  readonly listenerUrl: () => string | null;
  /** The same over TLS, and the authority to trust there: its certificate (PEM) and that one's SHA-256 fingerprint. */
  readonly secure: () => Promise<SecureAddress | undefined>;
  readonly enrol: (url: string, code: string) => Promise<Answer<{ operator: string }>>;
  readonly refreshOffers: () => Promise<Answer<{ offers: number }>>;
  readonly recoveryCard: () => RecoveryCard;
  /** Copies the database beside itself, for a backup that is being made. */
  readonly snapshot: () => Promise<void>;
  /** A one-time link for this person; without a number the owner. */
  readonly newLink: (person?: number) => string;
  readonly isReady: () => boolean;
  readonly metrics: () => Promise<string>;
}
