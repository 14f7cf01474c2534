import { randomUUID } from 'node:crypto';
import type { Category } from '../../proto/lists.ts';
import type { Receipt, Withdrawal } from '../../proto/wire.ts';
import { type BookPage, ConsentBook } from '../consent/consent-book.ts';
import type { ConsentIndex } from '../consent/consent-index.ts';
import { type ConsentRecord, grantOf } from '../consent/consent-record.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { HomeKeys } from '../pseudonymize/home-keys.ts';
import type { Operation, Store } from '../store/store.ts';
import type { HomeClock } from '../time/home-clock.ts';
import { type Agreement, Agreements } from './agreements.ts';
import { type Answer, done } from './answer.ts';
import { bookSeal } from './book-seal.ts';
import type { OfferShelf } from './offer-shelf.ts';
import { WithdrawalList } from './withdrawal-list.ts';
import { type Choice, choose, noSuchOffer, nothingGiven, unreadable, writeRecord } from './yes.ts';

/** What the desk works with; all of it belongs to one operator. */
export interface ConsentDeskParts {
  readonly store: Store;
  readonly operator: number;
  readonly keys: HomeKeys;
  readonly outbox: Outbox;
  readonly offers: OfferShelf;
  readonly clock: HomeClock;
  readonly usedSubjects: () => ReadonlySet<string>;
  /** Called when a grant or withdrawal is on disk. */
  readonly onChange: () => void;
}

/** Where yes and no are said. One thing at a time: what is said is on disk before the next is heard. */
export class ConsentDesk {
  readonly #parts: ConsentDeskParts;
  readonly #book: ConsentBook;
  readonly agreements: Agreements;
  readonly withdrawals: WithdrawalList;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(parts: ConsentDeskParts) {
    this.#parts = parts;
    this.#book = new ConsentBook(bookSeal(parts.keys), parts.store.all<BookPage>('consent.pages', parts.operator));
    this.agreements = new Agreements(parts.store, parts.operator);
    this.withdrawals = new WithdrawalList(parts.store, parts.operator);
  }

  /** The live grants. */
  get index(): ConsentIndex {
    return this.#book.index;
  }

  /** What is wrong with the consent book, or undefined. */
  get fault(): string | undefined {
    return this.#book.fault;
  }

  /** The records of an offer's open agreement that permit something now. */
  given(slug: string): ConsentRecord[] {
    const agreement = this.agreements.open(slug);
    return agreement ? this.#standing(agreement) : [];
  }

  /** Says yes to an offer: one record for each category, under one new agreement that replaces the old. */
  give(slug: string, choice: Choice): Promise<Answer<readonly ConsentRecord[]>> {
    return this.#inTurn(async () => {
      const found = this.#parts.offers.get(slug);
      if (!found) return noSuchOffer(slug);
      if (this.#book.fault !== undefined) return unreadable();
      const chosen = choose(found.offer, choice);
      if (!chosen.ok) return chosen;
      const nowMs = this.#parts.clock.now().ms;
      const agreement = this.agreements.next(slug, nowMs);
      const before = this.agreements.open(slug);
      const kept = before ? this.#standing(before).filter((one) => !chosen.value.has(one.process.piiType)) : [];
      for (const one of kept) chosen.value.set(one.process.piiType, one.granularity.level);
      const records = [...chosen.value].map(([category, level]) =>
        writeRecord({ offer: found.offer, hash: found.hash, category, level, agreement: agreement.id, nowMs }),
      );
      await this.#open(agreement, before, records, found.hash);
      return done(records);
    });
  }

  /** Takes a yes back: stops at once, purges what waits, and asks the broker to erase. Without categories: all of it. */
  withdraw(slug: string, categories?: readonly Category[]): Promise<Answer<{ withdrawn: readonly Category[] }>> {
    this.#stop(slug, categories);
    return this.#inTurn(async () => {
      const agreements = this.agreements.under(slug);
      if (agreements.length === 0) return nothingGiven(slug);
      const affected = this.#stop(slug, categories);
      const nowMs = this.#parts.clock.now().ms;
      const ended = affected.flatMap(({ agreement, categories: list }) => this.#endings(agreement, list, nowMs));
      const pages = this.#book.write(ended);
      const closing = agreements.filter((one) => one.closedAtMs === undefined && this.#standing(one).length === 0);
      const erasing = affected.flatMap(({ agreement, categories: list }) => this.#erasing(agreement, list));
      await this.#parts.outbox.commit([
        ...this.#pageOperations(pages),
        ...closing.map((one): Operation => ['agreement.close', nowMs, one.id]),
        ...affected.flatMap(({ agreement, categories: list }) => this.#discarding(agreement, list)),
        ...erasing.flatMap(({ agreement, withdrawal }) => this.#parts.outbox.enqueueWithdrawal(withdrawal, agreement)),
        ...this.withdrawals.add(
          slug,
          erasing.map(({ withdrawal }) => withdrawal),
          nowMs,
        ),
      ]);
      for (const one of closing) this.agreements.put({ ...one, closedAtMs: nowMs });
      this.withdrawals.added();
      this.#book.append(pages);
      this.#parts.onChange();
      void this.#parts.store.scrub();
      return done({ withdrawn: [...new Set(affected.flatMap((one) => one.categories))] });
    });
  }

  /**
   * Takes the broker's highest ordinal from the first answer of this run: agreements it has not seen yet are confirmed,
   * others get a new ordinal and new write keys. Returns what to commit together with that answer.
   */
  confirmOrdinals(kept: number): Operation[] {
    const { operations, renumbered } = this.agreements.confirm(kept);
    const rekeyed = renumbered.flatMap(({ agreement, from }) => {
      const changes = this.#used(agreement.id).map(({ epoch, subject }) => ({
        from: this.#parts.keys.writeKey(from, epoch, subject),
        to: this.#parts.keys.writeKey(agreement.ordinal, epoch, subject),
      }));
      return this.#parts.outbox.rekey(agreement.id, changes);
    });
    return [...operations, ...rekeyed];
  }

  /** Files the broker's signed receipt of an erasure; returns what to commit together with its acknowledgement. */
  receipt(receipt: Receipt): Operation[] {
    return this.withdrawals.receipt(receipt, this.#parts.clock.now().ms);
  }

  /** Whether the receipt for a withdrawal is in hand. */
  hasReceipt(withdrawal: Withdrawal): boolean {
    return this.withdrawals.hasReceipt(withdrawal);
  }

  #standing(agreement: Agreement): ConsentRecord[] {
    return this.#book
      .all()
      .filter(
        (one) => one.agreement === agreement.id && this.index.of(agreement.id, one.process.piiType) && grantOf(one),
      );
  }

  /** The in-memory decision flips first; what is being given just now is stopped when its turn is over. */
  #stop(slug: string, categories: readonly Category[] | undefined) {
    const affected = this.agreements.under(slug).map((agreement) => {
      const all = this.#book
        .all()
        .filter((one) => one.agreement === agreement.id)
        .map((one) => one.process.piiType);
      return { agreement, categories: categories ? all.filter((one) => categories.includes(one)) : all };
    });
    for (const { agreement, categories: ended } of affected) this.#book.stop(agreement.id, ended);
    return affected;
  }

  #endings(agreement: Agreement, categories: readonly Category[], nowMs: number): ConsentRecord[] {
    return categories.flatMap((category) => {
      const record = this.#book.standing(agreement.id, category);
      return record && grantOf(record) ? [ConsentBook.ended(record, 'ConsentWithdrawn', nowMs)] : [];
    });
  }

  #erasing(agreement: Agreement, categories: readonly Category[]): { agreement: number; withdrawal: Withdrawal }[] {
    if (!agreement.confirmed || categories.length === 0) return [];
    return this.#used(agreement.id).map(({ epoch, subject }) => ({
      agreement: agreement.id,
      withdrawal: {
        eraseKey: this.#parts.keys.eraseKey(agreement.ordinal, epoch, subject).toString('hex'),
        categories: [...categories],
      },
    }));
  }

  #discarding(agreement: Agreement, categories: readonly Category[]): Operation[] {
    if (categories.length === 0) return [];
    const windows = categories.map((category): Operation => ['window.forgetCategory', agreement.id, category]);
    return [...this.#parts.outbox.purge(agreement.id, categories), ...windows];
  }

  #used(agreement: number): { epoch: number; subject: number }[] {
    return [...this.#parts.usedSubjects()].flatMap((key) => {
      const [id, epoch, subject] = key.split('|').map(Number);
      return id === agreement && epoch !== undefined && subject !== undefined ? [{ epoch, subject }] : [];
    });
  }

  async #open(
    agreement: Agreement,
    before: Agreement | undefined,
    records: readonly ConsentRecord[],
    hash: Buffer,
  ): Promise<void> {
    const nowMs = agreement.openedAtMs;
    const replaced = before ? this.#standing(before) : [];
    const pages = this.#book.write([
      ...replaced.map((one) => ConsentBook.ended(one, 'ConsentExpired', nowMs)),
      ...records,
    ]);
    const { id, ordinal, slug, confirmed } = agreement;
    const uuid = randomUUID();
    await this.#parts.outbox.commit([
      ['agreement.open', id, this.#parts.operator, ordinal, uuid, hash, slug, nowMs, confirmed ? 1 : 0],
      ...(before ? [['agreement.close', nowMs, before.id] as Operation] : []),
      ...(before
        ? this.#discarding(
            before,
            replaced.map((one) => one.process.piiType),
          )
        : []),
      ...this.#pageOperations(pages),
    ]);
    if (before) this.agreements.put({ ...before, closedAtMs: nowMs });
    this.agreements.put(agreement);
    this.#book.append(pages);
    this.#parts.onChange();
  }

  #pageOperations(pages: readonly BookPage[]): Operation[] {
    return pages.map((page) => [
      'consent.add',
      this.#parts.operator,
      page.content,
      Buffer.from(page.salt),
      Buffer.from(page.commitment),
      Buffer.from(page.chain),
      Buffer.from(page.signature),
    ]);
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}
