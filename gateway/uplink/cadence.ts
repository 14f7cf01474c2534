import { LIMITS } from '../limits.ts';

/**
 * When the shaped lane sends: every `cadenceMs` at a fixed phase, and more often for a while after an outage. Nothing
 * but the clock and the outage's length goes into it, so its times say nothing about the home.
 */
export class Cadence {
  readonly #cadenceMs: number;
  readonly #phase: number;
  #fastUntilMs = Number.NEGATIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** `phase` is drawn at random once, from 0 up to 1. */
  constructor(cadenceMs: number, phase: number) {
    this.#cadenceMs = cadenceMs;
    this.#phase = phase;
  }

  /** The next instant to send at, later than now and than the one given before (timers may fire a little early). */
  next(nowMs: number): number {
    const stepMs = nowMs < this.#fastUntilMs ? this.#cadenceMs / LIMITS.catchUpFactor : this.#cadenceMs;
    // A share of the step, not so many milliseconds: else hubs that catch up would crowd where two phases meet.
    const phaseMs = this.#phase * stepMs;
    const after = Math.max(nowMs, this.#lastMs);
    const steps = Math.floor((after - phaseMs) / stepMs) + 1;
    // Rounding may land on the instant itself; one step further is then the next.
    const at = phaseMs + steps * stepMs;
    this.#lastMs = at > after ? at : at + stepMs;
    return this.#lastMs;
  }

  /** Sends faster for a share of the outage that ended now, or as long as before; one shorter than two cells changes nothing. */
  outage(lengthMs: number, nowMs: number): void {
    if (lengthMs < 2 * this.#cadenceMs) return;
    const fastMs = Math.min(lengthMs * LIMITS.catchUpShare, LIMITS.catchUpMs);
    this.#fastUntilMs = Math.max(this.#fastUntilMs, nowMs + fastMs);
  }

  /** For how long it still sends faster, in milliseconds. */
  fastLeftMs(nowMs: number): number {
    return Math.max(0, this.#fastUntilMs - nowMs);
  }
}
