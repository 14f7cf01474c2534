import { randomUUID } from 'node:crypto';
import type { Category } from '../../proto/lists.ts';
import type { Receipt } from '../../proto/wire.ts';
import { type BookPage, ConsentBook } from '../consent/consent-book.ts';
import type { ConsentIndex } from '../consent/consent-index.ts';
import { type ConsentRecord, grantOf } from '../consent/consent-record.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import { Recall, type RecallParts } from '../restore/recall.ts';
import { suspendedUnder } from '../restore/suspension.ts';
import type { Operation } from '../store/store.ts';
import { categoriesOf, discarding, endingsOf, erasuresOf, standingIn } from './agreement-end.ts';
import { type Agreement, Agreements } from './agreements.ts';
import { type Answer, done } from './answer.ts';
import { bookSeal, storePage } from './book-seal.ts';
import type { OfferShelf } from './offer-shelf.ts';
import { saidInTime } from './said-in-time.ts';
import { WithdrawalList } from './withdrawal-list.ts';
import {
  type Choice,
  changedSince,
  choose,
  noSuchOffer,
  nothingGiven,
  tryAgain,
  unreadable,
  writeRecord,
} from './yes.ts';

/** What the desk works with; all of it belongs to one operator. */
export interface ConsentDeskParts
  extends Omit<RecallParts, 'book' | 'agreements' | 'withdrawals' | 'offerOf' | 'random'> {
  readonly offers: OfferShelf;
}

/** Where yes and no are said. One thing at a time: what is said is on disk before the next is heard. */
export class ConsentDesk {
  readonly #parts: ConsentDeskParts;
  readonly #book: ConsentBook;
  readonly agreements: Agreements;
  readonly withdrawals: WithdrawalList;
  readonly #recall: Recall;
  readonly #turns = new OneAtATime();
  /** Withdrawals the disk refused: stopped in memory, and written as soon as it takes them. */
  #refused: { readonly slug: string; readonly categories: readonly Category[] | undefined }[] = [];
  #retired = false;

  constructor(parts: ConsentDeskParts) {
    this.#parts = parts;
    const seal = bookSeal(parts.keys);
    this.#book = new ConsentBook(seal, parts.store.all<BookPage>('consent.pages', parts.operator));
    this.agreements = new Agreements(parts.store, parts.operator);
    this.withdrawals = new WithdrawalList(parts.store, parts.operator);
    const own = { book: this.#book, agreements: this.agreements, withdrawals: this.withdrawals, random: seal.random };
    this.#recall = new Recall({ ...parts, ...own, offerOf: (slug) => parts.offers.get(slug)?.offer });
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

  /** The records of an offer that wait for a resident to say yes again. */
  suspended(slug: string): ConsentRecord[] {
    return suspendedUnder(this.#book, this.agreements.under(slug));
  }

  /** The stretch of this home's life that its memory does not hold, if any. */
  get lost(): Recall['lost'] {
    return this.#recall.lost;
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
      // Nobody is given terms for a category he was not asked about.
      if (kept.some((one) => one.notice.offerHash !== found.hash.toString('hex'))) return changedSince(slug);
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
    const withdrawn = this.#inTurn(() => this.#withdraw(slug, categories));
    withdrawn.catch(() => this.#refused.push({ slug, categories }));
    return withdrawn;
  }

  /** Writes what is owed: withdrawals that the disk refused, and what a lost stretch suspends; to be called now and then. */
  async writeRefused(): Promise<void> {
    const again = this.#refused;
    this.#refused = [];
    for (const { slug, categories } of again) await this.withdraw(slug, categories).catch(() => undefined);
    if (this.#recall.isUnsettled) await this.#inTurn(() => this.#recall.settle().then(done)).catch(() => undefined);
  }

  /** Ends this desk: what is being said is written, and nothing more is heard. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.#turns.underWay;
  }

  async #withdraw(
    slug: string,
    categories: readonly Category[] | undefined,
  ): Promise<Answer<{ withdrawn: readonly Category[] }>> {
    const agreements = this.agreements.under(slug);
    const affected = this.#stop(slug, categories);
    const forgotten = this.#recall.names(slug, categories);
    if (affected.every((one) => one.categories.length === 0) && forgotten.length === 0) return nothingGiven(slug);
    const nowMs = this.#parts.clock.now().ms;
    const ended = affected.flatMap(({ agreement, categories: list }) => endingsOf(this.#book, agreement, list, nowMs));
    const pages = this.#book.write(ended);
    const closing = agreements.filter((one) => one.closedAtMs === undefined && this.#standing(one).length === 0);
    const used = this.#parts.usedSubjects();
    const known = affected.flatMap(({ agreement, categories: list }) =>
      erasuresOf(agreement, list, used, this.#parts.keys),
    );
    const erasing = [...known, ...forgotten].filter(({ withdrawal }) => !this.withdrawals.isAsked(withdrawal));
    await this.#parts.outbox.commit([
      ...this.#recall.owing(slug, categories),
      ...pages.map((page) => storePage(this.#parts.operator, page)),
      ...closing.map((one): Operation => ['agreement.close', nowMs, one.id]),
      ...affected.flatMap(({ agreement, categories: list }) => discarding(this.#parts.outbox, agreement, list)),
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
  }

  /**
   * Takes the broker's highest ordinal from the first answer of this run: agreements it has not seen yet are confirmed,
   * others get a new ordinal and new write keys. Returns what to commit together with that answer.
   */
  confirmOrdinals(kept: number): Operation[] {
    return this.#recall.confirm(kept);
  }

  /** Files the broker's signed receipt of an erasure; returns what to commit together with its acknowledgement. */
  receipt(receipt: Receipt): Operation[] {
    return this.withdrawals.receipt(receipt, this.#parts.clock.now().ms);
  }

  #standing(agreement: Agreement): ConsentRecord[] {
    return standingIn(this.#book, this.index).filter((one) => one.agreement === agreement.id);
  }

  /** The in-memory decision flips first; what is being given just now is stopped when its turn is over. */
  #stop(slug: string, categories: readonly Category[] | undefined) {
    const affected = this.agreements.under(slug).map((agreement) => {
      const all = categoriesOf(this.#book, agreement);
      return { agreement, categories: categories ? all.filter((one) => categories.includes(one)) : all };
    });
    for (const { agreement, categories: ended } of affected) this.#book.stop(agreement.id, ended);
    return affected;
  }

  async #open(
    agreement: Agreement,
    before: Agreement | undefined,
    records: readonly ConsentRecord[],
    hash: Buffer,
  ): Promise<void> {
    const nowMs = agreement.openedAtMs;
    // What a withdrawal stopped and the disk refused is ended here too: else a restart would bring it back beside the new yes.
    const replaced = before ? this.#book.all().filter((one) => one.agreement === before.id && grantOf(one)) : [];
    const pages = this.#book.write([
      ...replaced.map((one) => ConsentBook.ended(one, 'ConsentExpired', nowMs)),
      ...records,
    ]);
    const { id, ordinal, slug, confirmed } = agreement;
    const uuid = randomUUID();
    const ended = replaced.map((one) => one.process.piiType);
    await this.#parts.outbox.commit([
      ['agreement.open', id, this.#parts.operator, ordinal, uuid, hash, slug, nowMs, confirmed ? 1 : 0],
      ...(before
        ? [['agreement.close', nowMs, before.id] as const, ...discarding(this.#parts.outbox, before, ended, 'replaced')]
        : []),
      ...pages.map((page) => storePage(this.#parts.operator, page)),
    ]);
    if (before) this.agreements.put({ ...before, closedAtMs: nowMs });
    this.agreements.put(await this.#judged(agreement));
    this.#book.append(pages);
    this.#parts.onChange();
  }

  /** Where the first answer of the run came meanwhile, the ordinal is confirmed on disk before it is used; if the disk refuses, it waits. */
  async #judged(agreement: Agreement): Promise<Agreement> {
    const judged = this.agreements.judged(agreement);
    if (judged === agreement) return agreement;
    return this.#parts.outbox.commit([['agreement.confirm', judged.ordinal, judged.id]]).then(
      () => judged,
      () => agreement,
    );
  }

  /**
   * After home time came back by so much: a yes stamped with a time that has not come yet is written again with the time
   * at which it was said, so that it holds now and for as long as was agreed.
   */
  cameBack(byMs: number): Promise<Answer<number>> {
    return this.#inTurn(async () => {
      const standing = standingIn(this.#book, this.index);
      const pages = this.#book.write(saidInTime(standing, this.#parts.clock.now().ms, byMs));
      if (pages.length === 0) return done(0);
      await this.#parts.outbox.commit(pages.map((page) => storePage(this.#parts.operator, page)));
      this.#book.append(pages);
      this.#parts.onChange();
      return done(pages.length);
    });
  }

  #inTurn<Value>(work: () => Promise<Answer<Value>>): Promise<Answer<Value>> {
    return this.#retired ? Promise.resolve(tryAgain()) : this.#turns.do(work);
  }
}
