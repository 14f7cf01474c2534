import { readOffer } from '../../proto/offer.ts';
import type { Offer } from '../../proto/offer-document.ts';
import type { Store } from '../store/store.ts';

/** An offer the hub has verified, with the SHA-256 of its signed form. */
export interface ShelvedOffer {
  readonly offer: Offer;
  readonly hash: Buffer;
}

/** The signed offers of one operator that this hub holds; of each, the newest version is shown. */
export class OfferShelf {
  readonly #store: Store;
  readonly #operator: number;
  readonly #rootKey: Buffer;
  readonly #newest = new Map<string, ShelvedOffer>();

  private constructor(store: Store, operator: number, rootKey: Buffer) {
    this.#store = store;
    this.#operator = operator;
    this.#rootKey = rootKey;
  }

  /** Reads the stored offers again, signatures included. */
  static async open(store: Store, operator: number, rootKey: Buffer): Promise<OfferShelf> {
    const shelf = new OfferShelf(store, operator, rootKey);
    for (const { jws } of store.all<{ jws: string }>('offer.all', operator)) await shelf.#read(jws);
    return shelf;
  }

  /** The newest version of every offer, by slug. */
  all(): ShelvedOffer[] {
    return [...this.#newest.values()].sort((a, b) => a.offer.offer.localeCompare(b.offer.offer, 'en'));
  }

  /** The newest version of an offer. */
  get(slug: string): ShelvedOffer | undefined {
    return this.#newest.get(slug);
  }

  /** Takes offers in that were fetched and verified. */
  async take(received: readonly (ShelvedOffer & { readonly jws: string })[], nowMs: number): Promise<void> {
    await this.#store.commit(
      received.map(({ offer, hash, jws }) => [
        'offer.put',
        this.#operator,
        offer.offer,
        hash,
        jws,
        offer.version,
        nowMs,
      ]),
    );
    for (const one of received) this.#shelve(one);
  }

  async #read(jws: string): Promise<void> {
    const read = await readOffer(jws, this.#rootKey);
    if (read.ok) this.#shelve(read);
  }

  #shelve({ offer, hash }: ShelvedOffer): void {
    const held = this.#newest.get(offer.offer);
    if (!held || offer.version >= held.offer.version) this.#newest.set(offer.offer, { offer, hash });
  }
}
