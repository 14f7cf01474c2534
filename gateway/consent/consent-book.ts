import type { Category } from '../../proto/lists.ts';
import { ConsentIndex } from './consent-index.ts';
import { CONSENT_SCHEMA, type ConsentRecord, type ConsentState, grantOf } from './consent-record.ts';
import type { LiveGrant } from './grant.ts';

/** The cryptography the book needs, passed in: SHA-256, the hub's signature, and random bytes. */
export interface Seal {
  sha256(...parts: (Uint8Array | string)[]): Uint8Array;
  sign(bytes: Uint8Array): Uint8Array;
  verify(bytes: Uint8Array, signature: Uint8Array): boolean;
  random(bytes: number): Uint8Array;
}

/** A page of the book as it is stored. `content`, and `salt` with it, may be erased to null: the commitment still carries the chain. */
export interface BookPage {
  readonly content: string | null;
  readonly salt: Uint8Array | null;
  readonly commitment: Uint8Array;
  readonly chain: Uint8Array;
  readonly signature: Uint8Array;
}

const GENESIS = new Uint8Array(32);

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/**
 * The append-only book of consent records: chained by salted commitments, signed by the hub, and itself what is enforced.
 * A page that does not verify makes the whole book unreadable, and then nothing is permitted.
 */
export class ConsentBook {
  readonly #seal: Seal;
  readonly #latest = new Map<string, ConsentRecord>();
  readonly #stopped = new Set<string>();
  #chain: Uint8Array = GENESIS;
  #fault: string | undefined;
  #index: ConsentIndex;

  constructor(seal: Seal, pages: readonly BookPage[]) {
    this.#seal = seal;
    for (const page of pages) if (this.#fault === undefined) this.#fault = this.#read(page);
    this.#index = this.#build();
  }

  /** What is wrong with the book, or undefined when it verifies. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** The live grants, arranged for deciding. */
  get index(): ConsentIndex {
    return this.#index;
  }

  /** The pages that would record these, in order; nothing changes until `append`. */
  write(records: readonly ConsentRecord[]): BookPage[] {
    let chain = this.#chain;
    return records.map((record) => {
      const content = JSON.stringify(record);
      const salt = this.#seal.random(16);
      const commitment = this.#seal.sha256(salt, content);
      chain = this.#seal.sha256(chain, commitment);
      return { content, salt, commitment, chain, signature: this.#seal.sign(chain) };
    });
  }

  /** Takes pages into the book after they are committed. */
  append(pages: readonly BookPage[]): void {
    for (const page of pages) if (this.#fault === undefined) this.#fault = this.#read(page);
    this.#index = this.#build();
  }

  /** Stops an agreement's categories in memory at once, before the withdrawal is committed. */
  stop(agreement: number, categories: readonly Category[]): void {
    for (const category of categories) this.#stopped.add(`${agreement}|${category}`);
    this.#index = this.#build();
  }

  /** The record of an agreement and category as it stands, whatever its state. */
  standing(agreement: number, category: Category): ConsentRecord | undefined {
    return this.#latest.get(`${agreement}|${category}`);
  }

  /** Every record as it stands, ended ones too. */
  all(): ConsentRecord[] {
    return [...this.#latest.values()];
  }

  /** The record that ends a standing one. */
  static ended(record: ConsentRecord, state: ConsentState, atMs: number): ConsentRecord {
    return { ...record, event: { ...record.event, state, atMs } };
  }

  #read(page: BookPage): string | undefined {
    if (!same(page.chain, this.#seal.sha256(this.#chain, page.commitment)))
      return 'a page of the consent book does not follow from the one before';
    if (!this.#seal.verify(page.chain, page.signature)) return 'a page of the consent book is not signed by this hub';
    this.#chain = page.chain;
    if (page.content === null) return undefined;
    if (!page.salt || !same(page.commitment, this.#seal.sha256(page.salt, page.content)))
      return 'a page of the consent book was changed after it was written';
    const record: ConsentRecord = JSON.parse(page.content);
    if (record.schemaVersion !== CONSENT_SCHEMA)
      return 'a page of the consent book is of a version this hub does not know';
    this.#latest.set(`${record.agreement}|${record.process.piiType}`, record);
    return undefined;
  }

  #build(): ConsentIndex {
    const grants: LiveGrant[] = [];
    for (const [key, record] of this.#latest) {
      const grant = this.#stopped.has(key) ? undefined : grantOf(record);
      if (grant) grants.push(grant);
    }
    return new ConsentIndex(this.#fault === undefined ? grants : [], this.#fault === undefined);
  }
}
