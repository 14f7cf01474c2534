/**
 * Events of a virtual clock, in slots of a few milliseconds: constant work for each, however many wait. Events of one slot
 * come in the reverse order of their planning; whatever needs a finer order must not lean on it.
 */
export class Wheel {
  readonly #slotMs: number;
  readonly #heads: Int32Array;
  readonly #next: Int32Array;
  #slot = 0;
  #planned = 0;

  /** `events` different events (numbers from 0), each planned at most once at a time, at most `horizonMs` ahead. */
  constructor(events: number, horizonMs: number, slotMs: number) {
    this.#slotMs = slotMs;
    this.#heads = new Int32Array(Math.ceil(horizonMs / slotMs) + 2).fill(-1);
    this.#next = new Int32Array(events);
  }

  /** The instant of the slot that is being worked on, in milliseconds. */
  get nowMs(): number {
    return this.#slot * this.#slotMs;
  }

  /** Plans an event at an instant; one that is past comes in the next slot. */
  plan(event: number, atMs: number): void {
    const slot = Math.max(Math.ceil(atMs / this.#slotMs), this.#slot + 1);
    if (slot - this.#slot >= this.#heads.length) throw new RangeError('beyond the horizon');
    const at = slot % this.#heads.length;
    this.#next[event] = this.#heads[at] as number;
    this.#heads[at] = event;
    this.#planned++;
  }

  /** Goes on to the next slot that holds events and hands each to `happen`; false when nothing is planned any more. */
  turn(happen: (event: number) => void): boolean {
    if (this.#planned === 0) return false;
    do this.#slot++;
    while (this.#heads[this.#slot % this.#heads.length] === -1);
    const at = this.#slot % this.#heads.length;
    let event = this.#heads[at] as number;
    this.#heads[at] = -1;
    while (event !== -1) {
      const next = this.#next[event] as number;
      this.#planned--;
      happen(event);
      event = next;
    }
    return true;
  }
}
