import { LIMITS } from '../../limits.ts';
import type { Mark } from '../log/ring.ts';

/** Bytes of one piece of memory for what is not settled. */
const CHUNK_BYTES = 64 * 1024;
/** Pieces kept to be filled again: what one settling takes. New ones would each wait for two collectors of garbage. */
const KEPT_CHUNKS = Math.ceil(LIMITS.settleBytes / CHUNK_BYTES) + 1;

/** Where what was absorbed ends: its position, and the place in the log up to which it reaches. */
export interface End {
  readonly position: number;
  readonly mark: Mark;
}

interface Chunk {
  readonly bytes: Uint8Array;
  used: number;
  end: End;
}

/** What one settling takes. */
export interface Taken {
  /** Encoded operations in order, in memory that another thread can share: nothing of it changes any more. */
  readonly logged: readonly Uint8Array[];
  readonly end: End;
  readonly chunks: readonly Chunk[];
}

/** Encoded operations that are in the log and not in the tables; never more than the log has room for. */
export class Unsettled {
  #chunks: Chunk[] = [];
  readonly #kept: Uint8Array[] = [];
  #bytes = 0;
  #added = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes that were ever added. */
  get added(): number {
    return this.#added;
  }

  /** Bytes that were ever taken, and not given back. */
  get taken(): number {
    return this.#added - this.#bytes;
  }

  /** Copies encoded operations in, which reach up to an end. */
  add(encoded: Uint8Array, end: End): void {
    let chunk = this.#chunks.at(-1);
    if (!chunk || chunk.used + encoded.length > chunk.bytes.length) {
      const bytes = this.#memory(encoded.length);
      chunk = { bytes, used: 0, end };
      this.#chunks.push(chunk);
    }
    chunk.bytes.set(encoded, chunk.used);
    chunk.used += encoded.length;
    chunk.end = end;
    this.#bytes += encoded.length;
    this.#added += encoded.length;
  }

  /** Takes the oldest out, whole pieces until they hold `atLeast` bytes; undefined when there is nothing. */
  take(atLeast: number): Taken | undefined {
    let bytes = 0;
    let count = 0;
    for (; count < this.#chunks.length && bytes < atLeast; count += 1) bytes += this.#chunks[count]?.used ?? 0;
    const chunks = this.#chunks.splice(0, count);
    const last = chunks.at(-1);
    if (!last) return undefined;
    this.#bytes -= bytes;
    return { logged: chunks.map((chunk) => chunk.bytes.subarray(0, chunk.used)), end: last.end, chunks };
  }

  /** Takes back what could not be settled, before what came meanwhile. */
  giveBack({ chunks, logged }: Taken): void {
    this.#bytes += logged.reduce((sum, { length }) => sum + length, 0);
    this.#chunks = [...chunks, ...this.#chunks];
  }

  /** Takes back the memory of what is settled: no other thread reads it any more. */
  recycle({ chunks }: Taken): void {
    for (const { bytes } of chunks)
      if (bytes.length === CHUNK_BYTES && this.#kept.length < KEPT_CHUNKS) this.#kept.push(bytes);
  }

  #memory(atLeast: number): Uint8Array {
    const kept = atLeast <= CHUNK_BYTES ? this.#kept.pop() : undefined;
    return kept ?? new Uint8Array(new SharedArrayBuffer(Math.max(CHUNK_BYTES, atLeast)));
  }
}
