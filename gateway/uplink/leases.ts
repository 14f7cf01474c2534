import type { HubLink } from '../../proto/hub-link.ts';
import { pseudonym } from '../../proto/keys.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { LeaseRow } from '../outbox/row.ts';

/** A name in use whose feed goes on for so many hours from each extension; `agreement` is its row, `writeKey` 32 hexadecimal digits. */
export interface LeasedName {
  readonly agreement: number;
  readonly ordinal: number;
  readonly writeKey: string;
  readonly hours: number;
}

/** Which leases this home extends at this moment. Silence means stop: what is not named here lapses. */
export interface LeasedNames {
  names(): readonly LeasedName[];
  /** Whether leases under an agreement are extended still, asked in the turn of the write. */
  isLive(agreement: number): boolean;
}

/** What extending needs; `drop` takes items out and declares their sequences void. */
export interface LeasesSettings {
  readonly link: HubLink;
  readonly outbox: Outbox;
  readonly leased: LeasedNames | undefined;
  readonly drop: (rows: readonly LeaseRow[]) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

/** A lease is extended so often in its length: two extensions may be lost. */
const TIMES_PER_LEASE = 3;
const HOUR_MS = 3_600_000;

/**
 * The leases that are due. Each name has a phase of its own, drawn at random, so that names of one home are not extended
 * together. An item has a sequence and no row: it lives in memory, a crash forgets it, and its sequence becomes void.
 */
export class Leases {
  readonly #settings: LeasesSettings;
  /** By write key: when the next extension is due, and the item on its way. */
  readonly #due = new Map<string, number>();
  readonly #rows = new Map<string, LeaseRow>();

  constructor(settings: LeasesSettings) {
    this.#settings = settings;
  }

  /** Looks which are due; for every tick of the shaped lane, whatever happens in the home. */
  look(): void {
    const { link, leased } = this.#settings;
    const names = link.speaksLeases ? (leased?.names() ?? []) : [];
    const inUse = new Set(names.map(({ writeKey }) => writeKey));
    this.forget([...this.#rows.values()].filter((row) => !inUse.has(row.lease.writeKey)));
    for (const writeKey of this.#due.keys()) if (!inUse.has(writeKey)) this.#due.delete(writeKey);
    for (const name of names) this.#extend(name);
  }

  /** The items that wait or are on their way. */
  items(): LeaseRow[] {
    for (const [writeKey, row] of this.#rows) if (this.#settings.link.hasArrived(row)) this.#rows.delete(writeKey);
    return [...this.#rows.values()];
  }

  /** Whether the consent of this moment allows to extend it. */
  isLive({ agreement }: LeaseRow): boolean {
    return this.#settings.leased?.isLive(agreement) ?? false;
  }

  /** Takes items out for good. */
  forget(rows: readonly LeaseRow[]): void {
    for (const { lease } of rows) this.#rows.delete(lease.writeKey);
    if (rows.length > 0) this.#settings.drop(rows);
  }

  /** The data broker says that these have lapsed (pseudonyms): they are extended with the next tick. */
  lapsed(pseudonyms: readonly string[]): void {
    if (pseudonyms.length === 0) return;
    for (const writeKey of this.#due.keys()) {
      const name = pseudonym(Buffer.from(writeKey, 'hex')).toString('hex');
      if (pseudonyms.includes(name)) this.#due.set(writeKey, this.#settings.now());
    }
  }

  #extend({ agreement, ordinal, writeKey, hours }: LeasedName): void {
    const { link, outbox, now, random } = this.#settings;
    const everyMs = (hours * HOUR_MS) / TIMES_PER_LEASE;
    const due = this.#due.get(writeKey) ?? now() + random() * everyMs;
    this.#due.set(writeKey, due);
    if (now() < due || this.#rows.has(writeKey) || !link.mayUse(ordinal)) return;
    // After a sleep of the machine the phase goes on from now.
    this.#due.set(writeKey, Math.max(due + everyMs, now()));
    const row = { ...outbox.exit.draw(), agreement, ordinal, lane: 'control', lease: { writeKey, hours } } as const;
    this.#rows.set(writeKey, row);
  }
}
