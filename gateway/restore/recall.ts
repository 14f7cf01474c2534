import type { Category } from '../../proto/lists.ts';
import type { Offer } from '../../proto/offer-document.ts';
import type { Withdrawal } from '../../proto/wire.ts';
import type { ConsentBook } from '../consent/consent-book.ts';
import { usedUnder } from '../household/agreement-end.ts';
import type { Agreement, Agreements } from '../household/agreements.ts';
import { storePage } from '../household/book-seal.ts';
import type { WithdrawalList } from '../household/withdrawal-list.ts';
import { LIMITS } from '../limits.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { HomeKeys } from '../pseudonymize/home-keys.ts';
import type { Operation, Store } from '../store/store.ts';
import type { HomeClock } from '../time/home-clock.ts';
import { forgottenNames } from './forgotten-names.ts';
import { Life, type LostStretch } from './life.ts';
import { suspendingRecords } from './suspension.ts';

/** What of an offer says how its names are made, and of what categories. */
export interface Terms extends Pick<Offer, 'epochDays' | 'subject'> {
  readonly categories: readonly { readonly category: Category }[];
}

/** What recalling leans on; the book and the agreements are the consent desk's own. */
export interface RecallParts {
  readonly store: Store;
  readonly operator: number;
  readonly keys: HomeKeys;
  readonly outbox: Outbox;
  readonly clock: HomeClock;
  readonly book: ConsentBook;
  readonly agreements: Agreements;
  /** The offer of a slug, where it is known. */
  readonly offerOf: (slug: string) => Terms | undefined;
  readonly withdrawals: WithdrawalList;
  readonly usedSubjects: () => ReadonlySet<string>;
  readonly random: (bytes: number) => Uint8Array;
  /** Called when a grant or withdrawal is on disk. */
  readonly onChange: () => void;
  /** Called once when the data broker's first answer shows that this memory is older than the home's life. */
  readonly onSetBack?: (() => void) | undefined;
}

/** A withdrawal of a name, with the agreement in whose place it travels. */
export interface Erasing {
  readonly agreement: number;
  readonly withdrawal: Withdrawal;
}

/**
 * What a home does about a stretch of its life that it cannot remember: everything agreed before is suspended, new
 * ordinals begin above what the data broker keeps, and a withdrawal reaches the names that are forgotten.
 */
export class Recall {
  readonly #parts: RecallParts;
  readonly #life: Life;
  /** The newest agreement on disk when this process began: later ones were agreed to in this life. */
  readonly #loaded: number;

  constructor(parts: RecallParts) {
    this.#parts = parts;
    const { store, operator, agreements } = parts;
    this.#life = new Life(store, operator);
    this.#loaded = agreements.newestId;
    agreements.mark(this.#life.mark);
    agreements.skip(this.#life.skipped);
    this.#stop();
  }

  /** The stretch that is missing, if any. */
  get lost(): LostStretch | undefined {
    return this.#life.lost;
  }

  /** Whether something suspended is still in the outbox, or a withdrawal is owed: `settling` has something to do. */
  get isUnsettled(): boolean {
    const { lost } = this;
    return lost !== undefined && (!lost.isSettled || (lost.owed.length > 0 && lost.keptOrdinal !== undefined));
  }

  /**
   * Takes the data broker's highest ordinal from the first answer of this run. Where it shows that a stretch is missing,
   * everything agreed before stops at once. Agreements it has not seen yet are confirmed, others get a new ordinal and new
   * write keys. Returns what to commit together with that answer.
   */
  confirm(kept: number): Operation[] {
    const { agreements, keys, outbox } = this.#parts;
    const noted = this.#notice(kept);
    const { operations, renumbered } = agreements.confirm(kept);
    const rekeyed = renumbered.flatMap(({ agreement, from }) => {
      const changes = usedUnder(agreement.id, this.#parts.usedSubjects()).map(({ epoch, subject }) => ({
        from: keys.writeKey(from, epoch, subject),
        to: keys.writeKey(agreement.ordinal, epoch, subject),
      }));
      return outbox.rekey(agreement.id, changes);
    });
    return [noted, ...operations, ...rekeyed, ...this.#mark()];
  }

  /** Writes what is owed: the records of what was suspended, and names withdrawn before it was known which; in the desk's turn. */
  async settle(): Promise<void> {
    if (this.lost?.isSettled === false) await this.#suspend();
    else await this.#pay();
    this.#parts.onChange();
  }

  async #suspend(): Promise<void> {
    const { book, agreements, outbox, operator, clock } = this.#parts;
    const nowMs = clock.now().ms;
    const upTo = this.lost?.agreements ?? 0;
    const old = agreements.all().filter(({ id }) => id <= upTo);
    const closing = old.filter(({ closedAtMs }) => closedAtMs === undefined);
    const pages = book.fault === undefined ? book.write(suspendingRecords(book, upTo, nowMs)) : [];
    await outbox.commit([
      ...pages.map((page) => storePage(operator, page)),
      ...closing.map((one): Operation => ['agreement.close', nowMs, one.id]),
      ...old.flatMap(({ id }) => outbox.purge(id, undefined, 'sent')),
      ...this.#windowsOf(old),
      this.#life.keeping({ isSettled: true }),
    ]);
    this.#life.change({ isSettled: true });
    for (const one of closing) agreements.put({ ...one, closedAtMs: nowMs });
    book.append(pages);
  }

  async #pay(): Promise<void> {
    const { withdrawals, outbox, clock } = this.#parts;
    for (const { slug, categories } of this.lost?.owed ?? []) {
      const names = this.names(slug, categories).filter(({ withdrawal }) => !withdrawals.isAsked(withdrawal));
      if (names.length === 0) continue;
      const asked = names.map(({ withdrawal }) => withdrawal);
      await outbox.commit([
        ...names.flatMap(({ agreement, withdrawal }) => outbox.enqueueWithdrawal(withdrawal, agreement)),
        ...withdrawals.add(slug, asked, clock.now().ms),
      ]);
      withdrawals.added();
    }
    if ((this.lost?.owed.length ?? 0) === 0) return;
    await outbox.commit([this.#life.keeping({ owed: [] })]);
    this.#life.change({ owed: [] });
  }

  /** Compares the data broker's highest ordinal with what this memory has shown it. */
  #notice(kept: number): Operation {
    const { agreements, clock, random } = this.#parts;
    const { ms: nowMs, estimated: isEstimated } = clock.now();
    const before = this.lost;
    const skip = (random(1)[0] ?? 0) % LIMITS.ordinalsSkipped;
    const shown = agreements.highestConfirmed();
    const noted = this.#life.answered({ kept, shown, agreements: this.#loaded, skip, nowMs, isEstimated });
    agreements.skip(this.#life.skipped);
    this.#stop();
    if (this.lost?.why === 'setBack' && this.lost.keptOrdinal !== before?.keptOrdinal) this.#parts.onSetBack?.();
    return noted;
  }

  /** Spends an ordinal, so that a memory older than this moment can be told from this one. */
  #mark(): Operation[] {
    const { agreements, clock } = this.#parts;
    const ordinal = agreements.unused;
    const spent = this.#life.spend(ordinal, clock.now().ms);
    if (!spent) return [];
    agreements.mark(ordinal);
    return [spent];
  }

  /** Names under an offer that may have been used in the lost stretch and must be erased with it. */
  names(slug: string, categories: readonly Category[] | undefined): Erasing[] {
    const { agreements, keys, store, clock, offerOf } = this.#parts;
    const { lost } = this;
    const terms = offerOf(slug) ?? this.#termsOf(slug);
    const place = this.#placeFor(slug);
    if (!lost || !terms || !place) return [];
    const known = new Set(agreements.all().map(({ ordinal }) => ordinal));
    const withdrawals = forgottenNames(keys, {
      lost,
      offer: terms,
      agreements: agreements.under(slug),
      forgottenOrdinals: this.#life.forgotten(known),
      highestDevice: store.get<{ seq: number }>('device.highest')?.seq ?? 0,
      categories: categories ?? [...new Set(terms.categories.map(({ category }) => category))],
      nowMs: clock.now().ms,
    });
    return withdrawals.map((withdrawal) => ({ agreement: place.id, withdrawal }));
  }

  /** What keeps a withdrawal in mind until the data broker has shown how far the lost stretch reached. */
  owing(slug: string, categories: readonly Category[] | undefined): Operation[] {
    if (!this.lost || this.lost.keptOrdinal !== undefined) return [];
    return [this.#life.owe(slug, categories ?? this.#categoriesOf(slug))];
  }

  #stop(): void {
    const { book } = this.#parts;
    const { lost } = this;
    if (!lost || lost.isSettled) return;
    for (const { agreement, process } of book.all())
      if (agreement <= lost.agreements) book.stop(agreement, [process.piiType]);
  }

  #windowsOf(agreements: readonly Agreement[]): Operation[] {
    const ids = new Set(agreements.map(({ id }) => id));
    return this.#parts.book
      .all()
      .filter(({ agreement }) => ids.has(agreement))
      .map(({ agreement, process }) => ['window.forgetCategory', agreement, process.piiType]);
  }

  #termsOf(slug: string): Terms | undefined {
    const records = this.#parts.book.all().filter(({ notice }) => notice.offer === slug);
    const last = records.at(-1);
    if (!last) return undefined;
    const { epochDays, subject } = last.granularity;
    return { epochDays, subject, categories: records.map(({ process }) => ({ category: process.piiType })) };
  }

  #categoriesOf(slug: string): Category[] {
    const terms = this.#parts.offerOf(slug) ?? this.#termsOf(slug);
    return (terms?.categories ?? []).map(({ category }) => category);
  }

  /** Withdrawals travel under an agreement whose ordinal the data broker has confirmed. */
  #placeFor(slug: string): Agreement | undefined {
    const { agreements } = this.#parts;
    const isUsable = ({ confirmed }: Agreement) => confirmed;
    return agreements.under(slug).findLast(isUsable) ?? agreements.all().findLast(isUsable);
  }
}
