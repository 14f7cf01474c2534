import type Database from 'better-sqlite3';
import { LIMITS } from '../../limits.ts';
import { STATEMENTS, type Statement } from '../statements.ts';
import type { Operation, Store, Value } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { bind } from './bind.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { Failure, FromWriter, ToWriter, WriterBatch } from './messages.ts';
import type { Thread } from './thread.ts';

interface Batch extends WriterBatch {
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

/** The opened parts a SqliteStore is made of. */
export interface Parts {
  readonly file: string;
  readonly writer: Thread<ToWriter, FromWriter>;
  readonly checkpointer: Checkpointer;
  readonly reader: Database.Database;
  readonly lock: { release(): void };
  readonly onFault: (error: StoreError) => void;
}

/** The store on SQLite: while one group commits on the writer thread, the next gathers; no timer is involved. */
export class SqliteStore implements Store {
  readonly #parts: Parts;
  readonly #reads = new Map<Statement, Database.Statement>();
  readonly #queue: Batch[] = [];
  #queued = 0;
  #pumping: Promise<void> | undefined;
  #scrubs: (() => void)[] = [];
  #closing = false;
  #closed = false;
  #fault: StoreError | undefined;
  #overloaded: number | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    void parts.writer.ended.then(() => this.#failAll({ code: 'fault', detail: 'writer ended' }));
  }

  commit(operations: readonly Operation[], lineage?: number): Promise<void> {
    if (operations.length === 0) return Promise.resolve();
    const refusal = this.#refusal(operations.length, lineage);
    if (refusal) return this.#refuse(refusal, lineage);
    this.#queued += operations.length;
    return new Promise((resolve, reject) => {
      this.#queue.push({ operations, lineage, resolve, reject });
      this.#start();
    });
  }

  all<Row>(statement: Statement, ...args: Value[]): Row[] {
    return this.#read(statement).all(...bind(STATEMENTS[statement], args)) as Row[];
  }

  get<Row>(statement: Statement, ...args: Value[]): Row | undefined {
    return this.#read(statement).get(...bind(STATEMENTS[statement], args)) as Row | undefined;
  }

  scrub(): Promise<void> {
    if (this.#fault || this.#closing) return Promise.resolve();
    return new Promise((resolve) => {
      this.#scrubs.push(resolve);
      this.#start();
    });
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#pumping;
    this.#closed = true;
    const { writer, checkpointer, reader, lock } = this.#parts;
    await checkpointer.close();
    reader.close();
    // The last connection to close moves the log into the database and removes it.
    await writer.end({ close: true });
    lock.release();
  }

  #start(): void {
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    // One turn later, so that everything committed in this turn shares the first sync.
    await Promise.resolve();
    while (!this.#fault && (this.#queue.length > 0 || this.#scrubs.length > 0)) {
      try {
        await this.#checkpoint();
        await this.#commitGroup(this.#takeGroup());
      } catch {
        this.#failAll({ code: 'fault', detail: 'writer ended' });
      }
    }
    // In the turn that saw the queue empty: a commit that comes a moment later must start the next pump.
    this.#pumping = undefined;
  }

  async #checkpoint(): Promise<void> {
    const { checkpointer } = this.#parts;
    const scrubs = this.#scrubs;
    this.#scrubs = [];
    if (scrubs.length > 0) await checkpointer.run('TRUNCATE');
    else if (checkpointer.overgrown) await checkpointer.run('RESTART');
    for (const resolve of scrubs) resolve();
  }

  #takeGroup(): Batch[] {
    let operations = 0;
    let batches = 0;
    while (batches < this.#queue.length && operations < LIMITS.groupOperations) {
      operations += this.#queue[batches]?.operations.length ?? 0;
      batches += 1;
    }
    return this.#queue.slice(0, batches);
  }

  async #commitGroup(group: readonly Batch[]): Promise<void> {
    if (group.length === 0) return;
    const answer = await this.#parts.writer.ask({
      group: group.map(({ operations, lineage }) => ({ operations, lineage })),
    });
    if (!('outcomes' in answer)) {
      this.#failAll('fault' in answer ? answer.fault : { code: 'fault', detail: 'no outcome' });
      return;
    }
    this.#queue.splice(0, group.length);
    group.forEach((batch, index) => {
      this.#queued -= batch.operations.length;
      const outcome = answer.outcomes[index];
      if (outcome === true) batch.resolve();
      else batch.reject(new StoreError(outcome?.code ?? 'fault', this.#parts.file, outcome?.detail));
    });
    this.#parts.checkpointer.committed(group.reduce((sum, { operations }) => sum + operations.length, 0));
  }

  /** A refusal reaches a lineage after everything of it that was queued before: then its state may be read again. */
  async #refuse(refusal: StoreError, lineage: number | undefined): Promise<never> {
    if (lineage !== undefined && !this.#fault) {
      this.#overloaded = lineage;
      await this.#pumping;
    }
    throw refusal;
  }

  #refusal(count: number, lineage: number | undefined): StoreError | undefined {
    if (this.#fault) return this.#fault;
    if (this.#closing) return new StoreError('closed', this.#parts.file);
    const leansOnRefused = lineage !== undefined && lineage === this.#overloaded;
    if (leansOnRefused || this.#queued + count > LIMITS.queuedOperations)
      return new StoreError('overload', this.#parts.file);
    return undefined;
  }

  #failAll({ detail }: Failure): void {
    if (this.#fault || this.#closed) return;
    this.#fault = new StoreError('fault', this.#parts.file, detail);
    for (const { reject } of this.#queue.splice(0)) reject(this.#fault);
    for (const resolve of this.#scrubs.splice(0)) resolve();
    this.#parts.onFault(this.#fault);
  }

  #read(statement: Statement): Database.Statement {
    let read = this.#reads.get(statement);
    if (!read) {
      read = this.#parts.reader.prepare(STATEMENTS[statement]);
      this.#reads.set(statement, read);
    }
    return read;
  }
}
