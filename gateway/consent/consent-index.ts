import type { Category } from '../../proto/lists.ts';
import type { LiveGrant } from './grant.ts';

const EVERYWHERE = '*';

function cell(category: Category, where: string): string {
  return `${category}|${where}`;
}

/** The live grants arranged so that a decision looks at those that could apply and at no others. Immutable: a change builds a new one. */
export class ConsentIndex {
  readonly #byPlace = new Map<string, LiveGrant[]>();
  readonly #byAgreement = new Map<number, Map<Category, LiveGrant>>();
  /** Whether any grant is for certain devices or rooms only. */
  #hasPlaces = false;
  /** False when the book could not be read: then nothing is permitted at all. */
  readonly readable: boolean;

  constructor(grants: readonly LiveGrant[], readable = true) {
    this.readable = readable;
    for (const grant of grants) this.#add(grant);
  }

  #add(grant: LiveGrant): void {
    for (const where of placesOf(grant)) {
      if (where !== EVERYWHERE) this.#hasPlaces = true;
      const key = cell(grant.category, where);
      const held = this.#byPlace.get(key);
      if (held) held.push(grant);
      else this.#byPlace.set(key, [grant]);
    }
    const categories = this.#byAgreement.get(grant.agreement) ?? new Map<Category, LiveGrant>();
    categories.set(grant.category, grant);
    this.#byAgreement.set(grant.agreement, categories);
  }

  /** The grants that could apply to this category, device and room. A grant scoped by device and by room is found by its devices. */
  candidates(category: Category, device: number, room: string | undefined): readonly LiveGrant[] {
    const everywhere = this.#byPlace.get(cell(category, EVERYWHERE)) ?? [];
    if (!this.#hasPlaces) return everywhere;
    const here = this.#byPlace.get(cell(category, `device ${device}`)) ?? [];
    const inRoom = room === undefined ? [] : (this.#byPlace.get(cell(category, `room ${room}`)) ?? []);
    if (here.length === 0 && inRoom.length === 0) return everywhere;
    return [...everywhere, ...here, ...inRoom];
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

function placesOf(grant: LiveGrant): string[] {
  if (grant.scope.devices) return grant.scope.devices.map((device) => `device ${device}`);
  if (grant.scope.rooms) return grant.scope.rooms.map((room) => `room ${room}`);
  return [EVERYWHERE];
}
