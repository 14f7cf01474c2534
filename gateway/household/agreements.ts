import type { Operation, Store } from '../store/store.ts';

/** One agreement: a yes to an offer, with the ordinal its keys are made from. Closed ones stay: they may have been used. */
export interface Agreement {
  readonly id: number;
  readonly ordinal: number;
  readonly slug: string;
  readonly openedAtMs: number;
  readonly closedAtMs: number | undefined;
  /** Whether the broker's highest ordinal was seen to be lower: only then is the ordinal used on the wire. */
  readonly confirmed: boolean;
}

interface AgreementRow {
  readonly id: number;
  readonly ordinal: number;
  readonly slug: string;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly confirmed: number;
}

/** A new ordinal for an agreement whose old one the broker has seen before. */
export interface Renumbered {
  readonly agreement: Agreement;
  readonly from: number;
}

/** The agreements with one operator. Ordinals only grow, and none is used twice, a restored disk image included. */
export class Agreements {
  readonly #byId = new Map<number, Agreement>();
  #highestId: number;
  #kept: number | undefined;
  #marked = 0;
  #skipped = 0;
  #drafted = 0;

  constructor(store: Store, operator: number) {
    this.#highestId = store.get<{ seq: number }>('agreement.highest')?.seq ?? 0;
    for (const row of store.all<AgreementRow>('agreement.all', operator)) {
      const { id, ordinal, slug, opened_at, closed_at, confirmed } = row;
      this.put({
        id,
        ordinal,
        slug,
        openedAtMs: opened_at,
        closedAtMs: closed_at ?? undefined,
        confirmed: confirmed === 1,
      });
    }
  }

  /** Takes an agreement in as it now is. */
  put(agreement: Agreement): void {
    this.#highestId = Math.max(this.#highestId, agreement.id);
    this.#byId.set(agreement.id, agreement);
  }

  /** The agreement with this local id; throws when there is none. */
  get(id: number): Agreement {
    const agreement = this.#byId.get(id);
    if (!agreement) throw new RangeError('No agreement has this id.');
    return agreement;
  }

  /** Every agreement, oldest first, closed ones too. */
  all(): Agreement[] {
    return [...this.#byId.values()];
  }

  /** The id of the newest agreement; 0 before the first. */
  get newestId(): number {
    return this.#highestId;
  }

  /** The highest ordinal this hub knows of, from its own memory or from the data broker; a new one is above it. */
  get highestKnown(): number {
    return Math.max(this.#kept ?? 0, this.highest(), this.#marked, this.#skipped);
  }

  /** An ordinal that no agreement has or is being given. */
  get unused(): number {
    return Math.max(this.highestKnown, this.#drafted) + 1;
  }

  /** Takes an ordinal that no agreement has for shown to the data broker. */
  mark(ordinal: number): void {
    this.#marked = Math.max(this.#marked, ordinal);
  }

  /** Opens no new agreement at or below this ordinal. */
  skip(ordinal: number): void {
    this.#skipped = Math.max(this.#skipped, ordinal);
  }

  /** Every agreement under an offer, oldest first, closed ones too. */
  under(slug: string): Agreement[] {
    return [...this.#byId.values()].filter((agreement) => agreement.slug === slug);
  }

  /** The agreement under an offer that is open, if any. */
  open(slug: string): Agreement | undefined {
    return this.under(slug).find((agreement) => agreement.closedAtMs === undefined);
  }

  /** The highest ordinal that may be shown to the broker: of those confirmed, and of the marks. */
  highestConfirmed(): number {
    return Math.max(this.#marked, ...[...this.#byId.values()].filter((one) => one.confirmed).map((one) => one.ordinal));
  }

  /** The highest ordinal ever opened, confirmed or not. */
  highest(): number {
    return Math.max(0, ...[...this.#byId.values()].map((one) => one.ordinal));
  }

  /** The agreement a new yes would open; nothing changes until `put`. */
  next(slug: string, openedAtMs: number): Agreement {
    const ordinal = this.highestKnown + 1;
    this.#drafted = ordinal;
    const confirmed = this.#kept !== undefined && ordinal > this.#kept;
    return { id: this.#highestId + 1, ordinal, slug, openedAtMs, closedAtMs: undefined, confirmed };
  }

  /** A drafted agreement as it may be used now: the broker's highest ordinal can have come while it was being written. */
  judged(agreement: Agreement): Agreement {
    if (agreement.confirmed || this.#kept === undefined) return agreement;
    const isFree = agreement.ordinal > Math.max(this.#kept, this.#marked);
    const ordinal = isFree ? agreement.ordinal : this.highestKnown + 1;
    return { ...agreement, ordinal, confirmed: true };
  }

  /** Judges the unconfirmed by the broker's highest ordinal: confirms those above it, gives the others new ordinals. */
  confirm(kept: number): { renumbered: Renumbered[]; operations: Operation[] } {
    this.#kept = Math.max(this.#kept ?? 0, kept);
    const confirmed: Agreement[] = [];
    const renumbered: Renumbered[] = [];
    for (const agreement of [...this.#byId.values()].filter((one) => !one.confirmed)) {
      const fine = agreement.ordinal > this.#kept;
      const ordinal = fine ? agreement.ordinal : this.highestKnown + 1;
      const now = { ...agreement, ordinal, confirmed: true };
      this.put(now);
      confirmed.push(now);
      if (!fine) renumbered.push({ agreement: now, from: agreement.ordinal });
    }
    const operations = confirmed.map((one): Operation => ['agreement.confirm', one.ordinal, one.id]);
    return { renumbered, operations };
  }
}
