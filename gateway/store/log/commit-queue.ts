import { LIMITS } from '../../limits.ts';
import type { Operation } from '../store.ts';
import type { StoreError } from '../store-error.ts';
import { Encoder } from './encoder.ts';
import { RECORD_HEADER_BYTES } from './record.ts';

/** Encoders kept for later: one whose record is being written, one that gathers. */
const KEPT_ENCODERS = 2;

/** One commit that waits for its outcome. */
export interface Waiting {
  readonly lineage: number | undefined;
  /** How many operations it holds. */
  readonly count: number;
  resolve(position: number): void;
  reject(error: StoreError): void;
}

/** A stretch of a gathering record: a commit's operations, or, without one, operations that nobody waits for. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly waiting: Waiting | undefined;
}

/** Commits that become one record; what nobody waits for may be among them. */
export interface LogGroup {
  readonly kind: 'log';
  readonly encoder: Encoder;
  parts: Part[];
  /** When its first part came, in monotonic milliseconds. */
  readonly sinceMs: number;
}

/** Commits that go to the tables at once, in one transaction. */
export interface TableGroup {
  readonly kind: 'tables';
  readonly batches: { readonly waiting: Waiting; readonly bytes: Uint8Array }[];
  operations: number;
}

/** Something that has its turn once everything before it is done; what comes after waits for it. */
export interface Turn {
  readonly kind: 'turn';
  run(): Promise<void>;
  /** Called instead when nothing is written any more. */
  reject(error: StoreError): void;
}

/** What waits for the disk, in the order of the calls: neighbours of a kind gather in one group. */
export class CommitQueue {
  readonly #numberOf: (statement: string) => number | undefined;
  readonly #recordBytes: number;
  readonly #groups: (LogGroup | TableGroup | Turn)[] = [];
  readonly #encoders: Encoder[] = [];

  /** `numberOf` names the number of a logged statement; `recordBytes` is the size of the largest record. */
  constructor(numberOf: (statement: string) => number | undefined, recordBytes: number) {
    this.#numberOf = numberOf;
    this.#recordBytes = recordBytes;
  }

  /**
   * Adds operations that are all logged, with the commit that waits for them, if any. False, adding nothing, when they
   * are too large for one record. Throws TypeError, adding nothing, for what has no encoding.
   */
  addLogged(operations: readonly Operation[], waiting?: Waiting): boolean {
    const last = this.#groups.at(-1);
    const group = last?.kind === 'log' ? last : this.#newLogGroup();
    const { encoder } = group;
    const from = encoder.end;
    try {
      for (const operation of operations) encoder.add(operation);
    } catch (error) {
      encoder.truncate(from);
      throw error;
    }
    if (encoder.end <= this.#recordBytes) return this.#push(group, { from, to: encoder.end, waiting });
    const bytes = Buffer.from(encoder.slice(from, encoder.end));
    encoder.truncate(from);
    if (RECORD_HEADER_BYTES + bytes.length > this.#recordBytes) return false;
    const next = this.#newLogGroup();
    next.encoder.addEncoded(bytes);
    return this.#push(next, { from: RECORD_HEADER_BYTES, to: next.encoder.end, waiting });
  }

  /** Adds an encoded batch for the tables. */
  addToTables(bytes: Uint8Array, waiting: Waiting): void {
    const last = this.#groups.at(-1);
    const mayJoin = last?.kind === 'tables' && last.operations < LIMITS.groupOperations;
    const group: TableGroup = mayJoin ? last : { kind: 'tables', batches: [], operations: 0 };
    group.batches.push({ bytes, waiting });
    group.operations += waiting.count;
    if (!mayJoin) this.#groups.push(group);
  }

  /** Adds a turn. */
  addTurn(turn: Omit<Turn, 'kind'>): void {
    this.#groups.push({ kind: 'turn', ...turn });
  }

  /** Whether there is something that must not wait for more to come. */
  get isUrgent(): boolean {
    const first = this.#groups[0];
    return this.#groups.length > 1 || (first !== undefined && (first.kind !== 'log' || hasWaiting(first)));
  }

  /** Since when the first group gathers, if it is a record that more commits can still join. */
  get gatheringSinceMs(): number | undefined {
    const first = this.#groups.length === 1 ? this.#groups[0] : undefined;
    return first?.kind === 'log' ? first.sinceMs : undefined;
  }

  /** Whether a record comes first: then what comes before it belongs into the log too. */
  get beginsWithRecord(): boolean {
    return this.#groups[0]?.kind === 'log';
  }

  /** Takes out the first group; undefined when there is none that is urgent. */
  take(): LogGroup | TableGroup | Turn | undefined {
    return this.isUrgent ? this.#groups.shift() : undefined;
  }

  /** Takes a group back that is done with, for its buffer. */
  recycle({ encoder }: LogGroup): void {
    encoder.truncate();
    if (this.#encoders.length < KEPT_ENCODERS) this.#encoders.push(encoder);
  }

  /** Takes everything out. */
  clear(): (LogGroup | TableGroup | Turn)[] {
    return this.#groups.splice(0);
  }

  #push(group: LogGroup, part: Part): true {
    group.parts.push(part);
    if (this.#groups.at(-1) !== group) this.#groups.push(group);
    return true;
  }

  #newLogGroup(): LogGroup {
    const encoder = this.#encoders.pop() ?? new Encoder(this.#numberOf, RECORD_HEADER_BYTES);
    return { kind: 'log', encoder, parts: [], sinceMs: performance.now() };
  }
}

/** Rejects everybody who waits for a group. */
export function rejectGroup(group: LogGroup | TableGroup | Turn, error: StoreError): void {
  if (group.kind === 'turn') group.reject(error);
  else if (group.kind === 'log') for (const { waiting } of group.parts) waiting?.reject(error);
  else for (const { waiting } of group.batches) waiting.reject(error);
}

/** Whether anybody waits for a group. */
export function hasWaiting(group: LogGroup): boolean {
  return group.parts.some(({ waiting }) => waiting !== undefined);
}

/** Takes parts out of a group that gathers no more, closing the gaps. */
export function keepParts(group: LogGroup, keep: (waiting: Waiting | undefined) => boolean): void {
  const kept = group.parts.filter(({ waiting }) => keep(waiting));
  if (kept.length === group.parts.length) return;
  const bytes = kept.map(({ from, to }) => Buffer.from(group.encoder.slice(from, to)));
  group.encoder.truncate();
  group.parts = kept.map(({ waiting }, index) => {
    const from = group.encoder.end;
    group.encoder.addEncoded(bytes[index] ?? Buffer.alloc(0));
    return { from, to: group.encoder.end, waiting };
  });
}
