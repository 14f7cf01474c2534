import { type Category, LEVELS, type Level } from '../../proto/lists.ts';
import { type Circumstances, type LiveGrant, OWNER } from './grant.ts';

const ALONE: Circumstances = { residents: [{ person: OWNER }] };

/** The grants of one category, by where they hold. */
interface Shelf {
  readonly everywhere: LiveGrant[];
  readonly devices: Map<number, LiveGrant[]>;
  readonly rooms: Map<string, LiveGrant[]>;
  /** What was found for a device in its room, so that it is put together once. */
  readonly found: Map<number, { readonly room: string | undefined; readonly grants: readonly LiveGrant[] }>;
}

const NONE: readonly LiveGrant[] = [];

/** The live grants arranged so that a decision looks at those that could apply and at no others. Immutable: a change builds a new one. */
export class ConsentIndex {
  readonly #shelves = new Map<Category, Shelf>();
  readonly #byAgreement = new Map<number, Map<Category, LiveGrant>>();
  /** False when the book could not be read: then nothing is permitted at all. */
  readonly readable: boolean;
  readonly circumstances: Circumstances;

  constructor(grants: readonly LiveGrant[], readable = true, circumstances: Circumstances = ALONE) {
    this.readable = readable;
    this.circumstances = circumstances;
    for (const grant of grants) this.#join(grant);
    for (const grant of this.all()) this.#shelve(grant);
  }

  #join(grant: LiveGrant): void {
    const categories = this.#byAgreement.get(grant.agreement) ?? new Map<Category, LiveGrant>();
    const held = categories.get(grant.category);
    categories.set(grant.category, held ? strictest(held, grant) : grant);
    this.#byAgreement.set(grant.agreement, categories);
  }

  #shelve(grant: LiveGrant): void {
    const shelf: Shelf = this.#shelves.get(grant.category) ?? emptyShelf();
    this.#shelves.set(grant.category, shelf);
    const scopes = grant.voices.map(({ scope }) => scope);
    if (scopes.some(({ devices, rooms }) => !devices && !rooms)) {
      shelf.everywhere.push(grant);
      return;
    }
    // A scope of devices and of rooms is found by its devices.
    for (const device of new Set(scopes.flatMap(({ devices }) => devices ?? []))) add(shelf.devices, device, grant);
    const rooms = scopes.flatMap(({ devices, rooms: named }) => (devices ? [] : (named ?? [])));
    for (const room of new Set(rooms)) add(shelf.rooms, room, grant);
  }

  /** The grants that could apply to this category, device and room, each once. */
  candidates(category: Category, device: number, room: string | undefined): readonly LiveGrant[] {
    const shelf = this.#shelves.get(category);
    if (!shelf) return NONE;
    const found = shelf.found.get(device);
    if (found && found.room === room) return found.grants;
    const here = shelf.devices.get(device) ?? NONE;
    const inRoom = room === undefined ? NONE : (shelf.rooms.get(room) ?? NONE);
    const grants = [...new Set([...shelf.everywhere, ...here, ...inRoom])];
    shelf.found.set(device, { room, grants });
    return grants;
  }

  /** The live grant of an agreement for a category, or undefined when it has ended. */
  of(agreement: number, category: Category): LiveGrant | undefined {
    return this.readable ? this.#byAgreement.get(agreement)?.get(category) : undefined;
  }

  /** Every live grant, in no particular order. */
  all(): LiveGrant[] {
    return [...this.#byAgreement.values()].flatMap((categories) => [...categories.values()]);
  }
}

function emptyShelf(): Shelf {
  return { everywhere: [], devices: new Map(), rooms: new Map(), found: new Map() };
}

function add<Key>(places: Map<Key, LiveGrant[]>, key: Key, grant: LiveGrant): void {
  const held = places.get(key);
  if (held) held.push(grant);
  else places.set(key, [grant]);
}

function coarser(one: Level, other: Level): Level {
  return LEVELS.indexOf(one) <= LEVELS.indexOf(other) ? one : other;
}

/** Two yeses of one agreement and category as one grant, no finer and no longer than either. */
function strictest(one: LiveGrant, other: LiveGrant): LiveGrant {
  const windows = [one, other].flatMap(({ windowMinutes }) => (windowMinutes === undefined ? [] : [windowMinutes]));
  return {
    ...one,
    level: coarser(one.level, other.level),
    windowMinutes: windows.length === 0 ? undefined : Math.max(...windows),
    fromMs: Math.max(one.fromMs, other.fromMs),
    expiresMs: Math.min(one.expiresMs, other.expiresMs),
    voices: [...one.voices, ...other.voices],
  };
}
