import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';

const HOUR_MS = 3_600_000;

interface Counter {
  readonly hour: number;
  readonly device: number;
  readonly reason: string;
  count: number;
}

/** Counts refusals per hour of home time, device (0: none known) and reason; silence costs no sync, so they are written lazily. */
export class Refusals {
  readonly #unwritten = new Map<string, Counter>();
  /** The latest counter of each reason: most refusals repeat the one before, and a key for each would cost more than the count. */
  readonly #latest = new Map<string, Counter>();
  #total = 0;

  /** Number of refusals since the start of this process. */
  get total(): number {
    return this.#total;
  }

  /** Counts a refusal. */
  count(atMs: number, device: number, reason: string, count = 1): void {
    this.#total += count;
    this.#add(Math.floor(atMs / HOUR_MS), device, reason, count);
  }

  /** Takes back what `drain` gave and could not be written. */
  putBack(operations: readonly Operation[]): void {
    for (const [statement, hour, device, reason, count] of operations)
      if (statement === 'refusal.add') this.#add(Number(hour), Number(device), String(reason), Number(count));
  }

  #add(hour: number, device: number, reason: string, count: number): void {
    const latest = this.#latest.get(reason);
    const counter = latest?.hour === hour && latest.device === device ? latest : this.#counter(hour, device, reason);
    if (!counter) return;
    counter.count += count;
    this.#latest.set(reason, counter);
  }

  #counter(hour: number, device: number, reason: string): Counter | undefined {
    const key = `${hour}|${device}|${reason}`;
    const held = this.#unwritten.get(key);
    if (held || this.#unwritten.size >= LIMITS.refusalCounters) return held;
    const made = { hour, device, reason, count: 0 };
    this.#unwritten.set(key, made);
    return made;
  }

  /** The operations that write what was counted since the last time. */
  drain(): Operation[] {
    const operations = [...this.#unwritten.values()].map(
      ({ hour, device, reason, count }): Operation => ['refusal.add', hour, device, reason, count],
    );
    this.#unwritten.clear();
    this.#latest.clear();
    return operations;
  }
}
