import type { Observation } from '../../devices/observation.ts';
import { type Kind, vocabularyOf } from '../../devices/vocabulary.ts';
import type { LiveGrant } from '../consent/grant.ts';
import type { Device } from '../intake/device-table.ts';
import { LIMITS } from '../limits.ts';
import type { Release } from '../pseudonymize/release.ts';
import type { Witness } from '../witness.ts';
import type { Bilingual } from './answer.ts';
import type { LeftToday } from './left-today.ts';
import { reasonText, recordText, valueText } from './texts.ts';

/** One event of the live view; `id` grows by one. */
export interface LiveEvent {
  readonly id: number;
  readonly event: 'seen' | 'left' | 'held' | 'refused' | 'provided' | 'state';
  readonly data: unknown;
}

/** An event nobody has looked at yet. */
interface Untold extends Omit<LiveEvent, 'data'> {
  readonly words: () => object;
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
  /** Counts what left today, by offer. */
  readonly leftToday: LeftToday;
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
  /** The latest events; what they say is put into words when somebody looks. */
  readonly #recent: Untold[] = [];
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
    return this.#recent.filter((event) => event.id > id).map(told);
  }

  seen(observation: Observation, device: Device): void {
    this.counts.seen += 1;
    const { property: kind, value, atMs, origin } = observation;
    if (origin === 'repeat' || !SHOWN.has(kind)) {
      this.#lastSeenId = null;
      return;
    }
    this.#lastSeenId = this.#emit('seen', () => ({
      atMs,
      device: face(device),
      kind,
      value,
      unit: vocabularyOf(kind).unit,
      origin,
      text: valueText(kind, value),
    }));
  }

  held(observation: Observation, grant: LiveGrant, untilMs: number): void {
    this.counts.held += 1;
    const { category, atMs } = observation;
    const seenId = this.#lastSeenId;
    this.#emit('held', () => ({ atMs, seenId, offer: grant.offer, category, untilMs }));
  }

  left(release: Release, offer: string, device: Device | undefined): void {
    this.counts.left += 1;
    this.#parts.leftToday.add(offer);
    const { category, property, quantity, value, timeS, windowS } = release.fields();
    const atMs = this.#parts.nowMs();
    this.#emit('left', () => ({
      atMs,
      offer,
      recipient: this.#parts.recipientOf(offer),
      category,
      quantity,
      value,
      timeMs: timeS * 1000,
      windowS,
      text: recordText(property, quantity, value),
      ...(device && windowS === 0 ? { fromDevice: device.id } : {}),
    }));
  }

  refused(observation: Observation, device: Device, reason: string): void {
    if (reason === 'notAnEvent') return;
    this.counts.refused += 1;
    if (!SHOWN.has(observation.property)) return;
    const { property: kind, atMs } = observation;
    const seenId = this.#lastSeenId;
    this.#emit('refused', () => ({ atMs, seenId, device: face(device), kind, reason, text: reasonText(reason) }));
  }

  /** Records that left for an offer since midnight. */
  leftToday(offer: string): number {
    return this.#parts.leftToday.of(offer);
  }

  /** The data broker acknowledged what had left before. */
  provided(): void {
    const upToId = this.#lastId;
    this.#emit('provided', () => ({ upToId }));
  }

  changed(): void {
    this.#emit('state', () => ({}));
  }

  fault(what: string, fault: unknown): void {
    this.#parts.onFault(what, fault);
  }

  /** A page that is gone must not hold up the acknowledgement of what is told. */
  #tell(listener: (event: LiveEvent) => void, event: LiveEvent): void {
    try {
      listener(event);
    } catch (fault) {
      this.#parts.onFault('a live page', fault);
    }
  }

  #emit(event: LiveEvent['event'], words: () => object): number {
    const id = ++this.#lastId;
    const untold = { id, event, words };
    this.#recent.push(untold);
    if (this.#recent.length > LIMITS.liveEvents) this.#recent.shift();
    if (this.#listeners.size === 0) return id;
    const live = told(untold);
    for (const listener of this.#listeners) this.#tell(listener, live);
    return id;
  }
}

function told({ id, event, words }: Untold): LiveEvent {
  return { id, event, data: { id, ...words() } };
}

function face(device: Device): { id: number; name: string; room: string | null } {
  return { id: device.id, name: device.thing, room: device.room ?? null };
}
