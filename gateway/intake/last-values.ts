import type { Observation } from '../../devices/observation.ts';
import { type Kind, vocabularyOf } from '../../devices/vocabulary.ts';
import type { Operation } from '../store/store.ts';

/** The last good value of one kind of one device, and when it was said (home time). */
export interface LastValue {
  readonly device: number;
  readonly kind: Kind;
  readonly value: number;
  readonly atMs: number;
}

/** What each approved device last said. States are stored, because they decide what an event is; samples live in memory only. */
export class LastValues {
  readonly #values = new Map<number, Map<Kind, LastValue>>();
  /** Since when repeated words were heard: of what was said before, only changes are known. */
  readonly listeningSinceMs: number;

  constructor(rows: readonly LastValue[], nowMs: number) {
    this.listeningSinceMs = nowMs;
    for (const row of rows) this.put(row);
  }

  /** The last value of a kind of a device. */
  get(device: number, kind: Kind): LastValue | undefined {
    return this.#values.get(device)?.get(kind);
  }

  /** Notes a value. */
  put(value: LastValue): void {
    const held = this.#values.get(value.device);
    if (held) held.set(value.kind, value);
    else this.#values.set(value.device, new Map([[value.kind, value]]));
  }

  /** Everything a device last said. */
  ofDevice(device: number): LastValue[] {
    return [...(this.#values.get(device)?.values() ?? [])];
  }

  /** Whether a value was heard of within this time: what may have been repeated while the hub was off counts as heard. */
  isFresh({ atMs }: LastValue, nowMs: number, withinMs: number): boolean {
    return nowMs - Math.max(atMs, this.listeningSinceMs) < withinMs;
  }

  /** Forgets one value. */
  drop(device: number, kind: Kind): void {
    this.#values.get(device)?.delete(kind);
  }

  /** Forgets a device. */
  forget(device: number): void {
    this.#values.delete(device);
  }
}

/** The operation that forgets a kept state. */
export function forgetState(device: number, kind: Kind): Operation[] {
  return vocabularyOf(kind).nature === 'state' ? [['lastValue.drop', device, kind]] : [];
}

/** The operation that keeps a state for good, or undefined where nothing new must be kept. */
export function keepState(observation: Observation, before: LastValue | undefined): Operation | undefined {
  if (vocabularyOf(observation.property).nature !== 'state' || before?.value === observation.value) return undefined;
  return ['lastValue.put', observation.device, observation.property, observation.value, observation.atMs];
}
