import { setImmediate, setTimeout } from 'node:timers/promises';
import { LIMITS } from '../../limits.ts';
import {
  type CommitQueue,
  hasWaiting,
  keepParts,
  type LogGroup,
  rejectGroup,
  type TableGroup,
  type Turn,
  type Waiting,
} from '../log/commit-queue.ts';
import type { Log } from '../log/log.ts';
import { LOG_PAGE_BYTES, pagesOf, RECORD_HEADER_BYTES } from '../log/record.ts';
import { StoreError } from '../store-error.ts';
import type { Failure } from './messages.ts';
import type { Settler } from './settler.ts';

/** What the pump works on. */
export interface PumpParts {
  readonly file: string;
  readonly queue: CommitQueue;
  readonly log: Log;
  readonly settler: Settler;
  readonly gatherMs: number;
  /** Called when there is something new to settle. */
  readonly onUnsettled: () => void;
  /** Called once, when nothing may be written any more. */
  readonly onFault: (error: StoreError) => void;
}

/** Brings what is queued to the disk in order, one group at a time, while the next gathers. */
export class Pump {
  readonly #parts: PumpParts;
  /** Lineages of which a batch was refused. */
  readonly #broken = new Set<number>();
  #position = 0;
  /** When the last record was on the disk, in monotonic milliseconds. */
  #wroteAtMs = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #inHand: LogGroup | TableGroup | Turn | undefined;
  #fault: StoreError | undefined;

  constructor(parts: PumpParts) {
    this.#parts = parts;
  }

  /** The newest position that is durable. */
  get position(): number {
    return this.#position;
  }

  /** Why nothing may be written any more. */
  get fault(): StoreError | undefined {
    return this.#fault;
  }

  /** Begins with what is queued, unless it is at it already. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is queued. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Ends all writing: everything queued rejects, because what is on the disk is unknown. */
  fail({ code, detail }: Failure): void {
    if (this.#fault) return;
    const fault = new StoreError(code === 'damaged' ? 'damaged' : 'fault', this.#parts.file, detail);
    this.#fault = fault;
    if (this.#inHand) rejectGroup(this.#inHand, fault);
    for (const group of this.#parts.queue.clear()) rejectGroup(group, fault);
    this.#parts.onFault(fault);
  }

  async #run(): Promise<void> {
    const { queue } = this.#parts;
    // After everything that arrived in this turn, so that it shares the first sync.
    await setImmediate();
    while (!this.#fault) {
      const waitMs = this.#gatherFor(queue.gatheringSinceMs);
      if (waitMs > 0) await setTimeout(waitMs);
      this.#inHand = queue.take();
      if (!this.#inHand) break;
      await this.#handle(this.#inHand);
    }
    this.#inHand = undefined;
    // In the turn that saw the queue empty: a commit that comes a moment later must start the next run.
    this.#running = undefined;
  }

  /** How long a record that gathers since then waits for more. */
  #gatherFor(sinceMs: number | undefined): number {
    if (sinceMs === undefined) return 0;
    const { gatherMs } = this.#parts;
    const nowMs = performance.now();
    // What waited while the last record was written has gathered meanwhile.
    if (gatherMs > 0) return gatherMs - (nowMs - sinceMs);
    // Where records follow each other closely, a moment's wait makes the next one larger at the same cost.
    return nowMs - this.#wroteAtMs < LIMITS.busyRecordMs ? LIMITS.busyGatherMs : 0;
  }

  async #handle(group: LogGroup | TableGroup | Turn): Promise<void> {
    try {
      if (group.kind === 'log') await this.#writeRecord(group);
      else if (group.kind === 'tables') await this.#writeTables(group);
      else await group.run();
    } catch (error) {
      const detail = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      this.fail({ code: 'fault', detail });
    }
  }

  async #writeRecord(group: LogGroup): Promise<void> {
    const { log, queue, settler, onUnsettled } = this.#parts;
    this.#refuseBroken(group);
    const { encoder } = group;
    const payloadBytes = encoder.end - RECORD_HEADER_BYTES;
    if (payloadBytes === 0) return queue.recycle(group);
    const isWorthASync = hasWaiting(group) || queue.beginsWithRecord;
    if (isWorthASync && !(await this.#hasRoom(group, payloadBytes))) return queue.recycle(group);
    if (isWorthASync) {
      await log.write(encoder.bytes(pagesOf(payloadBytes) * LOG_PAGE_BYTES), payloadBytes);
      if (this.#fault) return;
      // In one turn: a settling that began between the two would count a record as settled that it does not hold.
      log.advance(payloadBytes);
      this.#position += 1;
    }
    this.#wroteAtMs = performance.now();
    settler.absorb(encoder.slice(RECORD_HEADER_BYTES, encoder.end), this.#position);
    for (const { waiting } of group.parts) waiting?.resolve(this.#position);
    queue.recycle(group);
    const isDue = log.isHalfFull || settler.unsettledBytes >= LIMITS.settleBytes;
    if (isDue && !settler.isBusy) void settler.settle();
    onUnsettled();
  }

  /** Waits for room in the log; false when there is none because the tables take nothing now. */
  async #hasRoom(group: LogGroup, payloadBytes: number): Promise<boolean> {
    const { log, settler, file } = this.#parts;
    while (!log.hasRoom(payloadBytes)) {
      const outcome = await settler.settle();
      if (this.#fault) return false;
      if (outcome === true) continue;
      const refusal = new StoreError(outcome.code, file, outcome.detail);
      for (const { waiting } of group.parts) if (waiting) this.#refuse(waiting, refusal);
      keepParts(group, (waiting) => waiting === undefined);
      // What nobody waits for stays in memory, as long as there is not too much of it.
      const rest = group.encoder.slice(RECORD_HEADER_BYTES, group.encoder.end);
      if (settler.unsettledBytes + rest.length < LIMITS.logBytes * 2) settler.absorb(rest, this.#position);
      return false;
    }
    return true;
  }

  async #writeTables({ batches }: TableGroup): Promise<void> {
    const { settler, file } = this.#parts;
    for (const { waiting } of batches) if (this.#isBroken(waiting)) this.#refuse(waiting, this.#leaning());
    const sound = batches.filter(({ waiting }) => !this.#isBroken(waiting));
    this.#position += 1;
    const position = this.#position;
    const outcomes = await settler.settleWith(
      sound.map(({ bytes, waiting }) => ({ bytes, lineage: waiting.lineage })),
      position,
    );
    sound.forEach(({ waiting }, index) => {
      const outcome = outcomes[index] ?? { code: 'fault', detail: 'no outcome' };
      if (outcome === true) waiting.resolve(position);
      else this.#refuse(waiting, this.#fault ?? new StoreError(outcome.code, file, outcome.detail));
    });
  }

  #refuseBroken(group: LogGroup): void {
    for (const { waiting } of group.parts) if (waiting && this.#isBroken(waiting)) waiting.reject(this.#leaning());
    keepParts(group, (waiting) => waiting === undefined || !this.#isBroken(waiting));
  }

  #refuse(waiting: Waiting, error: StoreError): void {
    if (waiting.lineage !== undefined) this.#broken.add(waiting.lineage);
    waiting.reject(error);
  }

  #isBroken({ lineage }: Waiting): boolean {
    return lineage !== undefined && this.#broken.has(lineage);
  }

  #leaning(): StoreError {
    return new StoreError('refused', this.#parts.file, 'an earlier batch of its lineage was refused');
  }
}
