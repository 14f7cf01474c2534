import type { Category } from '../../proto/lists.ts';
import { ConsentIndex } from './consent-index.ts';
import { type ConsentRecord, type ConsentState, grantOf, isNo, personOf, READABLE_SCHEMAS } from './consent-record.ts';
import type { Circumstances, LiveGrant } from './grant.ts';

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

/** What a record is about, whoever speaks. */
function subjectOf({ notice, process }: ConsentRecord): string {
  return `${notice.offer}|${process.piiType}`;
}

/**
 * The append-only book of consent records: chained by salted commitments, signed by the hub, and itself what is enforced.
 * A page that does not verify makes the whole book unreadable, and then nothing is permitted.
 */
export class ConsentBook {
  readonly #seal: Seal;
  /** By agreement, category and person, as each stands. */
  readonly #latest = new Map<string, ConsentRecord>();
  /** By offer, category and person: the last word, whatever the agreement. */
  readonly #words = new Map<string, ConsentRecord>();
  #circumstances: Circumstances | undefined;
  readonly #stopped = new Set<string>();
  #chain: Uint8Array = GENESIS;
  #fault: string | undefined;
  #index: ConsentIndex;

  constructor(seal: Seal, pages: readonly BookPage[], circumstances?: Circumstances) {
    this.#seal = seal;
    this.#circumstances = circumstances;
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

  /** From now on somebody else lives in the home, or something is held back. */
  arrange(circumstances: Circumstances): void {
    this.#circumstances = circumstances;
    this.#index = this.#build();
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

  /** Forgets what a person said, after the content of those pages was erased. The chain stays. */
  forget(person: number): void {
    for (const records of [this.#latest, this.#words])
      for (const [key, record] of records) if (personOf(record) === person) records.delete(key);
    this.#index = this.#build();
  }

  /** Stops an agreement's categories in memory at once, before the withdrawal is committed. */
  stop(agreement: number, categories: readonly Category[]): void {
    for (const category of categories) this.#stopped.add(`${agreement}|${category}`);
    this.#index = this.#build();
  }

  /** The records of an agreement and category as they stand, one for each person, whatever their state. */
  standing(agreement: number, category: Category): ConsentRecord[] {
    return this.all().filter((one) => one.agreement === agreement && one.process.piiType === category);
  }

  /** What a person said last to an offer about a category. */
  lastWord(offer: string, category: Category, person: number): ConsentRecord | undefined {
    return this.#words.get(`${offer}|${category}|${person}`);
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
    if (!READABLE_SCHEMAS.includes(record.schemaVersion))
      return 'a page of the consent book is of a version this hub does not know';
    const about = `${subjectOf(record)}|${personOf(record)}`;
    // What opened no agreement is only the last word of that person.
    if (record.agreement > 0) this.#latest.set(`${record.agreement}|${about}`, record);
    this.#words.set(about, record);
    return undefined;
  }

  #build(): ConsentIndex {
    if (this.#fault !== undefined) return new ConsentIndex([], false, this.#circumstances);
    const objections = Map.groupBy([...this.#words.values()].filter(isNo), subjectOf);
    const grants: LiveGrant[] = [];
    for (const record of this.#latest.values()) {
      const grant = this.#stopped.has(`${record.agreement}|${record.process.piiType}`) ? undefined : grantOf(record);
      const against = objections.get(subjectOf(record))?.map(personOf);
      if (grant) grants.push(against ? { ...grant, objections: against } : grant);
    }
    return new ConsentIndex(grants, true, this.#circumstances);
  }
}
