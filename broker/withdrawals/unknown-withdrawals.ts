import { LIMITS } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { hourAt } from '../surroundings.ts';

/**
 * Bounds what anybody can make the store keep for ever: withdrawals by erase key alone of pseudonyms nothing was stored
 * under yet. Counted in memory, per process and hour.
 */
export class UnknownWithdrawals {
  readonly #perHour: number;
  #hour = 0;
  #kept = 0;

  constructor(perHour: number = LIMITS.unknownWithdrawalsPerHour) {
    this.#perHour = perHour;
  }

  /** Makes room for this many entries of one pseudonym and category each; throws Refusal 429 when the hour has none left. */
  admit(entries: number, nowMs: number): void {
    const hour = hourAt(nowMs);
    if (hour !== this.#hour) [this.#hour, this.#kept] = [hour, 0];
    if (this.#kept + entries > this.#perHour) {
      throw new Refusal(
        429,
        'tooManyUnknown',
        'Nothing was ever stored under this erase key, and no more withdrawals of such keys are taken in this hour.',
        'Ask again after the hour, or withdraw at the home’s hub: an enrolled hub sends withdrawals in its cells, where this limit is not.',
      );
    }
    this.#kept += entries;
  }
}
