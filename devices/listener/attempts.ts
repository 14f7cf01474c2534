/** Bounds of the memory of wrong passwords, as in the table of limits. */
export interface AttemptLimits {
  readonly freeAttempts: number;
  readonly attemptDelayMs: number;
  readonly attemptMemoryMs: number;
  readonly attemptAddresses: number;
}

/** The shortest slowed answer; each further wrong password doubles it up to the limit. */
const FIRST_DELAY_MS = 100;

/** Remembers wrong passwords by remote address, in bounded memory; knows no clock of its own. */
export class Attempts {
  readonly #limits: AttemptLimits;
  readonly #failures = new Map<string, { count: number; lastMs: number }>();

  constructor(limits: AttemptLimits) {
    this.#limits = limits;
  }

  /** Notes a wrong password and says for how many milliseconds its answer is held back. */
  failed(address: string, nowMs: number): number {
    const { freeAttempts, attemptDelayMs, attemptMemoryMs, attemptAddresses } = this.#limits;
    const known = this.#failures.get(address);
    const count = known !== undefined && nowMs - known.lastMs < attemptMemoryMs ? known.count + 1 : 1;
    this.#failures.delete(address);
    this.#failures.set(address, { count, lastMs: nowMs });
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > attemptAddresses && !oldest.done) this.#failures.delete(oldest.value);
    const beyond = count - freeAttempts;
    return beyond <= 0 ? 0 : Math.min(attemptDelayMs, FIRST_DELAY_MS * 2 ** Math.min(beyond - 1, 30));
  }

  /** Forgets an address that has shown the right password. */
  succeeded(address: string): void {
    this.#failures.delete(address);
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#failures.size;
  }
}
