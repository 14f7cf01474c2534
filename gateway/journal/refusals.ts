import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';

const HOUR_MS = 3_600_000;

/** Counts refusals per hour of home time, device (0: none known) and reason; silence costs no sync, so they are written lazily. */
export class Refusals {
  readonly #unwritten = new Map<string, { hour: number; device: number; reason: string; count: number }>();
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
    const key = `${hour}|${device}|${reason}`;
    const held = this.#unwritten.get(key);
    if (held) held.count += count;
    else if (this.#unwritten.size < LIMITS.refusalCounters) this.#unwritten.set(key, { hour, device, reason, count });
  }

  /** The operations that write what was counted since the last time. */
  drain(): Operation[] {
    const operations = [...this.#unwritten.values()].map(
      ({ hour, device, reason, count }): Operation => ['refusal.add', hour, device, reason, count],
    );
    this.#unwritten.clear();
    return operations;
  }
}
