import type { Observation } from '../devices/observation.ts';
import type { LiveGrant } from './consent/grant.ts';
import type { Device } from './intake/device-table.ts';
import type { Release } from './pseudonymize/release.ts';

/** Who watches the walk for the household's own page. Told only what is on disk already; can change nothing. */
export interface Witness {
  /** A device said something. */
  seen(observation: Observation, device: Device): void;
  /** It was taken into a window that closes at `untilMs`. */
  held(observation: Observation, grant: LiveGrant, untilMs: number): void;
  /** A record is in the outbox for the recipient of this offer; `device` where one device's event made it. */
  left(release: Release, offer: string, device: Device | undefined): void;
  /** It went no further, for this reason. */
  refused(observation: Observation, device: Device, reason: string): void;
  /** Devices or consents changed: look again. */
  changed(): void;
  /** A fault in the program; `what` names no content. */
  fault(what: string, fault: unknown): void;
}
