import type { Operation, Store } from '../store/store.ts';

interface NameRow {
  readonly id: number;
  readonly agreement: number;
  readonly write_key: Buffer;
}

/** Old and new write key (32 hex digits each) of one (key epoch, subject) of an agreement that gets a new ordinal. */
export interface KeyChange {
  readonly from: string;
  readonly to: string;
}

/**
 * The names releases leave under, numbered: agreement, write key and offer are stored once, and each row says a number.
 * A name is committed with every release under it until one of them is on disk.
 */
export class Names {
  /** By agreement, which has one offer, and write key. */
  readonly #ids = new Map<number, Map<string, number>>();
  readonly #stored = new Set<number>();
  #highest = 0;

  /** Everything committed before must be in the tables (`settle`). */
  constructor(store: Store) {
    for (const { id, agreement, write_key } of store.all<NameRow>('name.all')) {
      this.#of(agreement).set(write_key.toString('hex'), id);
      this.#stored.add(id);
      this.#highest = Math.max(this.#highest, id);
    }
  }

  /** The number of a name, given now if it is new. */
  number(agreement: number, writeKey: string): number {
    const names = this.#of(agreement);
    const known = names.get(writeKey);
    if (known !== undefined) return known;
    this.#highest += 1;
    names.set(writeKey, this.#highest);
    return this.#highest;
  }

  /** The operation that makes a name durable; none once it is. */
  adding(id: number, agreement: number, writeKey: string, offer: string): Operation[] {
    if (this.#stored.has(id)) return [];
    return [['name.add', id, agreement, Buffer.from(writeKey, 'hex'), Buffer.from(offer, 'hex')]];
  }

  /** A release under this name is on disk. */
  stored(id: number): void {
    this.#stored.add(id);
  }

  /** Operations that give names of an agreement the write keys of its new ordinal. */
  rekey(agreement: number, changes: readonly KeyChange[]): Operation[] {
    const names = this.#of(agreement);
    return changes.map(({ from, to }) => {
      const id = names.get(from);
      names.delete(from);
      if (id !== undefined) names.set(to, id);
      return ['name.rekey', agreement, Buffer.from(from, 'hex'), Buffer.from(to, 'hex')];
    });
  }

  #of(agreement: number): Map<string, number> {
    const held = this.#ids.get(agreement) ?? new Map<string, number>();
    this.#ids.set(agreement, held);
    return held;
  }
}
