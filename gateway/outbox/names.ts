import type { Operation, Store } from '../store/store.ts';

/** Whose a release is, and under which name: an agreement (row id), a write key and an offer (32 hex digits each). */
export interface Name {
  readonly agreement: number;
  readonly writeKey: string;
  readonly offer: string;
}

interface NameRow {
  readonly id: number;
  readonly agreement: number;
  readonly write_key: Buffer;
  readonly offer: Buffer;
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
  readonly #names = new Map<number, Name>();
  /** By agreement, which has one offer, and write key. */
  readonly #ids = new Map<number, Map<string, number>>();
  readonly #stored = new Set<number>();
  #highest: number;

  /** Everything committed before must be in the tables (`settle`). */
  constructor(store: Store, operator: number) {
    this.#highest = store.get<{ id: number }>('name.highest')?.id ?? 0;
    for (const { id, agreement, write_key, offer } of store.all<NameRow>('name.all', operator)) {
      this.#put(id, { agreement, writeKey: write_key.toString('hex'), offer: offer.toString('hex') });
      this.#stored.add(id);
    }
  }

  /** The name with this number; undefined when it is of another operator. */
  get(id: number): Name | undefined {
    return this.#names.get(id);
  }

  /** The numbers of an agreement's names. */
  under(agreement: number): number[] {
    return [...(this.#ids.get(agreement)?.values() ?? [])];
  }

  /** The number of a name, given now if it is new. */
  number(name: Name): number {
    const known = this.#ids.get(name.agreement)?.get(name.writeKey);
    if (known !== undefined) return known;
    this.#highest += 1;
    this.#put(this.#highest, name);
    return this.#highest;
  }

  /** The operation that makes a name durable; none once it is. */
  adding(id: number): Operation[] {
    const name = this.#names.get(id);
    if (this.#stored.has(id) || !name) return [];
    return [['name.add', id, name.agreement, Buffer.from(name.writeKey, 'hex'), Buffer.from(name.offer, 'hex')]];
  }

  /** A release under this name is on disk. */
  stored(id: number): void {
    this.#stored.add(id);
  }

  /** Operations that give names of an agreement the write keys of its new ordinal. */
  rekey(agreement: number, changes: readonly KeyChange[]): Operation[] {
    return changes.map(({ from, to }) => {
      const id = this.#ids.get(agreement)?.get(from);
      const name = id === undefined ? undefined : this.#names.get(id);
      this.#ids.get(agreement)?.delete(from);
      if (id !== undefined && name) this.#put(id, { ...name, writeKey: to });
      return ['name.rekey', agreement, Buffer.from(from, 'hex'), Buffer.from(to, 'hex')];
    });
  }

  #put(id: number, name: Name): void {
    this.#names.set(id, name);
    const ids = this.#ids.get(name.agreement) ?? new Map<string, number>();
    this.#ids.set(name.agreement, ids.set(name.writeKey, id));
  }
}
