import { pseudonym, writeKey } from '../../proto/keys.ts';
import type { Category } from '../../proto/lists.ts';
import type { Attestation, Receipt, Standing, Withdrawal } from '../../proto/wire.ts';
import type { Operation, Store } from '../store/store.ts';
import { attestedWith, Inquiries } from './attested.ts';

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
  /** What the data broker said of the recipient's attestation, by pseudonym. */
  readonly attestations: Readonly<Record<string, Attestation>>;
  /** When the newest of that was learnt. */
  readonly attestedAtMs: number | undefined;
}

interface WithdrawalRow {
  readonly id: number;
  readonly slug: string;
  readonly erasures: string;
  readonly state: WithdrawalStage;
  readonly requested_at: number;
  readonly erased_at: number | null;
  readonly receipts: string | null;
  readonly attestations: string | null;
  readonly attested_at: number | null;
}

/** The withdrawals with one operator and how far each has come. */
export class WithdrawalList {
  readonly #operator: number;
  readonly #all = new Map<number, WithdrawalState>();
  #highestId: number;
  #drafted: WithdrawalState | undefined;
  readonly #inquiries = new Inquiries();

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
        attestations: JSON.parse(row.attestations ?? '{}'),
        attestedAtMs: row.attested_at ?? undefined,
      });
    }
  }

  /** Every withdrawal with its receipts, oldest first. */
  all(): WithdrawalState[] {
    return [...this.#all.values()];
  }

  /** Names whose recipient's attestation is to be asked about now, at most `most`. */
  inquiries(nowMs: number, most: number): string[] {
    return this.#inquiries.due(this.all(), nowMs, most);
  }

  /** Files what the data broker answered of attestations; returns what to commit. */
  standings(standings: readonly Standing[], nowMs: number): Operation[] {
    return this.all().flatMap((one): Operation[] => {
      const attestations = attestedWith(one, standings);
      if (!attestations) return [];
      this.#all.set(one.id, { ...one, attestations, attestedAtMs: nowMs });
      return [['withdrawal.attested', JSON.stringify(attestations), nowMs, one.id]];
    });
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
      attestations: {},
      attestedAtMs: undefined,
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
