import type Database from 'better-sqlite3';
import { PAGE_BYTES } from '../schema.ts';

/** SQLite's header before each page in the write-ahead log. */
const FRAME_HEADER_BYTES = 24;

/** Frames in the write-ahead log, and how many of them were moved into the database. */
interface Frames {
  readonly log: number;
  readonly checkpointed: number;
}

/** Counts what a connection takes to the disk: the only writer of its database must be the one that asks. */
export class WrittenFrames {
  readonly #database: Database.Database;
  #last: Frames;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#last = this.#look();
  }

  /** Bytes written since the last call; a page counts for each frame moved, though several frames may be of one page. */
  bytes(): number {
    const before = this.#last;
    const now = this.#look();
    this.#last = now;
    // It begins anew only after everything in it was moved.
    const isNew = now.checkpointed < before.checkpointed || now.log < before.log;
    const added = isNew ? now.log : now.log - before.log;
    const moved = isNew ? before.log - before.checkpointed + now.checkpointed : now.checkpointed - before.checkpointed;
    return added * (PAGE_BYTES + FRAME_HEADER_BYTES) + moved * PAGE_BYTES;
  }

  #look(): Frames {
    const [row] = this.#database.pragma('wal_checkpoint(NOOP)') as Frames[];
    return { log: Math.max(0, row?.log ?? 0), checkpointed: Math.max(0, row?.checkpointed ?? 0) };
  }
}
