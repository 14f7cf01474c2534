import { randomUUID } from 'node:crypto';
import type { Category } from '../../proto/lists.ts';
import { ConsentBook } from '../consent/consent-book.ts';
import { type ConsentRecord, grantOf, personOf } from '../consent/consent-record.ts';
import { hasCertainlyEnded } from '../consent/decide.ts';
import type { Recall, RecallParts } from '../restore/recall.ts';
import type { Operation } from '../store/store.ts';
import { categoriesOf, discarding, endingsOf, erasuresOf, standingIn } from './agreement-end.ts';
import type { Agreement, Agreements } from './agreements.ts';
import { type Answer, done } from './answer.ts';
import { storePage } from './book-seal.ts';
import type { WithdrawalList } from './withdrawal-list.ts';
import { nothingGiven } from './yes-problems.ts';

/** What was taken back. */
export interface Withdrawn {
  readonly withdrawn: readonly Category[];
}

/** A no: to an offer, to some of it or (without categories) all, by one person or (without) for everybody. */
export interface No {
  readonly slug: string;
  readonly categories: readonly Category[] | undefined;
  readonly person: number | undefined;
}

/** A change of what is agreed: what one commit writes. */
export interface Change {
  /** Records as they end, and answers that open nothing. */
  readonly ended: readonly ConsentRecord[];
  /** An agreement that opens, with its records; it replaces those that close. */
  readonly opened?: { readonly agreement: Agreement; readonly records: readonly ConsentRecord[] } | undefined;
  readonly closing?: readonly Agreement[];
  readonly operations?: readonly Operation[];
}

/** What changes work with: the desk's own things. */
export interface ChangesParts
  extends Pick<RecallParts, 'book' | 'outbox' | 'operator' | 'keys' | 'usedSubjects' | 'clock' | 'onChange'> {
  readonly agreements: Agreements;
  readonly withdrawals: WithdrawalList;
  readonly recall: Recall;
}

/** Whether a record is this person's. */
export function isOf(record: ConsentRecord, person: number): boolean {
  return personOf(record) === person;
}

/** A yes said before, under another agreement on the same terms: its time and end stay. */
export function carryOver(record: ConsentRecord, agreement: number): ConsentRecord {
  return { ...record, recordId: randomUUID(), agreement, event: { ...record.event, channel: 'carriedOver' } };
}

/** Makes changes of what is agreed durable, each in one commit, and true in memory afterwards. */
export class ConsentChanges {
  readonly #parts: ChangesParts;
  /** What was taken back and is not on disk yet. */
  readonly #noes = new Set<No>();

  constructor(parts: ChangesParts) {
    this.#parts = parts;
  }

  /** The records of an agreement that permit something now. */
  standing(agreement: Agreement): ConsentRecord[] {
    const { book } = this.#parts;
    return standingIn(book, book.index).filter((one) => one.agreement === agreement.id);
  }

  /** What ends when a new agreement takes an old one's place; what a withdrawal stopped and the disk refused, too: else a restart would bring it back. */
  replacing(before: Agreement | undefined, nowMs: number): Required<Pick<Change, 'ended' | 'closing' | 'operations'>> {
    if (!before) return { ended: [], closing: [], operations: [] };
    const { book, outbox } = this.#parts;
    const replaced = book.all().filter((one) => one.agreement === before.id && grantOf(one));
    const categories = [...new Set(replaced.map((one) => one.process.piiType))];
    return {
      ended: replaced.map((one) => ConsentBook.ended(one, 'ConsentExpired', nowMs)),
      closing: [before],
      operations: discarding(outbox, before, categories, 'replaced'),
    };
  }

  /** Stops in memory, before anything is written: the in-memory decision flips first. */
  stop(no: No) {
    this.#noes.add(no);
    const { book, agreements } = this.#parts;
    const affected = agreements.under(no.slug).map((agreement) => {
      const all = no.person === undefined ? categoriesOf(book, agreement) : this.#saidBy(no.person, agreement);
      return { agreement, categories: no.categories ? all.filter((one) => no.categories?.includes(one)) : all };
    });
    for (const { agreement, categories: ended } of affected) book.stop(agreement.id, ended);
    return affected;
  }

  #saidBy(person: number, agreement: Agreement): Category[] {
    const { book } = this.#parts;
    if (book.fault !== undefined) return categoriesOf(book, agreement);
    const own = book.all().filter((one) => one.agreement === agreement.id && isOf(one, person));
    return own.map((one) => one.process.piiType);
  }

  /** Writes a no: what ends, what is purged, what the broker must erase, and what the others agreed to, anew. */
  async withdraw(no: No): Promise<Answer<Withdrawn>> {
    const { book, agreements, outbox, keys, recall, withdrawals, usedSubjects } = this.#parts;
    const { slug, categories, person } = no;
    const affected = this.stop(no);
    const forgotten = recall.names(slug, categories);
    if (affected.every((one) => one.categories.length === 0) && forgotten.length === 0) {
      this.#noes.delete(no);
      return nothingGiven(slug);
    }
    const nowMs = this.#parts.clock.now().ms;
    const ended = affected
      .flatMap(({ agreement, categories: list }) => endingsOf(book, agreement, list, nowMs))
      .filter((one) => person === undefined || isOf(one, person));
    const known = affected.flatMap(({ agreement, categories: list }) =>
      erasuresOf(agreement, list, usedSubjects(), keys),
    );
    const erasing = [...known, ...forgotten].filter(({ withdrawal }) => !withdrawals.isAsked(withdrawal));
    const asked = erasing.map(({ withdrawal }) => withdrawal);
    const others = this.#others(no, affected, nowMs);
    const empty = agreements.under(slug).filter((one) => !one.closedAtMs && this.standing(one).length === 0);
    await this.commit({
      ended: [...ended, ...others.ended],
      opened: others.opened,
      closing: others.opened ? others.closing : empty,
      operations: [
        ...recall.owing(slug, categories),
        ...affected.flatMap(({ agreement, categories: list }) => discarding(outbox, agreement, list)),
        ...erasing.flatMap(({ agreement, withdrawal }) => outbox.enqueueWithdrawal(withdrawal, agreement)),
        ...others.operations,
        ...withdrawals.add(slug, asked, nowMs),
      ],
    });
    this.#noes.delete(no);
    withdrawals.added();
    return done({ withdrawn: [...new Set(affected.flatMap((one) => one.categories))] });
  }

  /** What the others agreed to goes on under a new agreement: the old name is erased at the broker. */
  #others(no: No, affected: ReturnType<ConsentChanges['stop']>, nowMs: number) {
    const { book, outbox, agreements, recall } = this.#parts;
    const none = { ended: [], closing: [], operations: [], opened: undefined };
    const open = agreements.open(no.slug);
    if (!open || no.person === undefined || recall.isUnsettled) return none;
    const ending = affected.find(({ agreement }) => agreement.id === open.id)?.categories ?? [];
    const standing = book.all().filter((one) => one.agreement === open.id && grantOf(one) && !this.#isTakenBack(one));
    if (!standing.some((one) => ending.includes(one.process.piiType))) return none;
    const agreement = agreements.next(no.slug, nowMs);
    const moved = [...new Set(standing.map((one) => one.process.piiType))].filter((one) => !ending.includes(one));
    return {
      ended: standing.map((one) => ConsentBook.ended(one, 'ConsentExpired', nowMs)),
      closing: [open],
      operations: discarding(outbox, open, moved, 'replaced'),
      opened: { agreement, records: standing.map((one) => carryOver(one, agreement.id)) },
    };
  }

  #isTakenBack(record: ConsentRecord): boolean {
    return [...this.#noes].some(
      ({ slug, categories, person }) =>
        slug === record.notice.offer &&
        (categories === undefined || categories.includes(record.process.piiType)) &&
        (person === undefined || isOf(record, person)),
    );
  }

  /** Whether a yes has run out that the book does not call expired yet. */
  get hasRunOut(): boolean {
    const moment = this.#parts.clock.moment();
    return this.#parts.book.index.all().some((grant) => hasCertainlyEnded(grant, moment));
  }

  /** Writes what has run out; what others said and has not goes on under a new agreement. */
  async expire(): Promise<void> {
    const { agreements, clock } = this.#parts;
    const moment = clock.moment();
    for (const open of agreements.all().filter((one) => one.closedAtMs === undefined)) {
      const standing = this.standing(open);
      const isOver = (one: ConsentRecord) =>
        moment.trusted && moment.nowMs - (moment.offByMs ?? 0) >= one.event.expiresMs;
      const over = standing.filter(isOver);
      if (over.length === 0) continue;
      const left = standing.filter((one) => !isOver(one));
      const expired = over.map((one) => ConsentBook.ended(one, 'ConsentExpired', moment.nowMs));
      const categories = new Set(over.map((one) => one.process.piiType));
      if (!left.some((one) => categories.has(one.process.piiType))) {
        await this.commit({ ended: expired, closing: left.length === 0 ? [open] : [] });
        continue;
      }
      const agreement = agreements.next(open.slug, moment.nowMs);
      const records = left.map((one) => carryOver(one, agreement.id));
      await this.commit({ ...this.replacing(open, moment.nowMs), opened: { agreement, records } });
    }
  }

  /** Writes a change in one commit; what it says is true once that is on disk. */
  async commit({ ended, opened, closing = [], operations = [] }: Change): Promise<void> {
    const { book, outbox, operator, agreements, clock } = this.#parts;
    const nowMs = opened?.agreement.openedAtMs ?? clock.now().ms;
    const pages = book.write([...ended, ...(opened?.records ?? [])]);
    await outbox.commit([
      ...(opened ? [this.#opening(opened.agreement, opened.records)] : []),
      ...closing.map((one): Operation => ['agreement.close', nowMs, one.id]),
      ...operations,
      ...pages.map((page) => storePage(operator, page)),
    ]);
    for (const one of closing) agreements.put({ ...one, closedAtMs: nowMs });
    if (opened) agreements.put(await this.#judged(opened.agreement));
    book.append(pages);
    this.#parts.onChange();
  }

  #opening({ id, ordinal, slug, openedAtMs, confirmed }: Agreement, [first]: readonly ConsentRecord[]): Operation {
    const hash = Buffer.from(first?.notice.offerHash ?? '', 'hex');
    const uuid = randomUUID();
    return ['agreement.open', id, this.#parts.operator, ordinal, uuid, hash, slug, openedAtMs, confirmed ? 1 : 0];
  }

  /** Where the first answer of the run came meanwhile, the ordinal is confirmed on disk before it is used; if the disk refuses, it waits. */
  async #judged(agreement: Agreement): Promise<Agreement> {
    const judged = this.#parts.agreements.judged(agreement);
    if (judged === agreement) return agreement;
    return this.#parts.outbox.commit([['agreement.confirm', judged.ordinal, judged.id]]).then(
      () => judged,
      () => agreement,
    );
  }
}
