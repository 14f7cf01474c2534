import { randomBytes } from 'node:crypto';
import { answer } from '../../proto/broker-answer.ts';
import { accept, identities } from '../../proto/broker-link.ts';
import type { AcceptedRecord, HeldState } from '../../proto/broker-state.ts';
import { openUp, sealDown } from '../../proto/cell.ts';
import type { Category } from '../../proto/lists.ts';
import { signReceipt } from '../../proto/receipt.ts';
import type { Interval, RunId, UpBody } from '../../proto/wire.ts';
import type { TestOperator } from './test-operator.ts';

/** A data broker without disk or network, on the protocol's own state machine: what it holds is what recipients have. */
export class BrokerInMemory {
  readonly operator: TestOperator;
  readonly #judge: typeof accept;
  /** What recipients can read now. */
  records: AcceptedRecord[] = [];
  /** What was ever stored, erased since or not. */
  readonly ever: AcceptedRecord[] = [];
  /** Every body that arrived, as the broker opened it, repetitions included. */
  readonly bodies: UpBody[] = [];
  readonly receipts: { readonly pseudonym: string; readonly categories: readonly Category[] }[] = [];
  highestOrdinal = 0;
  readonly #received = new Map<RunId, readonly Interval[]>();
  readonly #withdrawn = new Map<string, Set<Category>>();

  /** `judge` is the protocol's acceptance, or a broken one. */
  constructor(operator: TestOperator, judge: typeof accept = accept) {
    this.operator = operator;
    this.#judge = judge;
  }

  /** Takes one sealed cell of a hub and gives the sealed answer; throws when it does not open. */
  take(frame: Buffer, hub: Buffer): Buffer {
    const { enrolmentKey, operator, service } = this.operator;
    const opened = openUp({ frame, enrolmentKey, hub });
    if (!opened.ok) throw new Error(`the cell does not open: ${opened.reason}`);
    const { body } = opened;
    this.bodies.push(body);
    const acceptance = this.#judge(body, this.#held(), identities);
    for (const { run, intervals } of acceptance.received) this.#received.set(run, intervals);
    this.highestOrdinal = acceptance.highestOrdinal;
    for (const { pseudonym, categories } of acceptance.withdraw) this.#erase(pseudonym, categories);
    this.records.push(...acceptance.store);
    this.ever.push(...acceptance.store);
    const erasedAtS = 1_790_000_000;
    const receipts = acceptance.withdraw.map(({ pseudonym, categories }) =>
      signReceipt({ pseudonym, categories, erasedAtS }, operator, service.privateKey),
    );
    const down = answer({ body, acceptance, receipts, credit: 8 });
    return sealDown({ enrolmentKey, hub, run: body.run, body: down, randomNonce: randomBytes(12) });
  }

  #held(): HeldState {
    return {
      received: this.#received,
      withdrawn: this.#withdrawn,
      offerCovers: () => true,
      highestOrdinal: this.highestOrdinal,
    };
  }

  #erase(pseudonym: string, categories: readonly Category[]): void {
    const withdrawn = this.#withdrawn.get(pseudonym) ?? new Set();
    for (const category of categories) withdrawn.add(category);
    this.#withdrawn.set(pseudonym, withdrawn);
    this.receipts.push({ pseudonym, categories });
    this.records = this.records.filter((one) => one.pseudonym !== pseudonym || !categories.includes(one.category));
  }
}
