import { LIMITS } from '../../limits.ts';
import { CommitQueue, type Waiting } from '../log/commit-queue.ts';
import { Encoder } from '../log/encoder.ts';
import { type Log, SCRUB_STEP_PAGES } from '../log/log.ts';
import type { Statement } from '../statements.ts';
import type { Operation, Store, StoreFigures, Value } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { explain } from './database-file.ts';
import type { Failure, FromWriter, ToWriter } from './messages.ts';
import { loggedNumber, threadNumber } from './numbers.ts';
import { Pump } from './pump.ts';
import type { Reader } from './reader.ts';
import { type Outcome, Settler } from './settler.ts';
import type { Thread } from './thread.ts';

/** The opened parts a SqliteStore is made of. */
export interface Parts {
  readonly file: string;
  readonly log: Log;
  readonly reader: Reader;
  /** Starts the writer; called when it is first needed. */
  readonly startWriter: () => Thread<ToWriter, FromWriter>;
  /** Copies the tables to a new file. */
  readonly copyTo: (toFile: string) => Promise<Failure | true>;
  /** How long a commit waits for company before it is written; with 0 there is no timer. */
  readonly gatherMs: number;
  /** Longest time for which something is only in the log. */
  readonly settleMs: number;
  readonly onFault: (error: StoreError) => void;
  readonly onRefused: (count: number) => void;
  /** Called last, to end reader, log and lock; `isSettled` says whether the tables hold everything. */
  readonly onClosed: (isSettled: boolean) => Promise<void>;
}

/** The store on a log and SQLite: see the picture in the folder's README. */
export class SqliteStore implements Store {
  readonly #parts: Parts;
  readonly #queue: CommitQueue;
  readonly #settler: Settler;
  readonly #pump: Pump;
  readonly #tableEncoder = new Encoder(threadNumber);
  readonly #listeners: ((position: number) => void)[] = [];
  /** Lineages of which a batch could not be queued. */
  readonly #turnedAway = new Set<number>();
  #queued = 0;
  #settleTimer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { log, reader, startWriter, onRefused, onFault, file, gatherMs } = parts;
    const queue = new CommitQueue(loggedNumber, log.recordBytes);
    const settler = new Settler({
      log,
      reader,
      startWriter,
      onRefused,
      onSettled: (position) => {
        for (const listener of this.#listeners) listener(position);
      },
      onFault: (failure) => this.#pump.fail(failure),
    });
    const onUnsettled = () => this.#settleSoon();
    this.#queue = queue;
    this.#settler = settler;
    this.#pump = new Pump({ file, queue, log, settler, gatherMs, onUnsettled, onFault });
  }

  commit(operations: readonly Operation[], lineage?: number): Promise<number> {
    if (operations.length === 0) return Promise.resolve(this.#pump.position);
    const refusal = this.#refusal(operations.length, lineage);
    if (refusal) return this.#turnAway(refusal, lineage);
    const count = operations.length;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        lineage,
        count,
        resolve: (position) => {
          this.#queued -= count;
          resolve(position);
        },
        reject: (error) => {
          this.#queued -= count;
          reject(error);
        },
      };
      try {
        this.#add(operations, waiting);
        this.#queued += count;
        this.#pump.start();
      } catch (error) {
        const detail = error instanceof Error ? error.name : '';
        this.#turnAway(new StoreError('refused', this.#parts.file, detail), lineage).catch(reject);
      }
    });
  }

  later(operations: readonly Operation[]): void {
    if (this.#pump.fault || this.#closing || operations.length === 0) return;
    for (const operation of operations) {
      if (!this.#queue.addLogged([operation])) throw new RangeError('an operation that is too large for the log');
    }
    if (this.#queue.isUrgent) this.#pump.start();
    this.#settleSoon();
  }

  all<Row>(statement: Statement, ...args: Value[]): Row[] {
    return this.#read(() => this.#parts.reader.all<Row>(statement, args));
  }

  get<Row>(statement: Statement, ...args: Value[]): Row | undefined {
    return this.#read(() => this.#parts.reader.get<Row>(statement, args));
  }

  async settle(): Promise<void> {
    if (this.#closing) throw new StoreError('closed', this.#parts.file);
    const outcome = await this.#settle();
    if (outcome !== true) throw new StoreError(outcome.code, this.#parts.file, outcome.detail);
  }

  onSettled(listener: (position: number) => void): void {
    this.#listeners.push(listener);
  }

  async scrub(): Promise<void> {
    const { log } = this.#parts;
    try {
      await this.settle();
      await this.#settler.scrub();
      for (let page = 0; page < log.pages; page += SCRUB_STEP_PAGES) await this.#inTurn(() => log.scrub(page));
    } catch {
      // What could not be done now is written over later.
    }
  }

  async backup(toFile: string): Promise<void> {
    await this.settle();
    const outcome = await this.#parts.copyTo(toFile);
    if (outcome !== true) throw new StoreError(outcome.code, toFile, outcome.detail);
  }

  figures(): StoreFigures {
    const { log } = this.#parts;
    const { writtenBytes, ...settler } = this.#settler.figures;
    return {
      ...settler,
      writtenBytes: log.writtenBytes + writtenBytes,
      logPages: log.pages,
      logPagesUsed: log.usedPages,
      unsettledBytes: this.#settler.unsettledBytes,
      queuedOperations: this.#queued,
    };
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    clearTimeout(this.#settleTimer);
    const outcome = await this.#settle().catch((): Outcome => ({ code: 'fault', detail: '' }));
    await this.#pump.idle();
    await this.#settler.close();
    await this.#parts.onClosed(outcome === true && !this.#pump.fault);
  }

  /** Looks for damage, a table at a time, while everything goes on; damage is a fault. */
  async check(): Promise<void> {
    await this.#settler.check();
  }

  #add(operations: readonly Operation[], waiting: Waiting): void {
    const isLogged = operations.every(([statement]) => loggedNumber(statement) !== undefined);
    if (isLogged && this.#queue.addLogged(operations, waiting)) return;
    this.#tableEncoder.truncate();
    for (const operation of operations) this.#tableEncoder.add(operation);
    // A copy with memory of its own: it is sent to another thread.
    this.#queue.addToTables(new Uint8Array(this.#tableEncoder.slice(0, this.#tableEncoder.end)), waiting);
  }

  async #settle(): Promise<Outcome> {
    let settling: Promise<Outcome> | undefined;
    // Its turn comes when everything committed before is durable; what is committed later does not wait for it.
    await this.#inTurn(() => {
      settling = this.#settler.settle();
    });
    const outcome = (await settling) ?? true;
    if (this.#pump.fault) throw this.#pump.fault;
    return outcome;
  }

  #settleSoon(): void {
    if (this.#settleTimer || this.#closing) return;
    const again = () => {
      this.#settleTimer = undefined;
      void this.#settle().then(
        () => this.#settler.unsettledBytes > 0 && this.#settleSoon(),
        () => undefined,
      );
    };
    this.#settleTimer = setTimeout(again, this.#parts.settleMs).unref();
  }

  #inTurn(work: () => Promise<void> | void): Promise<void> {
    const { fault } = this.#pump;
    if (fault) return Promise.reject(fault);
    return new Promise((resolve, reject) => {
      this.#queue.addTurn({ run: async () => resolve(await work()), reject });
      this.#pump.start();
    });
  }

  /** A refusal reaches a lineage after everything of it that was queued before: then its state may be read again. */
  async #turnAway(refusal: StoreError, lineage: number | undefined): Promise<never> {
    if (lineage !== undefined && !this.#pump.fault) {
      this.#turnedAway.add(lineage);
      await this.#inTurn(() => undefined).catch(() => undefined);
    }
    throw refusal;
  }

  #refusal(count: number, lineage: number | undefined): StoreError | undefined {
    if (this.#pump.fault) return this.#pump.fault;
    if (this.#closing) return new StoreError('closed', this.#parts.file);
    const leansOnRefused = lineage !== undefined && this.#turnedAway.has(lineage);
    if (leansOnRefused || this.#queued + count > LIMITS.queuedOperations)
      return new StoreError('overload', this.#parts.file);
    return undefined;
  }

  #read<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      const failure = explain(error);
      if (failure.code === 'damaged' || failure.code === 'notADatabase')
        this.#pump.fail({ ...failure, code: 'damaged' });
      throw error;
    }
  }
}
