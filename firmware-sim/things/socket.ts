import { EnergyCounter } from './energy-counter.ts';

/** A socket that can be switched off: what flows through it, and its energy since it was installed. */
export class Socket {
  readonly #counter = new EnergyCounter();
  #loadMw = 0;
  #on = true;

  /** `energyMwh` is what its counter shows at the beginning. */
  constructor(energyMwh: number) {
    this.#counter.begin(energyMwh);
  }

  get on(): boolean {
    return this.#on;
  }

  /** Milliwatts at this instant: nothing flows when it is switched off. */
  get powerMw(): number {
    return this.#counter.powerMw;
  }

  /** Milliwatt-hours since it was installed, up to an instant. */
  energyMwh(atMs: number): number {
    this.#counter.advance(atMs);
    return this.#counter.energyMwh;
  }

  /** What hangs on it draws so much from now on. */
  draw(atMs: number, loadMw: number): void {
    this.#loadMw = loadMw;
    this.#counter.flow(atMs, this.#on ? loadMw : 0);
  }

  turn(atMs: number, on: boolean): void {
    this.#on = on;
    this.draw(atMs, this.#loadMw);
  }
}
