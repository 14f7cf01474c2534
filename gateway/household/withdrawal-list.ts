import { pseudonym, writeKey } from '../../proto/keys.ts';
import type { Category } from '../../proto/lists.ts';
import type { Receipt, Withdrawal } from '../../proto/wire.ts';
import type { Operation, Store } from '../store/store.ts';

/** One name that must be erased at the broker: the pseudonym, and which of its categories. */
interface Erasure {
  readonly pseudonym: string;
  readonly categories: readonly Category[];
}

/** `sent` until the broker's receipts for all its names are in hand, then `erased`; `nothingHeld` when nothing had left. */
export type WithdrawalStage = 'sent' | 'erased' | 'nothingHeld';

/** A withdrawal as the household sees it. */
export interface WithdrawalState {
  readonly id: number;
  readonly slug: string;
  readonly state: WithdrawalStage;
  readonly requestedAtMs: number;
  readonly erasedAtMs: number | undefined;
  readonly erasures: readonly Erasure[];
  readonly receipts: readonly Receipt[];
}

interface WithdrawalRow {
  readonly id: number;
  readonly slug: string;
  readonly erasures: string;
  readonly state: WithdrawalStage;
  readonly requested_at: number;
  readonly erased_at: number | null;
  readonly receipts: string | null;
}

/** The withdrawals with one operator and how far each has come. */
export class WithdrawalList {
  readonly #operator: number;
  readonly #all = new Map<number, WithdrawalState>();
  #highestId: number;
  #drafted: WithdrawalState | undefined;

  constructor(store: Store, operator: number) {
    this.#operator = operator;
    this.#highestId = store.get<{ seq: number }>('withdrawal.highest')?.seq ?? 0;
    for (const row of store.all<WithdrawalRow>('withdrawal.all', operator)) {
      this.#all.set(row.id, {
        id: row.id,
        slug: row.slug,
        state: row.state,
        requestedAtMs: row.requested_at,
        erasedAtMs: row.erased_at ?? undefined,
        erasures: JSON.parse(row.erasures),
        receipts: JSON.parse(row.receipts ?? '[]'),
      });
    }
  }

  /** How far the withdrawal of an offer has come: one that still waits is shown before any that is done. */
  latest(slug: string): WithdrawalState | undefined {
    const all = [...this.#all.values()].filter((one) => one.slug === slug);
    return all.findLast((one) => one.state === 'sent') ?? all.at(-1);
  }

  /** Whether the broker was already asked to erase all this; its receipt is in hand or will come. */
  isAsked(withdrawal: Withdrawal): boolean {
    const name = nameOf(withdrawal);
    const asked = [...this.#all.values()].flatMap((one) =>
      one.erasures.filter((erasure) => erasure.pseudonym === name),
    );
    return withdrawal.categories.every((category) => asked.some((erasure) => erasure.categories.includes(category)));
  }

  /** Drafts a withdrawal: the operation that stores it; `added` takes it in once that is on disk. */
  add(slug: string, withdrawals: readonly Withdrawal[], nowMs: number): Operation[] {
    const erasures = withdrawals.map((one) => ({ pseudonym: nameOf(one), categories: one.categories }));
    const nothing = erasures.length === 0;
    this.#drafted = {
      id: this.#highestId + 1,
      slug,
      state: nothing ? 'nothingHeld' : 'sent',
      requestedAtMs: nowMs,
      erasedAtMs: undefined,
      erasures,
      receipts: [],
    };
    const { id, state } = this.#drafted;
    return [['withdrawal.add', id, this.#operator, slug, JSON.stringify(erasures), state, nowMs, '[]']];
  }

  /** Takes the drafted withdrawal in. */
  added(): void {
    if (!this.#drafted) return;
    this.#highestId = this.#drafted.id;
    this.#all.set(this.#drafted.id, this.#drafted);
    this.#drafted = undefined;
  }

  /** Files a verified receipt under every withdrawal it answers. */
  receipt(receipt: Receipt, nowMs: number): Operation[] {
    const answered = [...this.#all.values()].filter(
      (one) =>
        one.erasures.some((erasure) => answers(receipt, erasure)) && !one.receipts.some((held) => equal(held, receipt)),
    );
    return answered.map((one) => {
      const receipts = [...one.receipts, receipt];
      const erased = one.erasures.every((erasure) => receipts.some((held) => answers(held, erasure)));
      const now: WithdrawalState = {
        ...one,
        receipts,
        state: erased ? 'erased' : 'sent',
        erasedAtMs: erased ? nowMs : undefined,
      };
      this.#all.set(one.id, now);
      return ['withdrawal.receipt', now.state, now.erasedAtMs ?? null, JSON.stringify(receipts), now.id];
    });
  }
}

function nameOf(withdrawal: Withdrawal): string {
  return pseudonym(writeKey(Buffer.from(withdrawal.eraseKey, 'hex'))).toString('hex');
}

function answers(receipt: Receipt, erasure: Erasure): boolean {
  return receipt.pseudonym === erasure.pseudonym && erasure.categories.every((one) => receipt.categories.includes(one));
}

function equal(one: Receipt, other: Receipt): boolean {
  return one.pseudonym === other.pseudonym && one.signature === other.signature;
}
