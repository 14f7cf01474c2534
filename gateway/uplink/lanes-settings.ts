import type { HubLink } from '../../proto/hub-link.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { UplinkCounts } from './counts.ts';
import type { LeasedNames } from './leases.ts';
import type { MayLeave } from './waiting-rows.ts';

/** What the lanes work with. */
export interface LanesSettings {
  readonly link: HubLink;
  readonly outbox: Outbox;
  readonly hub: Buffer;
  readonly enrolmentKey: Buffer;
  readonly mayLeave: MayLeave;
  readonly highestOrdinal: () => number;
  /** While true, only empty cells are composed: the first answer's ordinals are not durable yet. */
  readonly isHeld: () => boolean;
  readonly send: (frame: Buffer) => boolean;
  readonly now: () => number;
  /** Calls once after so many milliseconds. */
  readonly after: (waitMs: number, run: () => void) => void;
  /** Whether something can be written now. */
  readonly isUp: () => boolean;
  readonly counts: UplinkCounts;
  /** Whose leases are extended; nobody's when absent. */
  readonly leased?: LeasedNames | undefined;
  /** From 0 up to 1, for the phases of leases. */
  readonly random?: (() => number) | undefined;
  /** Pseudonyms whose recipient's attestation is to be asked about in this cell of the shaped lane. */
  readonly inquiries?: (() => readonly string[]) | undefined;
}
