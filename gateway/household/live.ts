import type { Observation } from '../../devices/observation.ts';
import { type Kind, vocabularyOf } from '../../devices/vocabulary.ts';
import type { LiveGrant } from '../consent/grant.ts';
import type { Device } from '../intake/device-table.ts';
import { LIMITS } from '../limits.ts';
import type { Release } from '../pseudonymize/release.ts';
import type { Witness } from '../witness.ts';
import type { Bilingual } from './answer.ts';
import { reasonText, recordText, valueText } from './texts.ts';

/** One event of the live view; `id` grows by one. */
export interface LiveEvent {
  readonly id: number;
  readonly event: 'seen' | 'left' | 'held' | 'refused' | 'provided' | 'state';
  readonly data: unknown;
}

/** How many times each thing happened since the hub started. */
export interface LiveCounts {
  seen: number;
  left: number;
  held: number;
  refused: number;
}

/** What the live view leans on. */
export interface LiveParts {
  readonly nowMs: () => number;
  readonly recipientOf: (offer: string) => Bilingual;
  /** Tells the log of a fault; never with content. */
  readonly onFault: (what: string, fault: unknown) => void;
}

/** What people would call an event; voltages, counters and upkeep are counted and not shown. */
const SHOWN: ReadonlySet<Kind> = new Set<Kind>([
  'contact.state',
  'occupancy.state',
  'lock.state',
  'power.active',
  'switch.state',
  'tamper.state',
]);

/** The walk as it happens, for the household's page: the last events, and whoever listens. Told only what is on disk. */
export class Live implements Witness {
  readonly counts: LiveCounts = { seen: 0, left: 0, held: 0, refused: 0 };
  readonly #parts: LiveParts;
  readonly #recent: LiveEvent[] = [];
  readonly #listeners = new Set<(event: LiveEvent) => void>();
  #lastId = 0;
  #lastSeenId: number | null = null;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /** Listens from now on; returns how to stop. */
  listen(listener: (event: LiveEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Events after this id that are still remembered. */
  since(id: number): LiveEvent[] {
    return this.#recent.filter((event) => event.id > id);
  }

  seen(observation: Observation, device: Device): void {
    this.counts.seen += 1;
    const { property: kind, value, atMs, origin } = observation;
    if (origin === 'repeat' || !SHOWN.has(kind)) {
      this.#lastSeenId = null;
      return;
    }
    const { unit } = vocabularyOf(kind);
    this.#lastSeenId = this.#emit('seen', {
      atMs,
      device: face(device),
      kind,
      value,
      unit,
      origin,
      text: valueText(kind, value),
    });
  }

  held(observation: Observation, grant: LiveGrant, untilMs: number): void {
    this.counts.held += 1;
    const { category, atMs } = observation;
    this.#emit('held', { atMs, seenId: this.#lastSeenId, offer: grant.offer, category, untilMs });
  }

  left(release: Release, offer: string, device: Device | undefined): void {
    this.counts.left += 1;
    const { category, property, quantity, value, timeS, windowS } = release.fields();
    this.#emit('left', {
      atMs: this.#parts.nowMs(),
      offer,
      recipient: this.#parts.recipientOf(offer),
      category,
      quantity,
      value,
      timeMs: timeS * 1000,
      windowS,
      text: recordText(property, quantity, value),
      ...(device && windowS === 0 ? { fromDevice: device.id } : {}),
    });
  }

  refused(observation: Observation, device: Device, reason: string): void {
    if (reason === 'notAnEvent') return;
    this.counts.refused += 1;
    if (!SHOWN.has(observation.property)) return;
    const { property: kind, atMs } = observation;
    this.#emit('refused', {
      atMs,
      seenId: this.#lastSeenId,
      device: face(device),
      kind,
      reason,
      text: reasonText(reason),
    });
  }

  /** The data broker acknowledged what had left before. */
  provided(): void {
    this.#emit('provided', { upToId: this.#lastId });
  }

  changed(): void {
    this.#emit('state', {});
  }

  fault(what: string, fault: unknown): void {
    this.#parts.onFault(what, fault);
  }

  /** A page that is gone must not hold up the acknowledgement of what is told. */
  #tell(listener: (event: LiveEvent) => void, told: LiveEvent): void {
    try {
      listener(told);
    } catch (fault) {
      this.#parts.onFault('a live page', fault);
    }
  }

  #emit(event: LiveEvent['event'], data: object): number {
    const id = ++this.#lastId;
    const told: LiveEvent = { id, event, data: { id, ...data } };
    this.#recent.push(told);
    if (this.#recent.length > LIMITS.liveEvents) this.#recent.shift();
    for (const listener of this.#listeners) this.#tell(listener, told);
    return id;
  }
}

function face(device: Device): { id: number; name: string; room: string | null } {
  return { id: device.id, name: device.thing, room: device.room ?? null };
}
