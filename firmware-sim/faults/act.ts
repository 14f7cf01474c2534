import type { TraceMessage } from '../message.ts';
import type { Ghost } from './fault.ts';

/** What becomes of one message: itself, nothing, itself twice, another payload, or itself later. */
export type Verdict = 'pass' | 'drop' | 'double' | { readonly payload: string } | { readonly byMs: number };

/** Something that is said at an instant without a message of the input: the last message again, the start messages, a ghost. */
export interface Due {
  readonly atMs: number;
  readonly say: 'last' | 'start' | Ghost;
}

/** One fault at work on one stream. */
export interface Act {
  /** Sees a message of the fault's topics that comes before its window. */
  before?(message: TraceMessage): void;
  /** Decides about a message inside the fault's window and topics. */
  during(message: TraceMessage): Verdict;
  /** What is due up to an instant, in the order of time and not given before. */
  due?(uptoMs: number): Iterable<Due>;
}

/** The verdict of a fault that changes payloads: no change is no incident. */
export function changed(message: TraceMessage, payload: string): Verdict {
  return payload === message.payload ? 'pass' : { payload };
}

/** The verdict of a fault that changes values of a JSON object; the same object is no change. */
export function changedValue(before: object, after: object): Verdict {
  return after === before ? 'pass' : { payload: JSON.stringify(after) };
}
