import { LIMITS } from '../../limits.ts';
import type { LogDevice } from './log-device.ts';
import { frame, LOG_PAGE_BYTES, pagesOf } from './record.ts';
import type { Mark, Ring } from './ring.ts';

/** Pages that one step of a scrub looks at: commits wait for one step at most. */
export const SCRUB_STEP_PAGES = 64;

/** The log while the hub runs: one record is written and synced at a time. */
export class Log {
  readonly #device: LogDevice;
  readonly #ring: Ring;
  #writtenBytes = 0;
  /** The log's number, which every record carries. */
  readonly number: number;

  constructor(device: LogDevice, ring: Ring, number: number) {
    this.#device = device;
    this.#ring = ring;
    this.number = number;
  }

  /** Where the next record goes: the mark up to which everything is settled when the tables hold it all. */
  get next(): Mark {
    return this.#ring.next;
  }

  /** Whether so much is unsettled that it should go into the tables now. */
  get isHalfFull(): boolean {
    return this.#ring.used * 2 >= this.#ring.pages;
  }

  /** Bytes of all records written since it was opened. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Pages that hold what is not settled. */
  get usedPages(): number {
    return this.#ring.used;
  }

  /** Pages of the file. */
  get pages(): number {
    return this.#ring.pages;
  }

  /** Bytes of the largest record: a quarter of a small log, so that there is always room for another while one settles. */
  get recordBytes(): number {
    return Math.min(LIMITS.logRecordBytes, Math.floor(this.#ring.pages / 4) * LOG_PAGE_BYTES);
  }

  /** Whether a record with so many bytes of payload can be written now. */
  hasRoom(payloadBytes: number): boolean {
    return this.#ring.place(pagesOf(payloadBytes)) !== undefined;
  }

  /**
   * Writes one record and resolves when it is on the disk. `bytes` holds the payload from RECORD_HEADER_BYTES on, has
   * room for whole pages, and is not touched meanwhile. Rejects when write or sync fail: what is on the disk is then
   * unknown, and nothing may be written any more. The log knows of the record only after `advance`, so that whoever
   * remembers what it holds can do both in one turn.
   */
  write(bytes: Buffer, payloadBytes: number): Promise<void> {
    const page = this.#ring.place(pagesOf(payloadBytes));
    if (page === undefined) throw new RangeError('the log has no room for this record');
    const { sequence } = this.#ring.next;
    const record = frame(bytes, payloadBytes, { log: this.number, sequence, settled: this.#ring.first.sequence });
    this.#writtenBytes += record.length;
    return this.#write(record, page * LOG_PAGE_BYTES);
  }

  /** The record that was just written is part of the log from now on. */
  advance(payloadBytes: number): void {
    this.#ring.take(pagesOf(payloadBytes));
  }

  /** Everything before the mark is in the tables: its pages may be written again. */
  release(mark: Mark): void {
    this.#ring.release(mark);
  }

  /** Writes zeros over what is settled among SCRUB_STEP_PAGES pages from `page` on; not while a record is written. */
  async scrub(page: number): Promise<void> {
    const bytes = Buffer.alloc(Math.min(SCRUB_STEP_PAGES, this.#ring.pages - page) * LOG_PAGE_BYTES);
    const at = page * LOG_PAGE_BYTES;
    await new Promise<void>((resolve, reject) => {
      this.#device.read(bytes, at, (error) => (error ? reject(error) : resolve()));
    });
    let changed = false;
    for (let index = 0; index * LOG_PAGE_BYTES < bytes.length; index += 1) {
      const one = bytes.subarray(index * LOG_PAGE_BYTES, (index + 1) * LOG_PAGE_BYTES);
      if (this.#ring.isUsed(page + index) || one.every((byte) => byte === 0)) continue;
      one.fill(0);
      changed = true;
      await this.#write(one, at + index * LOG_PAGE_BYTES, false);
    }
    if (changed) await this.#write(Buffer.alloc(0), 0);
  }

  /** Closes the file. */
  close(): Promise<void> {
    return new Promise((resolve) => this.#device.close(() => resolve()));
  }

  #write(bytes: Buffer, at: number, synced = true): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error: Error | null) => (error ? reject(error) : resolve());
      const sync = (error: Error | null) => (error || !synced ? done(error) : this.#device.sync(done));
      if (bytes.length === 0) sync(null);
      else this.#device.write(bytes, at, sync);
    });
  }
}
