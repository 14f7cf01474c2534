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
    readonly counts: Readonly<Record<string, number>>;
  };
  readonly devices: readonly DeviceFigures[];
  readonly written: WrittenADay | null;
  /** When the database was last copied for a backup, in milliseconds of home time. */
  readonly backupMs: number | null;
}
