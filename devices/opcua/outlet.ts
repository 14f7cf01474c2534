import { BETWEEN, type ValueSaid } from './said.ts';

/**
 * Lets values out to the hub no faster than it deals with them. What finds no room waits, a few of each node; beyond that the
 * oldest of the node goes, counted, so that memory stays bounded while the hub can store nothing.
 */
export class Outlet {
  readonly #send: (value: ValueSaid) => void;
  readonly #waiting = new Map<number, ValueSaid[]>();
  #room: number = BETWEEN.underWay;
  #lost = 0;

  constructor(send: (value: ValueSaid) => void) {
    this.#send = send;
  }

  /** Sends a value, or lets it wait. */
  put(value: Omit<ValueSaid, 'said' | 'lost'>): void {
    const held = this.#waiting.get(value.point) ?? [];
    held.push({ said: 'value', lost: 0, ...value });
    this.#waiting.set(value.point, held);
    if (held.length > BETWEEN.waitingOfPoint) {
      held.shift();
      this.#lost = Math.min(this.#lost + 1, BETWEEN.lost);
    }
    this.#flow();
  }

  /** The hub has dealt with so many. */
  done(count: number): void {
    this.#room += count;
    this.#flow();
  }

  /** Nodes take turns, each in its own order. */
  #flow(): void {
    for (const [point, held] of this.#waiting) {
      if (this.#room === 0) return;
      const next = held.shift();
      this.#waiting.delete(point);
      if (held.length > 0) this.#waiting.set(point, held);
      if (!next) continue;
      this.#room -= 1;
      this.#send({ ...next, lost: this.#lost });
      this.#lost = 0;
    }
  }
}
