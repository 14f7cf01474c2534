import { answer, refuse } from '../../proto/broker-answer.ts';
import { accept as acceptCell, needed } from '../../proto/broker-link.ts';
import type { Acceptance, HeldState } from '../../proto/broker-state.ts';
import type { Category } from '../../proto/lists.ts';
import type { DownBody, Interval, Pacing, Receipt, RefusalReason, RunId, UpBody } from '../../proto/wire.ts';
import type { Checks } from './checks.ts';
import { simulatedIdentities } from './names.ts';

/** A broker made worse on purpose, to show that the checkers see it. */
export interface BrokerFaults {
  readonly accept?: typeof acceptCell;
  /** Workers commit what they decided on a state that another worker has changed since. */
  readonly isUnserialized?: boolean;
  /** Workers answer before they commit, and may die between. */
  readonly answersFirst?: boolean;
}

/** One worker between loading and committing. */
export interface Work {
  readonly body: UpBody;
  readonly held: HeldState;
  readonly version: number;
}

/** A data broker's state at one instant. */
export interface BrokerBackup {
  readonly received: ReadonlyMap<RunId, readonly Interval[]>;
  readonly withdrawn: ReadonlyMap<string, ReadonlySet<Category>>;
  readonly stored: ReadonlyMap<string, ReadonlySet<number>>;
  readonly highestOrdinal: number;
}

/** Records with this value cannot be read by the broker: they stand for whatever a decoder refuses. */
export const UNREADABLE_VALUE = -1;

const ownerOfTime = (timeS: number) => timeS;
const SIGNATURE = '00'.repeat(64);

/** A data broker's durable state and its transaction, without a database. */
export class BrokerModel {
  #received = new Map<RunId, readonly Interval[]>();
  #withdrawn = new Map<string, ReadonlySet<Category>>();
  #stored = new Map<string, Set<number>>();
  #highestOrdinal = 0;
  #version = 0;
  readonly #checks: Checks;
  readonly #accept: typeof acceptCell;
  readonly faults: BrokerFaults;
  /** What answers say of pacing. */
  pacing: Pacing = { backlogWaitMs: 0, reconnectSpreadMs: 0 };
  readonly #credit: number;

  constructor(checks: Checks, credit: number, faults: BrokerFaults) {
    this.#checks = checks;
    this.#credit = credit;
    this.faults = faults;
    this.#accept = faults.accept ?? acceptCell;
  }

  /** What a worker loads before it decides. */
  load(body: UpBody): Work {
    const { runs, pseudonyms } = needed(body, simulatedIdentities);
    const received = new Map(runs.map((run) => [run, this.#received.get(run) ?? []]));
    const withdrawn = new Map(pseudonyms.map((name) => [name, this.#withdrawn.get(name) ?? new Set<Category>()]));
    const held: HeldState = { received, withdrawn, offerCovers: () => true, highestOrdinal: this.#highestOrdinal };
    return { body, held, version: this.#version };
  }

  /** Decides, commits (unless `dies`) and gives the answer; a state changed since is loaded again, as a database would. */
  finish(work: Work, dies: boolean): DownBody | undefined {
    const { body } = work;
    if (body.records.some((record) => record.value === UNREADABLE_VALUE)) return this.refuse(body, 'enumeration');
    const isStale = work.version !== this.#version && this.faults.isUnserialized !== true;
    const held = isStale ? this.load(body).held : work.held;
    const acceptance = this.#accept(body, held, simulatedIdentities);
    if (dies && this.faults.answersFirst !== true) return undefined;
    const receipts = dies ? [] : this.#commit(body, acceptance);
    return answer({ body, acceptance, receipts, credit: this.#credit, pacing: this.pacing });
  }

  /** The answer to a cell that is not taken at all. */
  refuse(body: UpBody, reason: RefusalReason): DownBody {
    return refuse({
      run: body.run,
      cell: body.cell,
      reason,
      held: this.#received.get(body.run) ?? [],
      highestOrdinal: this.#highestOrdinal,
      credit: this.#credit,
    });
  }

  #commit(body: UpBody, acceptance: Acceptance): Receipt[] {
    this.#version++;
    for (const { run, intervals } of acceptance.received) this.#received.set(run, intervals);
    this.#highestOrdinal = acceptance.highestOrdinal;
    const receipts = acceptance.withdraw.map((withdrawal) =>
      this.#withdraw(withdrawal.pseudonym, withdrawal.categories),
    );
    for (const { hours } of acceptance.leases) this.#checks.onLeased(hours);
    const kept = new Set<number>();
    for (const record of acceptance.store) {
      const key = record.pseudonym + record.category;
      const ids = this.#stored.get(key) ?? new Set();
      this.#checks.onStored(record.value, record.pseudonym, record.category, ownerOfTime(record.timeS));
      this.#stored.set(key, ids.add(record.value));
      kept.add(record.value);
    }
    if (acceptance.outcome === 'stored') {
      for (const { value, writeKey, category } of body.records) {
        if (!kept.has(value)) this.#checks.onDropped(value, simulatedIdentities.ofWriteKey(writeKey), category);
      }
    }
    return receipts;
  }

  /** A backup of everything it holds. */
  backup(): BrokerBackup {
    return {
      received: new Map(this.#received),
      withdrawn: new Map(this.#withdrawn),
      stored: new Map([...this.#stored].map(([key, ids]) => [key, new Set(ids)])),
      highestOrdinal: this.#highestOrdinal,
    };
  }

  /** Restored from a backup: what came since is gone, and the hubs have deleted it. */
  restore(backup: BrokerBackup): void {
    this.#version++;
    this.#received = new Map(backup.received);
    this.#withdrawn = new Map(backup.withdrawn);
    this.#stored = new Map([...backup.stored].map(([key, ids]) => [key, new Set(ids)]));
    this.#highestOrdinal = backup.highestOrdinal;
    const pairs = [...this.#withdrawn].flatMap(([name, categories]) => [...categories].map((one) => name + one));
    this.#checks.onBrokerRestored(new Set([...this.#stored.values()].flatMap((ids) => [...ids])), new Set(pairs));
  }

  /** The (pseudonym, category) pairs that have records now. */
  storedKeys(): Iterable<string> {
    return this.#stored.keys();
  }

  #withdraw(pseudonym: string, categories: readonly Category[]): Receipt {
    this.#withdrawn.set(pseudonym, new Set([...(this.#withdrawn.get(pseudonym) ?? []), ...categories]));
    for (const category of categories) {
      this.#stored.delete(pseudonym + category);
      this.#checks.onReceipt(pseudonym, category);
    }
    return { pseudonym, categories, erasedAtS: 0, signature: SIGNATURE };
  }
}
