import { LIVE_CELLS_IN_A_ROW } from './hub-order.ts';
import { type BacklogPace, heard, mayCarryBacklog, UNHEARD } from './pacing.ts';
import type { Pacing } from './wire.ts';

/** When the backlog of one run may travel: its pace on this connection, and its turn beside live data. */
export class BacklogDoor {
  #pace: BacklogPace = UNHEARD;
  #firstAsking = 1;
  #cellsWithout = 0;

  /** Whether live data had its share, so that the next cell begins with backlog. */
  get isTurn(): boolean {
    return this.#cellsWithout >= LIVE_CELLS_IN_A_ROW;
  }

  /** From when the next cell with backlog may go; Infinity before the first answer on a connection. */
  get notBeforeMs(): number {
    return this.#pace.isHeard ? this.#pace.notBeforeMs : Number.POSITIVE_INFINITY;
  }

  /** Whether a cell composed at `nowMs` may carry backlog; throws TypeError without the time. */
  isOpen(nowMs: number | undefined, underWay: number, credit: number): boolean {
    if (nowMs === undefined) throw new TypeError('backlog is offered with the time');
    return mayCarryBacklog(this.#pace, { nowMs, underWay, credit });
  }

  /** A cell that could have carried backlog carries so many of these records. */
  passed(carried: number): void {
    this.#cellsWithout = carried > 0 ? 0 : this.#cellsWithout + 1;
  }

  /** Whether a cell asks for a place: for the first on this connection, whether there is any backlog or not, or for more. */
  asks(carried: number, offered: number): boolean {
    return !this.#pace.isHeard || (carried > 0 && offered > carried);
  }

  /** The connection is gone; `nextCell` is the first number that will be used on the next one. */
  shut(nextCell: number): void {
    this.#pace = UNHEARD;
    this.#firstAsking = nextCell;
  }

  /** A cell is answered; `asked` when it is known to have asked, else its number tells. */
  answered(cell: number, asked: boolean, pacing: Pacing | undefined, nowMs: number): void {
    if (asked || (!this.#pace.isHeard && cell >= this.#firstAsking)) this.#pace = heard(pacing, nowMs);
  }
}
