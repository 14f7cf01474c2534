import type { Observation } from '../../devices/observation.ts';
import { vocabularyOf } from '../../devices/vocabulary.ts';
import { LIMITS } from '../limits.ts';
import type { Operation } from '../store/store.ts';

/** What a household looks back at: states, and power. Voltages, link quality and the like would fill the card with what nobody asks for. */
function isWorthKeeping({ property }: Observation): boolean {
  return property === 'power.active' || vocabularyOf(property).nature === 'state';
}

/** The home's own memory of its sensors: bounded, written lazily, read only by the household. */
export class History {
  #unwritten: Operation[] = [];
  #dropped = 0;

  /** Remembers an observation of an approved device: states and power, and no repeats. */
  remember(observation: Observation): void {
    if (observation.origin === 'repeat' || !isWorthKeeping(observation)) return;
    if (this.#unwritten.length >= LIMITS.historyUnwritten) {
      this.#dropped += 1;
      return;
    }
    const { device, property, atMs, value, origin } = observation;
    this.#unwritten.push(['history.add', device, property, atMs, value, origin]);
  }

  /** Forgets what is not yet written of a device that was removed. */
  forget(device: number): void {
    this.#unwritten = this.#unwritten.filter(([, owner]) => owner !== device);
  }

  /** Takes back what `drain` gave and could not be written. */
  putBack(operations: readonly Operation[]): void {
    const remembered = operations.filter(([statement]) => statement === 'history.add');
    const all = [...remembered, ...this.#unwritten];
    this.#unwritten = all.slice(0, LIMITS.historyUnwritten);
    this.#dropped += all.length - this.#unwritten.length;
  }

  /** Observations that were not remembered because writing could not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The operations that write what gathered and forget what is older than seven days or too much. */
  drain(nowMs: number): Operation[] {
    const operations = this.#unwritten;
    this.#unwritten = [];
    return [...operations, ['history.forget', nowMs - LIMITS.historyMs], ['history.trim', LIMITS.historyRows]];
  }
}
