import type { DownBody } from './wire.ts';

/** More cells at once than any broker needs: each costs the hub memory, and the time to compose it. */
const CREDIT_MOST = 16;

/** How many cells may be under way: what the answer to the newest cell said. */
export class Credit {
  #cells: number;
  #newestAnswered = 0;

  constructor(cells: number) {
    this.#cells = cells;
  }

  /** Cells that may be under way now. */
  get cells(): number {
    return this.#cells;
  }

  /** An answer came; one to an older cell than another answer's says nothing. */
  heard({ cell, credit }: DownBody): void {
    if (cell <= this.#newestAnswered) return;
    this.#newestAnswered = cell;
    this.#cells = Math.min(credit, CREDIT_MOST);
  }
}
