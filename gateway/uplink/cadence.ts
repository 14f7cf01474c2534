import { LIMITS } from '../limits.ts';

/**
 * When the shaped lane sends: every `cadenceMs` at a fixed phase, and more often for a while after an outage. Nothing
 * but the clock and the outage's length goes into it, so its times say nothing about the home.
 */
export class Cadence {
  readonly #cadenceMs: number;
  readonly #phaseMs: number;
  #fastUntilMs = Number.NEGATIVE_INFINITY;
  #lastMs = Number.NEGATIVE_INFINITY;

  /** `phase` is drawn at random once, from 0 up to 1. */
  constructor(cadenceMs: number, phase: number) {
    this.#cadenceMs = cadenceMs;
    this.#phaseMs = phase * cadenceMs;
  }

  /** The next instant to send at, later than now and than the one given before (timers may fire a little early). */
  next(nowMs: number): number {
    const stepMs = nowMs < this.#fastUntilMs ? this.#cadenceMs / LIMITS.catchUpFactor : this.#cadenceMs;
    const after = Math.max(nowMs, this.#lastMs);
    const steps = Math.floor((after - this.#phaseMs) / stepMs) + 1;
    // Rounding may land on the instant itself; one step further is then the next.
    const at = this.#phaseMs + steps * stepMs;
    this.#lastMs = at > after ? at : at + stepMs;
    return this.#lastMs;
  }

  /** Sends faster for a share of the outage that ended now; one shorter than two cells changes nothing. */
  outage(lengthMs: number, nowMs: number): void {
    if (lengthMs < 2 * this.#cadenceMs) return;
    this.#fastUntilMs = nowMs + Math.min(lengthMs * LIMITS.catchUpShare, LIMITS.catchUpMs);
  }
}
