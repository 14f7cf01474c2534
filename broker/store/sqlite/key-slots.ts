import { closeSync, fsyncSync, openSync } from 'node:fs';
import type Database from 'better-sqlite3';

/** Slots filled with random keys at a time. */
const GROWTH = 256;
/** Random slots tried before more are made. */
const TRIES = 64;
const KEY_BYTES = 32;

/**
 * keys.db: one random 32-byte key per (pseudonym, category). See the folder's README for why keys live in slots that are
 * handed out at random and overwritten in place.
 */
export class KeySlots {
  readonly #database: Database.Database;
  readonly #random: (bytes: number) => Buffer;
  readonly #find: Database.Statement<[Buffer, number], { key: Buffer }>;
  readonly #make: (pseudonym: Buffer, category: number) => Buffer;
  readonly #erase: (pairs: readonly (readonly [Buffer, number])[]) => number;

  constructor(database: Database.Database, random: (bytes: number) => Buffer) {
    this.#database = database;
    this.#random = random;
    this.#find = database.prepare(
      'SELECT slot.key FROM pair JOIN slot ON slot.id = pair.slot WHERE pseudonym = ? AND category = ?',
    );
    const allot = database.prepare('INSERT INTO pair (pseudonym, category, slot) VALUES (?, ?, ?)');
    this.#make = (pseudonym, category) =>
      database
        .transaction(() => {
          const present = this.#find.get(pseudonym, category)?.key;
          if (present) return present;
          allot.run(pseudonym, category, this.#freeSlot());
          const made = this.#find.get(pseudonym, category);
          if (!made) throw new Error('a slot just allotted is missing');
          return made.key;
        })
        .immediate();
    const free = database.prepare<[Buffer, number], { slot: number }>(
      'DELETE FROM pair WHERE pseudonym = ? AND category = ? RETURNING slot',
    );
    const overwrite = database.prepare('UPDATE slot SET key = ? WHERE id = ?');
    this.#erase = (pairs) =>
      database
        .transaction(() => {
          let erased = 0;
          for (const [pseudonym, category] of pairs) {
            const slot = free.get(pseudonym, category)?.slot;
            if (slot === undefined) continue;
            overwrite.run(this.#random(KEY_BYTES), slot);
            erased += 1;
          }
          return erased;
        })
        .immediate();
  }

  /** The pair's key, or undefined when it has none (never had, or erased). */
  find(pseudonym: Buffer, category: number): Buffer | undefined {
    return this.#find.get(pseudonym, category)?.key;
  }

  /** The pair's key, made when missing; durable when this returns. */
  make(pseudonym: Buffer, category: number): Buffer {
    return this.find(pseudonym, category) ?? this.#make(pseudonym, category);
  }

  /** Overwrites the pairs' keys, durable when this returns; `emptyLog` must follow before erasing is reported. */
  erase(pairs: readonly (readonly [Buffer, number])[]): number {
    return this.#erase(pairs);
  }

  /** Empties the write-ahead log, which still holds what was overwritten; false when a reader was in the way. */
  emptyLog(): boolean {
    const [result] = this.#database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
    if (result?.busy !== 0) return false;
    // SQLite cuts the log off without a sync: after a power cut it would be back, with the keys in it.
    const log = openSync(`${this.#database.name}-wal`, 'r+');
    fsyncSync(log);
    closeSync(log);
    return true;
  }

  /** How many pairs have a key. */
  size(): number {
    return this.#database.prepare<[], { n: number }>('SELECT count(*) AS n FROM pair').get()?.n ?? 0;
  }

  #freeSlot(): number {
    const capacity = this.#database.prepare<[], { n: number | null }>('SELECT max(id) AS n FROM slot').get()?.n ?? 0;
    const taken = this.#database.prepare<[number], { n: number }>('SELECT count(*) AS n FROM pair WHERE slot = ?');
    for (let tried = 0; capacity > 0 && tried < TRIES; tried += 1) {
      const slot = 1 + (this.#random(6).readUIntBE(0, 6) % capacity);
      if (taken.get(slot)?.n === 0) return slot;
    }
    const add = this.#database.prepare('INSERT INTO slot (id, key) VALUES (?, ?)');
    for (let more = 1; more <= GROWTH; more += 1) add.run(capacity + more, this.#random(KEY_BYTES));
    return capacity + 1 + (this.#random(6).readUIntBE(0, 6) % GROWTH);
  }
}
