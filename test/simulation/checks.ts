import type { Category } from '../../proto/lists.ts';
import type { DownBody } from '../../proto/wire.ts';

/** What must never happen, watched from outside: the checkers see every commit and every cell, and share no state with
 * the machines they watch. A record is known by a number that no two records share. */

/** A promise that was broken. */
export type Violation =
  | 'lost'
  | 'doubled'
  | 'resurrected'
  | 'sent after withdrawal'
  | 'ordinal used twice'
  | 'stuck'
  | 'lease repeated';

/** How often the interesting things happened; a simulation in which they do not happen shows nothing. */
export interface Counts {
  stored: number;
  dropped: number;
  purged: number;
  receipts: number;
  quarantined: number;
  partialOverlap: number;
  holes: number;
  sealed: number;
  backlog: number;
  leased: number;
  diskFull: number;
  logLost: number;
  brokerRestored: number;
}

/** Watches one run of the simulation. */
export class Checks {
  readonly counts: Counts = {
    stored: 0,
    dropped: 0,
    purged: 0,
    receipts: 0,
    quarantined: 0,
    partialOverlap: 0,
    holes: 0,
    sealed: 0,
    backlog: 0,
    leased: 0,
    diskFull: 0,
    logLost: 0,
    brokerRestored: 0,
  };
  readonly violations: { kind: Violation; detail: string }[] = [];
  #stored: Set<number> = new Set();
  #leased = new Set<number>();
  readonly #takenBack = new Set<number>();
  readonly #dropped = new Set<number>();
  readonly #purged = new Set<number>();
  #receipted: Set<string> = new Set();
  readonly #owners = new Map<string, number>();

  #report(kind: Violation, detail: string): void {
    this.violations.push({ kind, detail });
  }

  /** The broker answers a cell. */
  onAnswer(answer: DownBody): void {
    if (answer.refusal?.reason === 'partialOverlap') this.counts.partialOverlap++;
    if (answer.hole !== undefined) this.counts.holes++;
  }

  /** The broker committed a record of agreement `owner`. */
  onStored(record: number, pseudonym: string, category: Category, owner: number): void {
    if (this.#stored.has(record)) this.#report('doubled', `record ${record}`);
    this.#stored.add(record);
    this.counts.stored++;
    if (this.#receipted.has(pseudonym + category)) this.#report('resurrected', `record ${record}`);
    const before = this.#owners.get(pseudonym) ?? owner;
    if (before !== owner) this.#report('ordinal used twice', `agreements ${before} and ${owner}`);
    this.#owners.set(pseudonym, owner);
  }

  /** The broker extended a lease; its number of hours is no other lease's. */
  onLeased(hours: number): void {
    if (this.#leased.has(hours)) this.#report('lease repeated', `lease ${hours}`);
    this.#leased.add(hours);
    this.counts.leased++;
  }

  /** The broker dropped and counted a record; only what was withdrawn may be. */
  onDropped(record: number, pseudonym: string, category: Category): void {
    if (!this.#receipted.has(pseudonym + category)) this.#report('lost', `record ${record} dropped`);
    this.#dropped.add(record);
    this.counts.dropped++;
  }

  /** The broker erased this category of this pseudonym and signed a receipt. */
  onReceipt(pseudonym: string, category: Category): void {
    this.#receipted.add(pseudonym + category);
    this.counts.receipts++;
  }

  /**
   * The operator restored the broker from a backup: it holds these records and remembers these withdrawals (pseudonym and
   * category). What came since is the operator's loss, not the protocol's; it may come again, once.
   */
  onBrokerRestored(stored: ReadonlySet<number>, withdrawn: ReadonlySet<string>): void {
    for (const record of this.#stored) if (!stored.has(record)) this.#takenBack.add(record);
    this.#stored = new Set(stored);
    // A lease that was extended since the backup may be extended once more.
    this.#leased = new Set();
    this.#receipted = new Set([...this.#receipted].filter((pair) => withdrawn.has(pair)));
    this.counts.brokerRestored++;
  }

  /** At the end, these pseudonyms with a category still have records at the broker. */
  onRemaining(keys: Iterable<string>): void {
    for (const key of keys) if (this.#receipted.has(key)) this.#report('resurrected', 'records outlive their receipt');
  }

  /** The hub deletes a record because it was acknowledged. */
  onDeleted(record: number): void {
    const isAccounted =
      this.#stored.has(record) || this.#takenBack.has(record) || this.#dropped.has(record) || this.#purged.has(record);
    if (!isAccounted) this.#report('lost', `record ${record}`);
  }

  /** The hub purges and counts a record: withdrawn, or suspended by a restore. */
  onPurged(record: number): void {
    this.#purged.add(record);
    this.counts.purged++;
  }

  /** The hub gives a record up because the broker cannot read it; that had better be true. */
  onQuarantined(record: number, isUnreadable: boolean): void {
    this.counts.quarantined++;
    if (!isUnreadable) this.#report('lost', `record ${record} quarantined`);
  }

  /** The hub hands a cell to the network that carries a record of something it knows to be withdrawn. */
  onSentAfterWithdrawal(cell: number): void {
    this.#report('sent after withdrawal', `cell ${cell}`);
  }

  /** At the end, everything delivered, something is still waiting. */
  onStuck(what: string): void {
    this.#report('stuck', what);
  }
}
