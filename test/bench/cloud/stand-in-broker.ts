import { randomBytes } from 'node:crypto';
import { answer } from '../../../proto/broker-answer.ts';
import { accept } from '../../../proto/broker-link.ts';
import type { HeldState, Identities } from '../../../proto/broker-state.ts';
import { openUp, sealDown, UP_BODY_BYTES } from '../../../proto/cell.ts';
import { encodeUp } from '../../../proto/codec.ts';
import type { Interval, RunId, UpBody } from '../../../proto/wire.ts';

/** The hub this broker knows. */
export interface KnownHub {
  readonly hub: Buffer;
  readonly enrolmentKey: Buffer;
}

/** What came so far; `full` cells are those into which no other record would have fitted. */
export interface WireCounts {
  cells: number;
  records: number;
  fullCells: number;
  fullRecords: number;
  fullBytes: number;
  refused: number;
}

/** Cells outstanding that a data broker allows a hub (broker/limits.ts). */
const CREDIT = 8;
/** A record with a new time and value takes at most so many bytes. */
const ROOM_BYTES = 16;

/** Under a stand-in nobody is told apart from outside: the write key is name enough. */
const AS_SENT: Identities = { ofWriteKey: (key) => key, ofEraseKey: (key) => key };

/**
 * A data broker without disk, on the protocol's own state machine. It keeps the received intervals and nothing else, so
 * its memory does not grow with what it receives; `onRecord` sees each stored record once.
 */
export class StandInBroker {
  readonly counts: WireCounts = { cells: 0, records: 0, fullCells: 0, fullRecords: 0, fullBytes: 0, refused: 0 };
  /** Whether the used bytes of full cells are counted, which costs encoding them again. */
  isWeighing = false;
  readonly #known: KnownHub;
  readonly #onRecord: (writeKey: string, value: number, timeS: number) => void;
  readonly #received = new Map<RunId, readonly Interval[]>();
  #highestOrdinal = 0;

  constructor(known: KnownHub, onRecord: (writeKey: string, value: number, timeS: number) => void) {
    this.#known = known;
    this.#onRecord = onRecord;
  }

  /** Takes one sealed cell and gives the sealed answer; throws when it does not open. */
  take(frame: Buffer, credit = CREDIT): Buffer {
    const opened = openUp({ frame, ...this.#known });
    if (!opened.ok) throw new Error(`the cell does not open: ${opened.reason}`);
    const { body } = opened;
    const acceptance = accept(body, this.#held(), AS_SENT);
    for (const { run, intervals } of acceptance.received) this.#received.set(run, intervals);
    this.#highestOrdinal = acceptance.highestOrdinal;
    for (const { pseudonym, value, timeS } of acceptance.store) this.#onRecord(pseudonym, value, timeS);
    this.#count(body, acceptance.outcome === 'refused');
    const down = answer({ body, acceptance, receipts: [], credit });
    return sealDown({ ...this.#known, run: body.run, body: down, randomNonce: randomBytes(12) });
  }

  #held(): HeldState {
    return {
      received: this.#received,
      withdrawn: new Map(),
      offerCovers: () => true,
      highestOrdinal: this.#highestOrdinal,
    };
  }

  #count(body: UpBody, isRefused: boolean): void {
    const { counts } = this;
    counts.cells += 1;
    counts.records += body.records.length;
    if (isRefused) counts.refused += 1;
    if (!this.isWeighing || body.records.length === 0) return;
    const bytes = encodeUp(body).length;
    if (bytes < UP_BODY_BYTES - ROOM_BYTES) return;
    counts.fullCells += 1;
    counts.fullRecords += body.records.length;
    counts.fullBytes += bytes;
  }
}
