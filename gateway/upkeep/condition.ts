import type { OpcuaState } from '../../devices/opcua/opcua-intake.ts';
import type { SourceTrouble } from '../../devices/subscriber/source-trouble.ts';
import type { Bilingual } from '../household/answer.ts';
import type { StoreFigures } from '../store/store.ts';
import type { UplinkStatus } from '../uplink/uplink-settings.ts';
import type { WrittenADay } from './written.ts';

/** How full the outbox is, and what that cost since the start: rows. */
export interface QueueFigures {
  readonly waiting: number;
  /** Above this many the oldest power is left out; above the other nothing is taken in. */
  readonly thinnedAbove: number;
  readonly limit: number;
  /** Nothing is taken in until there is room. */
  readonly isFull: boolean;
  /** Power that was left out because the outbox was full: taken out again, and not let in. */
  readonly thinned: number;
}

/** A device as far as `doctor` looks at it; `silentMs` since its last word, null when it never said one; `mayBeSilentMs` is usual for its kind. */
export interface DeviceFigures {
  readonly name: string;
  readonly isApproved: boolean;
  readonly isOffline: boolean;
  readonly silentMs: number | null;
  readonly mayBeSilentMs: number;
}

/** An account at the listener: the topic it publishes below, since when it exists, and whether nothing came from it yet. */
export interface AccountFigures {
  readonly name: string;
  readonly base: string;
  readonly addedMsAgo: number;
  readonly isSilent: boolean;
}

/** Everything the checks of a running hub are made from. */
export interface Condition {
  readonly nowMs: number;
  /** How long this process has run. */
  readonly ranMs: number;
  /** As it was before it was asked to settle, and whether it could. */
  readonly store: StoreFigures & { readonly canSettle: boolean };
  readonly time: { readonly isTrusted: boolean; readonly sentence: Bilingual };
  /** Null while the hub is not enrolled. */
  readonly uplink: (UplinkStatus & { readonly oldestMs: number | null }) | null;
  readonly queue: QueueFigures;
  readonly consent: {
    readonly fault: string | undefined;
    readonly suspended: Bilingual | undefined;
    readonly grants: number;
  };
  readonly intake: {
    readonly listener: string | null;
    /** The household's MQTT broker: connected, why not, or null where none is read. */
    readonly source: string | null;
    /** Why the household's MQTT broker is not connected, once that was tried. */
    readonly sourceTrouble: SourceTrouble | null;
    readonly counts: Readonly<Record<string, number>>;
  };
  /** Undefined where no OPC UA server is read. */
  readonly opcua?: OpcuaState | undefined;
  /** The certificate of the door over TLS, where there is one: its end, and why it could not be renewed. */
  readonly certificate?: { readonly untilMs: number; readonly fault: string | undefined } | undefined;
  readonly accounts: readonly AccountFigures[];
  readonly devices: readonly DeviceFigures[];
  readonly written: WrittenADay | null;
  /** When the database was last copied for a backup, in milliseconds of home time. */
  readonly backupMs: number | null;
}
