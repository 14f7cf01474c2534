import { Histogram } from '../measure/histogram.ts';
import { IDS } from './payload.ts';

const SENT = 1;
const ACKNOWLEDGED = 2;
const RECEIVED = 4;

/** What has become of the events so far. */
export interface Tally {
  readonly sent: number;
  readonly acknowledged: number;
  readonly received: number;
  readonly doubled: number;
  /** Acknowledged, and given up as never received when their slot came round again. */
  readonly overrun: number;
}

/**
 * What became of every event that can still matter, in a fixed amount of memory: one slot for each device and packet id.
 * Only events sent inside the measured span count for the times.
 */
export class Ledger {
  readonly toPuback = new Histogram();
  readonly toCloud = new Histogram();
  readonly #sentAtMs: Float64Array;
  readonly #state: Uint8Array;
  readonly #tally = { sent: 0, acknowledged: 0, received: 0, doubled: 0, overrun: 0 };
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.POSITIVE_INFINITY;

  constructor(devices: number) {
    this.#sentAtMs = new Float64Array(devices * IDS);
    this.#state = new Uint8Array(devices * IDS);
  }

  /** The times of events sent from now on count, until `endSpan`. */
  beginSpan(nowMs: number): void {
    this.toPuback.clear();
    this.toCloud.clear();
    this.#fromMs = nowMs;
    this.#toMs = Number.POSITIVE_INFINITY;
  }

  endSpan(nowMs: number): void {
    this.#toMs = nowMs;
  }

  sent(device: number, slot: number, nowMs: number): void {
    const at = device * IDS + slot;
    if ((this.#state[at] ?? 0) === (SENT | ACKNOWLEDGED)) this.#tally.overrun += 1;
    this.#sentAtMs[at] = nowMs;
    this.#state[at] = SENT;
    this.#tally.sent += 1;
  }

  acknowledged(device: number, slot: number, nowMs: number): void {
    const at = device * IDS + slot;
    const state = this.#state[at] ?? 0;
    if (state & ACKNOWLEDGED) return;
    this.#state[at] = state | ACKNOWLEDGED;
    this.#tally.acknowledged += 1;
    this.#time(this.toPuback, at, nowMs);
  }

  received(device: number, slot: number, nowMs: number): void {
    const at = device * IDS + slot;
    const state = this.#state[at] ?? 0;
    if (state & RECEIVED || !(state & SENT)) {
      this.#tally.doubled += 1;
      return;
    }
    this.#state[at] = state | RECEIVED;
    this.#tally.received += 1;
    this.#time(this.toCloud, at, nowMs);
  }

  tally(): Tally {
    return { ...this.#tally };
  }

  /** Acknowledged events that have not been received. */
  missing(): number {
    let missing = this.#tally.overrun;
    for (const state of this.#state) if (state === (SENT | ACKNOWLEDGED)) missing += 1;
    return missing;
  }

  #time(histogram: Histogram, at: number, nowMs: number): void {
    const sentAtMs = this.#sentAtMs[at] ?? 0;
    if (sentAtMs >= this.#fromMs && sentAtMs < this.#toMs) histogram.add(nowMs - sentAtMs);
  }
}
