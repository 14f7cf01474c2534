import { LIMITS } from '../../limits.ts';
import type { Log } from '../log/log.ts';
import type { LogState } from '../log/log-state.ts';
import type { StoreFigures } from '../store.ts';
import type { Failure, FromWriter, Settled, ToWriter, WriterBatch } from './messages.ts';
import type { Reader } from './reader.ts';
import type { Thread } from './thread.ts';
import { type Taken, Unsettled } from './unsettled.ts';

/** What settling works on. */
export interface SettlerParts {
  readonly log: Log;
  readonly reader: Reader;
  /** Starts the writer, once it is needed. */
  readonly startWriter: () => Thread<ToWriter, FromWriter>;
  /** Called in the turn in which reads see everything up to a position. */
  readonly onSettled: (position: number) => void;
  /** Called with the number of logged operations that the tables refused. */
  readonly onRefused: (count: number) => void;
  /** Called when nothing may be written any more. */
  readonly onFault: (failure: Failure) => void;
}

/** The outcome of a settling: done, or why not. */
export type Outcome = Failure | true;

/** Moves what is in the log into the tables: one settling at a time, each with everything that was there when it began. */
export class Settler {
  readonly #parts: SettlerParts;
  readonly #unsettled = new Unsettled();
  #writer: Thread<ToWriter, FromWriter> | undefined;
  /** The newest thing the writer was asked for. */
  #newest: Promise<unknown> = Promise.resolve();
  /** A settling that has not begun: it will take what comes until then. */
  #coming: Promise<Outcome> | undefined;
  #sinceTidying = 0;
  #writtenBytes = 0;
  #refused = 0;
  #settledAtMs: number | undefined;
  #isSettling = false;
  #isResting = false;
  #isTidying = false;
  #closing = false;

  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  /** Takes encoded operations in that are durable at a position, or that may be lost until they are settled. */
  absorb(encoded: Uint8Array, position: number): void {
    this.#unsettled.add(encoded, { position, mark: this.#parts.log.next });
  }

  /** Bytes that wait to be settled. */
  get unsettledBytes(): number {
    return this.#unsettled.bytes;
  }

  /** What it did since the start. */
  get figures(): Pick<StoreFigures, 'writtenBytes' | 'refusedOperations' | 'settledMsAgo'> {
    const settledMsAgo = this.#settledAtMs === undefined ? null : Math.round(performance.now() - this.#settledAtMs);
    return { writtenBytes: this.#writtenBytes, refusedOperations: this.#refused, settledMsAgo };
  }

  /** Whether a settling is under way, or failed a moment ago. */
  get isBusy(): boolean {
    return this.#isSettling || this.#isResting;
  }

  /** Settles everything absorbed until it begins, a piece at a time. Never rejects. */
  settle(): Promise<Outcome> {
    if (this.#coming) return this.#coming;
    if (this.#unsettled.bytes === 0 && !this.#isSettling) return Promise.resolve(true);
    this.#coming = this.#afterOthers(async () => {
      this.#coming = undefined;
      return this.#settlePieces(this.#unsettled.added);
    });
    return this.#coming;
  }

  /** Settles everything absorbed together with batches of their own, which come to `position`; the outcome of each. Never rejects. */
  settleWith(batches: readonly WriterBatch[], position: number): Promise<readonly Outcome[]> {
    return this.#afterOthers(async () => {
      // All but the last piece first, without the batches: one transaction with everything could be a very long one.
      const before = await this.#settlePieces(this.#unsettled.added - LIMITS.settleBytes);
      if (before !== true) return batches.map(() => before);
      return (await this.#settle(batches, position)).outcomes;
    });
  }

  /** Truncates the write-ahead log, if the writer is up; never rejects. */
  async scrub(): Promise<void> {
    await this.#afterOthers(() => this.#ask({ scrub: true }));
  }

  /** Looks for damage in the database, a table at a time; a damaged one is a fault. */
  async check(): Promise<void> {
    for (let table = 0; !this.#closing; table += 1) {
      const answer = await this.#afterOthers(() => this.#ask({ check: table }));
      if (!answer || !('done' in answer) || answer.done) return;
    }
  }

  /** Ends the writer. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#newest;
    await this.#writer?.end({ close: true });
  }

  #afterOthers<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#newest.then(work);
    this.#newest = result;
    return result;
  }

  /** Settles until so many bytes of all that were ever absorbed are in the tables. */
  async #settlePieces(upTo: number): Promise<Outcome> {
    while (this.#unsettled.taken < upTo) {
      const { settled } = await this.#settle([]);
      if (settled !== true) return settled;
    }
    return true;
  }

  /** One transaction: the oldest piece, or, with batches, everything. */
  async #settle(batches: readonly WriterBatch[], position = 0): Promise<Settled> {
    const { reader, onSettled, onRefused, log } = this.#parts;
    this.#isSettling = true;
    const taken = this.#unsettled.take(batches.length > 0 ? Number.POSITIVE_INFINITY : LIMITS.settleBytes);
    const mark = taken?.end.mark ?? log.next;
    const state: LogState = { log: log.number, isOpen: true, ...mark };
    reader.hold();
    const answer = await this.#ask({ settle: { logged: taken?.logged ?? [], state, batches } });
    this.#isSettling = false;
    if (!answer || !('settled' in answer)) return nothing(batches, { code: 'fault', detail: 'no outcome' });
    reader.release();
    if (answer.settled === true) {
      log.release(mark);
      if (taken) this.#unsettled.recycle(taken);
      this.#settledAtMs = performance.now();
      onSettled(Math.max(taken?.end.position ?? 0, position));
    } else if (taken) this.#putOff(taken);
    this.#refused += answer.refused;
    if (answer.refused > 0) onRefused(answer.refused);
    this.#sinceTidying += answer.operations;
    if (this.#sinceTidying >= LIMITS.checkpointOperations) this.#tidy();
    return answer;
  }

  #putOff(taken: Taken): void {
    this.#unsettled.giveBack(taken);
    this.#isResting = true;
    const rested = () => {
      this.#isResting = false;
    };
    setTimeout(rested, LIMITS.settleAgainMs).unref();
  }

  #tidy(): void {
    this.#sinceTidying = 0;
    if (this.#isTidying) return;
    this.#isTidying = true;
    void this.#afterOthers(() => this.#ask({ tidy: true })).then((answer) => {
      this.#isTidying = false;
      // A step at a time, so that settling gets its turn between two.
      if (answer && 'done' in answer && !answer.done && !this.#closing) this.#tidy();
    });
  }

  /** Asks the writer; undefined when there is no answer any more. */
  async #ask(message: ToWriter): Promise<FromWriter | undefined> {
    const { startWriter, onFault } = this.#parts;
    try {
      const writer = this.#writer ?? startWriter();
      if (writer !== this.#writer) {
        this.#writer = writer;
        // Its first word is whether it could open the database; what is asked meanwhile waits in its port.
        const first = await writer.ask();
        if ('opened' in first && first.opened !== true) onFault(first.opened);
      }
      const answer = await writer.ask(message);
      this.#writtenBytes += answer.writtenBytes ?? 0;
      if ('fault' in answer) onFault(answer.fault);
      return answer;
    } catch {
      onFault({ code: 'fault', detail: 'writer ended' });
      return undefined;
    }
  }
}

function nothing(batches: readonly WriterBatch[], failure: Failure): Settled {
  return { settled: failure, outcomes: batches.map(() => failure), refused: 0, operations: 0 };
}
