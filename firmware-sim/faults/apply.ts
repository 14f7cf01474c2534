import { LIMITS } from '../limits.ts';
import type { TraceMessage } from '../message.ts';
import { randomStream } from '../random.ts';
import type { Act, Due } from './act.ts';
import { actOf } from './acts.ts';
import { checkFault } from './check.ts';
import { type Fault, type Incident, isLinkFault, type StreamFault } from './fault.ts';
import { covers } from './filter.ts';
import { Held } from './held.ts';

/** A message with its number in the input; one that was never there has none. */
interface Numbered<M> {
  readonly seq: number | undefined;
  readonly message: M;
}

interface Tools<M> {
  note(incident: Incident): void;
  startMessages(atMs: number): Iterable<M>;
}

/**
 * The stream with the faults in it, made while it is read and in the order of time; `note` hears of everything that was done, when
 * it is done. `startMessages` gives what the home's clients say when power is back; it is asked once a power cut. Fields of a
 * message beyond those of TraceMessage are kept. Faults of the connection are passed over. Throws RangeError for a fault that cannot be.
 */
export function* applyFaults<M extends TraceMessage>(
  messages: Iterable<M>,
  faults: readonly Fault[],
  seed: number,
  note: (incident: Incident) => void,
  startMessages: (atMs: number) => Iterable<M> = () => [],
): Generator<M> {
  for (const fault of faults) {
    checkFault(fault);
  }
  let stream: Iterable<Numbered<M>> = numbered(messages);
  for (const [index, fault] of faults.entries()) {
    if (!isLinkFault(fault)) {
      const act = actOf(fault, randomStream(seed, 'fault', index, fault.kind));
      stream = new Stage(fault, act, { note, startMessages }).run(stream);
    }
  }
  for (const { message } of stream) {
    yield message;
  }
}

function* numbered<M>(messages: Iterable<M>): Generator<Numbered<M>> {
  let seq = 0;
  for (const message of messages) {
    yield { seq, message };
    seq += 1;
  }
}

/** One fault on its way through the stream. */
class Stage<M extends TraceMessage> {
  readonly #fault: StreamFault;
  readonly #act: Act;
  readonly #tools: Tools<M>;
  readonly #held = new Held<Numbered<M>>();
  #last: Numbered<M> | undefined;

  constructor(fault: StreamFault, act: Act, tools: Tools<M>) {
    this.#fault = fault;
    this.#act = act;
    this.#tools = tools;
  }

  *run(input: Iterable<Numbered<M>>): Generator<Numbered<M>> {
    for (const each of input) {
      const { atMs } = each.message;
      for (const due of this.#act.due?.(atMs) ?? []) {
        yield* this.#release(due.atMs);
        yield* this.#added(due, each.message);
      }
      yield* this.#release(atMs);
      yield* this.#decide(each);
    }
    yield* this.#release(Number.POSITIVE_INFINITY);
  }

  *#decide(each: Numbered<M>): Generator<Numbered<M>> {
    const { message } = each;
    const { topics, fromMs, toMs } = this.#fault;
    if (message.atMs >= toMs || (topics !== undefined && !covers(topics, message.topic))) {
      yield each;
      return;
    }
    this.#last = each;
    if (message.atMs < fromMs) {
      this.#act.before?.(message);
      yield each;
      return;
    }
    const verdict = this.#act.during(message);
    if (verdict === 'drop') {
      this.#note('dropped', each);
    } else if (verdict === 'pass') {
      yield each;
    } else if (verdict === 'double') {
      yield each;
      this.#note('added', each);
      yield each;
    } else if ('payload' in verdict) {
      this.#note('changed', each);
      yield { ...each, message: { ...message, payload: verdict.payload } };
    } else {
      yield* this.#hold(each, verdict.byMs);
    }
  }

  /** When too many wait, the earliest goes at once: its delay becomes shorter, and what is remembered stays bounded. */
  *#hold(each: Numbered<M>, byMs: number): Generator<Numbered<M>> {
    const { atMs } = each.message;
    this.#held.add(atMs + byMs, each);
    if (this.#held.size > LIMITS.delayedMessages) {
      const earliest = this.#held.takeBy(Number.POSITIVE_INFINITY);
      if (earliest !== undefined) {
        yield this.#late(earliest.item, atMs);
      }
    }
  }

  *#release(uptoMs: number): Generator<Numbered<M>> {
    for (let next = this.#held.takeBy(uptoMs); next !== undefined; next = this.#held.takeBy(uptoMs)) {
      yield this.#late(next.item, next.dueMs);
    }
  }

  #late(each: Numbered<M>, atMs: number): Numbered<M> {
    const byMs = atMs - each.message.atMs;
    if (byMs === 0) {
      return each;
    }
    this.#note('delayed', each, byMs);
    return { ...each, message: { ...each.message, atMs } };
  }

  *#added({ atMs, say }: Due, near: M): Generator<Numbered<M>> {
    for (const { seq, message } of this.#said(say, atMs, near)) {
      const added = { seq, message: { ...message, atMs } };
      this.#note('added', added);
      yield added;
    }
  }

  /** A ghost is said by whoever speaks next: nobody else is there to say it. */
  *#said(say: Due['say'], atMs: number, near: M): Generator<Numbered<M>> {
    if (say === 'last') {
      if (this.#last !== undefined) {
        yield this.#last;
      }
    } else if (say === 'start') {
      const { topics } = this.#fault;
      for (const message of this.#tools.startMessages(atMs)) {
        if (topics === undefined || covers(topics, message.topic)) {
          yield { seq: undefined, message };
        }
      }
    } else {
      yield { seq: undefined, message: { ...near, ...say, retain: true, qos: 0 } };
    }
  }

  #note(what: Incident['what'], { seq, message }: Numbered<M>, byMs?: number): void {
    const { atMs, topic } = message;
    this.#tools.note({
      atMs,
      kind: this.#fault.kind,
      topic,
      what,
      ...(seq === undefined ? {} : { seq }),
      ...(byMs === undefined ? {} : { byMs }),
    });
  }
}
