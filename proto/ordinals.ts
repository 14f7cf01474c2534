/** Which ordinals of agreements one run of a hub may use, and which the broker is known to keep. */
export class Ordinals {
  #confirmed: number;
  #firstKept: number | undefined;
  #kept: number;

  /** The highest ordinal confirmed on disk; 0 at first. */
  constructor(confirmed: number) {
    this.#confirmed = confirmed;
    this.#kept = confirmed;
  }

  /** The highest ordinal the broker is known to keep. */
  get kept(): number {
    return this.#kept;
  }

  /** Whether this ordinal is confirmed. */
  mayUse(ordinal: number): boolean {
    return ordinal <= this.#confirmed;
  }

  /** Whether this ordinal may be confirmed: the first answer came, and the kept ordinal it showed was lower. */
  canConfirm(ordinal: number): boolean {
    return this.mayUse(ordinal) || (this.#firstKept !== undefined && ordinal > this.#firstKept);
  }

  /** Confirms every ordinal up to this one; throws RangeError when `canConfirm` says no. */
  confirm(ordinal: number): void {
    if (!this.canConfirm(ordinal)) throw new RangeError('this ordinal is not above the kept one');
    this.#confirmed = Math.max(this.#confirmed, ordinal);
  }

  /** What a cell announces: the highest ordinal in use. */
  announced(highest: number): number {
    return Math.max(this.#kept, this.mayUse(highest) ? highest : 0);
  }

  /** An answer shows the ordinal the broker keeps; true for the first one. */
  shown(kept: number): boolean {
    const isFirst = this.#firstKept === undefined;
    this.#firstKept ??= kept;
    this.#kept = Math.max(this.#kept, kept);
    return isFirst;
  }
}
