import type { Receipt, Standing } from '../../proto/wire.ts';
import type { Change, Outbox } from '../outbox/outbox.ts';
import type { Clock } from './clock.ts';
import type { Problem } from './connection.ts';
import type { UplinkCount } from './counts.ts';
import type { LeasedNames } from './leases.ts';
import type { MayLeave } from './waiting-rows.ts';

/** What hub and operator agreed on at enrolment; keys and ids raw. */
export interface Enrolment {
  readonly hub: Buffer;
  readonly operator: Buffer;
  readonly serviceKey: Buffer;
  readonly enrolmentKey: Buffer;
  /** The operator's MQTT ingress, or the server that ENGAWA_UPLINK_URL names instead. */
  readonly ingressUrl: string;
}

/** The ordinals of this hub's agreements, as the gateway keeps them. */
export interface Ordinals {
  /** The highest ordinal that an answer of an earlier run confirmed durably; 0 at first. */
  readonly confirmedBefore: number;
  /**
   * The highest ordinal ever opened. Once `keptOrdinal()` is known, a new agreement takes one above both and is written
   * as confirmed in the transaction that opens it; before that it is written as unconfirmed.
   */
  highest(): number;
  /**
   * The first answer of this run: the broker keeps `kept`. Changes that re-number the unconfirmed agreements not above
   * it and mark all as confirmed; nothing of them leaves before that is committed.
   */
  confirmed(kept: number): readonly Change[];
}

/** What the uplink is given. */
export interface UplinkSettings {
  readonly outbox: Outbox;
  readonly enrolment: Enrolment;
  readonly ordinals: Ordinals;
  /** The live check, asked in the same turn as the write to the socket. */
  readonly mayLeave: MayLeave;
  /** A verified receipt; the changes it means for the withdrawal, committed with the deletion of its row. */
  readonly onReceipt: (receipt: Receipt) => readonly Change[];
  /** Whose leases are extended; nobody's when absent. */
  readonly leased?: LeasedNames;
  /** Questions whether recipients have attested, and the changes their answers mean. */
  readonly attestation?: {
    /** At most a few pseudonyms; those given now are asked about in the next cell of the shaped lane. */
    inquiries(): readonly string[];
    standings(standings: readonly Standing[]): readonly Change[];
  };
  /** So many records were acknowledged and are deleted. */
  readonly onAcknowledged: (count: number) => void;
  /** The last contact with the data broker: what an earlier process stored (milliseconds since 1970), the home's time now, and where it is stored. */
  readonly contact: {
    readonly storedMs: number | undefined;
    homeMs(): number;
    store(contactMs: number): void;
  };
  readonly clock: Clock;
  /** From 0 up to 1, for phase and backoff. */
  readonly random: () => number;
  /** Time between two cells of the shaped lane. */
  readonly cadenceMs?: number;
}

/** What the household may know of the uplink. */
export interface UplinkStatus {
  readonly connected: boolean;
  readonly problem: Problem | undefined;
  readonly waiting: number;
  /** Milliseconds since 1970 of the last acknowledgement of this process. */
  readonly lastAcknowledgedMs: number | null;
  readonly counts: Partial<Record<UplinkCount, number>>;
}

/** A running uplink. */
export interface Uplink {
  /** Something was committed for the prompt lane. */
  notify(): void;
  /** Consent changed: what is sealed or in flight and may no longer leave is taken out now. */
  recheck(): void;
  /** The highest ordinal the broker keeps; undefined until the first answer of this run. */
  keptOrdinal(): number | undefined;
  /** The outbox is full: the oldest waiting power makes room, about this many rows. */
  thin(count: number): void;
  status(): UplinkStatus;
  close(): Promise<void>;
}
