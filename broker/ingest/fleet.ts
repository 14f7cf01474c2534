import { reconnectSpreadMs } from '../../proto/pacing.ts';
import { LIMITS } from '../limits.ts';
import type { BrokerStore } from '../store/store.ts';

/** How many hubs are enrolled, counted now and then, and over how long they should come back after a common loss. */
export class Fleet {
  readonly #store: BrokerStore;
  readonly #now: () => number;
  #hubs = 0;
  #countedMs = Number.NEGATIVE_INFINITY;

  /** `now` gives milliseconds that only go forward. */
  constructor(store: BrokerStore, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Milliseconds for the answer of this moment; a count that is due goes on in the background. */
  spreadMs(): number {
    if (this.#now() - this.#countedMs >= LIMITS.countHubsEveryMs) {
      this.#countedMs = this.#now();
      // A store that cannot count now is asked again in a minute.
      void this.count().catch(() => undefined);
    }
    return reconnectSpreadMs(this.#hubs, LIMITS.reconnectsPerSecond);
  }

  /** Counts the hubs now. */
  async count(): Promise<void> {
    this.#hubs = (await this.#store.size()).hubs;
  }
}
