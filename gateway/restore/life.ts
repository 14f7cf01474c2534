import type { Category } from '../../proto/lists.ts';
import { LIMITS } from '../limits.ts';
import type { Operation, Store } from '../store/store.ts';

/**
 * A stretch of this home's life that its memory does not hold: it was restored from a backup, or its disk was set back.
 * Instants are home time in milliseconds.
 */
export interface LostStretch {
  readonly why: 'restored' | 'setBack';
  /** Not later than the beginning: what the memory holds last. */
  readonly sinceMs: number;
  /** When it was noticed: the lost hub did nothing later. Undefined where the clock could not say. */
  readonly untilMs: number | undefined;
  /** Agreements up to this id are from before and are suspended. */
  readonly agreements: number;
  /** The highest ordinal the data broker showed afterwards; undefined until it did. */
  readonly keptOrdinal: number | undefined;
  /** Whether what was suspended is out of the outbox too. */
  readonly isSettled: boolean;
  /** Withdrawals said before the data broker showed how far the lost stretch reached. */
  readonly owed: readonly { readonly slug: string; readonly categories: readonly Category[] }[];
}

/** What the hub knows of its own life with one operator. */
interface Remembered {
  /** The first answer of the newest run that had one. */
  readonly answeredAtMs: number;
  /** The highest ordinal known to be kept by the data broker. */
  readonly keptOrdinal: number;
  /** An ordinal below which no new agreement is opened. */
  readonly skipped: number;
  /** Ordinals spent as marks: no agreement has them. */
  readonly marks: readonly number[];
  readonly lost: LostStretch | undefined;
}

/** The first answer of a run, beside what this memory holds. */
export interface FirstAnswer {
  /** The highest ordinal the data broker keeps, and the highest this memory has shown it. */
  readonly kept: number;
  readonly shown: number;
  /** The newest agreement (id) that was loaded from disk. */
  readonly agreements: number;
  /** How many ordinals to skip where a stretch is missing. */
  readonly skip: number;
  readonly nowMs: number;
  readonly isEstimated: boolean;
}

const BEFORE_THE_FIRST: Remembered = { answeredAtMs: 0, keptOrdinal: 0, skipped: 0, marks: [], lost: undefined };

/** The memory of this home's own life: how it notices that a stretch of it is missing, durable as one row of `meta`. */
export class Life {
  readonly #key: string;
  #now: Remembered;

  constructor(store: Store, operator: number) {
    this.#key = `life/${operator}`;
    const row = store.get<{ value: Buffer }>('meta.get', this.#key);
    this.#now = row ? { ...BEFORE_THE_FIRST, ...JSON.parse(row.value.toString()) } : BEFORE_THE_FIRST;
  }

  /** The stretch that is missing, if any. */
  get lost(): LostStretch | undefined {
    return this.#now.lost;
  }

  /** An ordinal below which no new agreement is opened; 0 at first. */
  get skipped(): number {
    return this.#now.skipped;
  }

  /** The highest ordinal spent as a mark; 0 at first. */
  get mark(): number {
    return Math.max(0, ...this.#now.marks);
  }

  /** Ordinals the hub does not remember, up to the highest the data broker keeps; `known` are those in its book. */
  forgotten(known: ReadonlySet<number>): number[] {
    const kept = Math.min(this.#now.lost?.keptOrdinal ?? 0, LIMITS.forgottenOrdinals);
    const remembered = new Set([...known, ...this.#now.marks]);
    return Array.from({ length: kept }, (_, index) => index + 1).filter((ordinal) => !remembered.has(ordinal));
  }

  /**
   * Spends an ordinal that no agreement will have, so that the data broker's highest one grows with this home's life: a
   * memory set back to before it is noticed. Undefined while starts follow each other too fast.
   */
  spend(ordinal: number, nowMs: number): Operation | undefined {
    const { marks, answeredAtMs } = this.#now;
    if (marks.length >= LIMITS.quickMarks && nowMs - answeredAtMs < LIMITS.markMs) return undefined;
    this.#now = { ...this.#now, marks: [...marks, ordinal] };
    return this.#operation(this.#now);
  }

  /**
   * The first answer of a run shows the highest ordinal the data broker keeps. Higher than any this memory has shown it:
   * somebody lived on with this home's keys, and this memory is older than that life.
   */
  answered(answer: FirstAnswer): Operation {
    const { kept, shown, agreements, skip, nowMs, isEstimated } = answer;
    const { lost, answeredAtMs, keptOrdinal } = this.#now;
    const isAhead = kept > Math.max(shown, keptOrdinal);
    const isAwaited = lost !== undefined && lost.keptOrdinal === undefined;
    const found: LostStretch | undefined =
      isAhead && !isAwaited
        ? {
            why: 'setBack',
            sinceMs: Math.min(answeredAtMs, lost?.sinceMs ?? answeredAtMs),
            untilMs: isEstimated ? undefined : nowMs,
            agreements,
            keptOrdinal: kept,
            isSettled: false,
            owed: lost?.owed ?? [],
          }
        : lost && {
            ...lost,
            keptOrdinal: Math.max(kept, lost.keptOrdinal ?? 0),
            untilMs: lost.untilMs ?? (isEstimated ? undefined : nowMs),
          };
    this.#now = {
      answeredAtMs: nowMs,
      keptOrdinal: Math.max(kept, keptOrdinal),
      skipped: isAhead || isAwaited ? kept + skip : this.#now.skipped,
      marks: this.#now.marks,
      lost: found,
    };
    return this.#operation(this.#now);
  }

  /** A withdrawal was said before it is known how far the lost stretch reached. */
  owe(slug: string, categories: readonly Category[]): Operation {
    this.change({ owed: [...(this.#now.lost?.owed ?? []), { slug, categories }] });
    return this.#operation(this.#now);
  }

  /** The operation that keeps a change of what is known of the lost stretch; `change` takes it in once it is on disk. */
  keeping(change: Pick<LostStretch, 'isSettled'> | Pick<LostStretch, 'owed'>): Operation {
    return this.#operation(this.#changed(change));
  }

  /** Takes in a change of what is known of the lost stretch. */
  change(change: Parameters<Life['keeping']>[0]): void {
    this.#now = this.#changed(change);
  }

  /** The operation that tells a hub, when it starts, that it was restored from a backup made at an instant. */
  restored(madeAtMs: number, agreements: number): Operation {
    const sinceMs = Math.min(madeAtMs, this.#now.lost?.sinceMs ?? madeAtMs);
    const lost: LostStretch = {
      why: 'restored',
      sinceMs,
      untilMs: undefined,
      agreements,
      keptOrdinal: undefined,
      isSettled: false,
      owed: this.#now.lost?.owed ?? [],
    };
    this.#now = { ...this.#now, lost };
    return this.#operation(this.#now);
  }

  #changed(change: Partial<LostStretch>): Remembered {
    const { lost } = this.#now;
    return lost ? { ...this.#now, lost: { ...lost, ...change } } : this.#now;
  }

  #operation(remembered: Remembered): Operation {
    return ['meta.put', this.#key, Buffer.from(JSON.stringify(remembered))];
  }
}
