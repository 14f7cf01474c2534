import { LIMITS } from '../limits.ts';

/** What the pace is given. */
export interface PaceSettings {
  /** Calls once after so many milliseconds. */
  readonly after: (waitMs: number, run: () => void) => void;
  /** Looks whether a cell should go, and sends it. */
  readonly flush: () => void;
}

/** How the prompt lane stands when its next cell is considered. */
export interface Standing {
  /** Prompt cells under way whose answer is waited for. */
  readonly awaited: number;
  /** The id of the newest item in the outbox. */
  readonly newest: number;
  /** Whether something waited through an outage, and cells may carry it. */
  readonly hasBacklog: boolean;
}

/**
 * When the prompt lane's next cell goes. A cell costs as much with one event as with hundreds, for the line and for this
 * computer: what comes alone goes at once, and what follows it closely travels together.
 */
export class PromptPace {
  readonly #settings: PaceSettings;
  /** The newest item that has had its place in a cell. */
  #newestTaken = 0;
  #isTurnPlanned = false;
  #isResting = false;

  constructor(settings: PaceSettings) {
    this.#settings = settings;
  }

  /** These items have their place in a cell. */
  taken(ids: readonly number[]): void {
    this.#newestTaken = Math.max(this.#newestTaken, ...ids);
  }

  /** Whether the next cell should go now: a full one, or any while few are under way and the last left a moment ago. */
  isDue({ awaited, newest, hasBacklog }: Standing): boolean {
    if (hasBacklog || newest - this.#newestTaken >= LIMITS.promptItems) return true;
    return !this.#isResting && awaited < LIMITS.promptCells;
  }

  /** A cell was written. */
  sent(): void {
    const { after, flush } = this.#settings;
    // A full cell takes milliseconds to make: what arrived meanwhile has its turn before the next.
    if (!this.#isTurnPlanned) {
      this.#isTurnPlanned = true;
      after(0, () => {
        this.#isTurnPlanned = false;
        flush();
      });
    }
    if (this.#isResting) return;
    this.#isResting = true;
    after(LIMITS.promptRestMs, () => {
      this.#isResting = false;
      flush();
    });
  }
}
