import type { Category } from '../../proto/lists.ts';
import type { Receipt } from '../../proto/wire.ts';
import { type BookPage, ConsentBook } from '../consent/consent-book.ts';
import type { ConsentIndex } from '../consent/consent-index.ts';
import type { ConsentRecord } from '../consent/consent-record.ts';
import type { Circumstances } from '../consent/grant.ts';
import { OneAtATime } from '../one-at-a-time.ts';
import { Recall, type RecallParts } from '../restore/recall.ts';
import { suspendedUnder } from '../restore/suspension.ts';
import type { Operation } from '../store/store.ts';
import { standingIn } from './agreement-end.ts';
import { Agreements } from './agreements.ts';
import { type Answer, done } from './answer.ts';
import { bookSeal, storePage } from './book-seal.ts';
import { ConsentChanges, carryOver, isOf, type No, type Withdrawn } from './consent-changes.ts';
import type { OfferShelf, ShelvedOffer } from './offer-shelf.ts';
import { OWNER_SPEAKS, type Speaker } from './person.ts';
import { saidInTime } from './said-in-time.ts';
import { WithdrawalList } from './withdrawal-list.ts';
import { type Choice, choose, type RecordParts, writeRecord } from './yes.ts';
import { changedSince, noSuchOffer, tryAgain, unreadable, withdrawFirst } from './yes-problems.ts';

/** What the desk works with; all of it belongs to one operator. */
export interface ConsentDeskParts
  extends Omit<RecallParts, 'book' | 'agreements' | 'withdrawals' | 'offerOf' | 'random'> {
  readonly offers: OfferShelf;
  /** What stands beside the consents as the desk opens; `arrange` follows. */
  readonly circumstances: () => Circumstances;
}

/** Where yes and no are said. One thing at a time: what is said is on disk before the next is heard. */
export class ConsentDesk {
  readonly #parts: ConsentDeskParts;
  readonly #book: ConsentBook;
  readonly agreements: Agreements;
  readonly withdrawals: WithdrawalList;
  readonly #recall: Recall;
  readonly #changes: ConsentChanges;
  readonly #turns = new OneAtATime();
  /** Withdrawals the disk refused: stopped in memory, and written as soon as it takes them. */
  #refused: No[] = [];
  #retired = false;

  constructor(parts: ConsentDeskParts) {
    this.#parts = parts;
    const seal = bookSeal(parts.keys);
    this.#book = new ConsentBook(
      seal,
      parts.store.all<BookPage>('consent.pages', parts.operator),
      parts.circumstances(),
    );
    this.agreements = new Agreements(parts.store, parts.operator);
    this.withdrawals = new WithdrawalList(parts.store, parts.operator);
    const own = { book: this.#book, agreements: this.agreements, withdrawals: this.withdrawals, random: seal.random };
    this.#recall = new Recall({ ...parts, ...own, offerOf: (slug) => parts.offers.get(slug)?.offer });
    this.#changes = new ConsentChanges({ ...parts, ...own, recall: this.#recall });
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
    return agreement ? this.#changes.standing(agreement) : [];
  }

  /** The records of an offer that wait for a resident to say yes again. */
  suspended(slug: string): ConsentRecord[] {
    return suspendedUnder(this.#book, this.agreements.under(slug));
  }

  /** What a person said last to an offer about a category. */
  lastWord(offer: string, category: Category, person: number): ConsentRecord | undefined {
    return this.#book.lastWord(offer, category, person);
  }

  /** The stretch of this home's life that its memory does not hold, if any. */
  get lost(): Recall['lost'] {
    return this.#recall.lost;
  }

  /**
   * Says yes to an offer for one person: a record for each category, under one new agreement that replaces the old. What
   * others said, and this person to other categories, goes on under it with its own time and end.
   */
  give(slug: string, choice: Choice, speaker: Speaker = OWNER_SPEAKS): Promise<Answer<readonly ConsentRecord[]>> {
    return this.#inTurn(async () => {
      const found = this.#parts.offers.get(slug);
      if (!found) return noSuchOffer(slug);
      if (this.#book.fault !== undefined) return unreadable();
      const chosen = choose(found.offer, choice);
      if (!chosen.ok) return chosen;
      const nowMs = this.#parts.clock.now().ms;
      const before = this.agreements.open(slug);
      const standing = before ? this.#changes.standing(before) : [];
      const isChosen = (one: ConsentRecord) => isOf(one, speaker.person) && chosen.value.has(one.process.piiType);
      const hash = found.hash.toString('hex');
      const isSame = (one: ConsentRecord) => one.notice.offerHash === hash;
      const kept = standing.filter((one) => !isChosen(one));
      // Nobody is given terms he was not asked about: this person must say so, another is asked anew.
      if (kept.some((one) => isOf(one, speaker.person) && !isSame(one))) return changedSince(slug);
      const agreement = this.agreements.next(slug, nowMs);
      const given = [...chosen.value].map(([category, level]) => {
        const isRenewed = standing.some((one) => isChosen(one) && one.process.piiType === category);
        const state = isRenewed ? 'RenewedConsentGiven' : 'ConsentGiven';
        return this.#record(found, speaker, { category, level, agreement: agreement.id, scope: choice.scope, state });
      });
      const carried = kept.filter(isSame).map((one) => carryOver(one, agreement.id));
      const records = [...given, ...carried];
      await this.#changes.commit({ ...this.#changes.replacing(before, nowMs), opened: { agreement, records } });
      return done(given);
    });
  }

  /** Says no, or not now, without having said yes before; a no counts for everybody where sensors are shared. */
  decline(slug: string, state: 'ConsentRefused' | 'ConsentRequestDeferred', speaker: Speaker): Promise<Answer<null>> {
    return this.#inTurn(async () => {
      const found = this.#parts.offers.get(slug);
      if (!found) return noSuchOffer(slug);
      if (this.#book.fault !== undefined) return unreadable();
      if (this.given(slug).some((one) => isOf(one, speaker.person))) return withdrawFirst(slug);
      const records = found.offer.categories.map(({ category, level }) =>
        this.#record(found, speaker, { category, level, agreement: 0, state }),
      );
      await this.#changes.commit({ ended: records });
      return done(null);
    });
  }

  #record(
    { offer, hash }: ShelvedOffer,
    speaker: Speaker,
    about: Pick<RecordParts, 'category' | 'level' | 'agreement' | 'scope' | 'state'>,
  ): ConsentRecord {
    const principalId = this.#parts.keys.principal(offer.recipient.id, speaker.person);
    return writeRecord({ offer, hash, speaker, principalId, nowMs: this.#parts.clock.now().ms, ...about });
  }

  /**
   * Takes a yes back: stops at once, purges what waits, and asks the broker to erase. Without categories: all of it;
   * without a person: everybody's. What one person takes back stops for all, and is agreed anew among the others.
   */
  withdraw(slug: string, categories?: readonly Category[], person?: number): Promise<Answer<Withdrawn>> {
    return this.#say({ slug, categories, person });
  }

  #say(no: No): Promise<Answer<Withdrawn>> {
    this.#changes.stop(no);
    const withdrawn = this.#inTurn(async () => {
      const answer = await this.#changes.withdraw(no);
      if (answer.ok) void this.#parts.store.scrub();
      return answer;
    });
    withdrawn.catch(() => this.#refused.push(no));
    return withdrawn;
  }

  /** Writes what is owed: withdrawals that the disk refused, what ran out, and what a lost stretch suspends; to be called now and then. */
  async writeRefused(): Promise<void> {
    const again = this.#refused;
    this.#refused = [];
    for (const no of again) await this.#say(no).catch(() => undefined);
    if (this.#recall.isUnsettled) await this.#inTurn(() => this.#recall.settle().then(done)).catch(() => undefined);
    if (this.fault === undefined && this.#changes.hasRunOut)
      await this.#inTurn(() => this.#changes.expire().then(done)).catch(() => undefined);
  }

  /** Somebody moves out: takes back every yes of that person, then erases the content of what that person ever said. */
  async moveOut(person: number, also: readonly Operation[]): Promise<Answer<null>> {
    if (this.#book.fault !== undefined) return unreadable();
    const spoken = this.#book.all().filter((one) => isOf(one, person) && one.agreement > 0);
    for (const slug of new Set(spoken.map(({ notice }) => notice.offer))) await this.withdraw(slug, undefined, person);
    return this.#inTurn(async () => {
      await this.#parts.outbox.commit([['consent.erase', this.#parts.operator, person], ...also]);
      this.#book.forget(person);
      void this.#parts.store.scrub();
      return done(null);
    });
  }

  /** From now on somebody else lives in the home, or something is held back. */
  arrange(circumstances: Circumstances): void {
    this.#book.arrange(circumstances);
    this.#parts.onChange();
  }

  /** Ends this desk: what is being said is written, and nothing more is heard. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.#turns.underWay;
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
