import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { LIMITS } from '../../limits.ts';
import type { BrokerStore, FeedEntry, Hub, Pair, PublishedOffer, Recipient, Transaction } from '../store.ts';
import { bytes, categoryNumber, hex } from './columns.ts';
import { readEnd, readEntries } from './entries.ts';
import { allErasures, countErasures } from './erasures.ts';
import { KeySlots } from './key-slots.ts';
import { hubRow, newestOffers, recipientRow, recipientRows } from './rows.ts';
import { KEY_STEPS, migrate, STEPS } from './schema.ts';
import { SqliteTransaction } from './sqlite-transaction.ts';
import { Statements } from './statements.ts';

interface Job {
  readonly run: (transaction: Transaction) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: unknown) => void;
}

const isBusy = (fault: unknown): boolean =>
  fault instanceof Database.SqliteError && fault.code.startsWith('SQLITE_BUSY');

function openFile(file: string, steps: readonly string[]): Database.Database {
  // SQLite gives its log and index the mode of the file: nobody else reads keys, even in a folder others can open.
  closeSync(openSync(file, 'a', 0o600));
  const database = new Database(file, { timeout: 5_000 });
  migrate(database, steps, file);
  return database;
}

/** The broker's store in two SQLite files of one folder. All writing goes through one queue and one connection. */
export class SqliteStore implements BrokerStore {
  readonly #database: Database.Database;
  readonly #reader: Database.Database;
  readonly #keysDatabase: Database.Database;
  readonly #write: Statements;
  readonly #read: Statements;
  readonly #keys: KeySlots;
  readonly #queue: Job[] = [];
  readonly #watchers = new Map<string, Set<() => void>>();
  #draining: Promise<void> | undefined;
  #closed = false;

  constructor(folder: string, random: (bytes: number) => Buffer) {
    const file = join(folder, 'broker.db');
    this.#database = openFile(file, STEPS);
    // Waiting for another worker inside SQLite would stop this thread; #begin waits outside it.
    this.#database.pragma('busy_timeout = 0');
    this.#reader = new Database(file, { readonly: true, timeout: 5_000 });
    this.#keysDatabase = openFile(join(folder, 'keys.db'), KEY_STEPS);
    this.#write = new Statements(this.#database);
    this.#read = new Statements(this.#reader);
    this.#keys = new KeySlots(this.#keysDatabase, random);
  }

  transact<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new Error('the store is closed'));
    const done = new Promise<T>((resolve, reject) => {
      this.#queue.push({ run: work, resolve: resolve as (value: unknown) => void, reject });
    });
    this.#draining ??= this.#drain();
    return done;
  }

  async hub(hub: string): Promise<Hub | undefined> {
    return hubRow(this.#read, hub);
  }

  async hubs(): Promise<{ hub: string; enrolledHour: number; highestOrdinal: number }[]> {
    return this.#read
      .all<{ id: Buffer; enrolledHour: number; highestOrdinal: number }>(
        'SELECT id, enrolled_hour AS enrolledHour, highest_ordinal AS highestOrdinal FROM hub ORDER BY id',
      )
      .map(({ id, ...rest }) => ({ hub: hex(id), ...rest }));
  }

  async offers(): Promise<PublishedOffer[]> {
    return newestOffers(this.#read);
  }

  async recipients(): Promise<Recipient[]> {
    return recipientRows(this.#read);
  }

  async recipientByToken(tokenHash: Buffer): Promise<Recipient | undefined> {
    return recipientRow(this.#read, { tokenHash });
  }

  async entries(slug: string, after: number, limit: number): Promise<FeedEntry[]> {
    return readEntries(this.#read, this.#keys, slug, after, limit);
  }

  async end(slug: string): Promise<number> {
    return readEnd(this.#read, slug);
  }

  watch(slug: string, appended: () => void): () => void {
    const watchers = this.#watchers.get(slug) ?? new Set();
    this.#watchers.set(slug, watchers.add(appended));
    return () => {
      watchers.delete(appended);
      if (watchers.size === 0) this.#watchers.delete(slug);
    };
  }

  async eraseKeys(pairs: readonly Pair[]): Promise<void> {
    this.#keys.erase(pairs.map((pair) => [bytes(pair.pseudonym), categoryNumber(pair.category)]));
    for (let tried = 0; !this.#keys.emptyLog(); tried += 1) {
      if (tried === LIMITS.beginTries)
        throw new Error('the log of keys.db could not be emptied: another program reads it');
      await setTimeout(LIMITS.beginPauseMs);
    }
  }

  async reclaim(limit: number): Promise<number> {
    return this.transact(async () => {
      const pair = this.#write.get<{ pseudonym: Buffer; category: number }>('SELECT * FROM reclaim LIMIT 1');
      if (!pair) return 0;
      const rows = this.#write.all<{ feed: number; position: number }>(
        'SELECT feed, position FROM block WHERE pseudonym = ? AND category = ? LIMIT ?',
        pair.pseudonym,
        pair.category,
        limit,
      );
      for (const row of rows) {
        this.#write.run('DELETE FROM block WHERE feed = ? AND position = ?', row.feed, row.position);
      }
      if (rows.length < limit) {
        // The next start destroys keys by these rows, so none goes before its key did.
        this.#keys.erase([[pair.pseudonym, pair.category]]);
        this.#write.run('DELETE FROM reclaim WHERE pseudonym = ? AND category = ?', pair.pseudonym, pair.category);
      }
      return this.#write.get<{ n: number }>('SELECT count(*) AS n FROM reclaim')?.n ?? 0;
    });
  }

  async counted(): Promise<Record<string, number>> {
    const rows = this.#read.all<{ reason: string; count: number }>('SELECT reason, count FROM counted');
    return Object.fromEntries(rows.map((row) => [row.reason, row.count]));
  }

  async erasures(limit: number): ReturnType<BrokerStore['erasures']> {
    return allErasures(this.#read, limit);
  }

  async erasureCounts(overdueHour: number): ReturnType<BrokerStore['erasureCounts']> {
    return countErasures(this.#read, overdueHour);
  }

  async size(): Promise<{ hubs: number; entries: number }> {
    const sql = 'SELECT (SELECT count(*) FROM hub) AS hubs, (SELECT coalesce(sum(last), 0) FROM feed) AS entries';
    return this.#read.get<{ hubs: number; entries: number }>(sql) ?? { hubs: 0, entries: 0 };
  }

  async totals(): Promise<{ hubs: number; blocks: number; keys: number; withdrawn: number; invites: number }> {
    const count = (from: string): number => this.#read.get<{ n: number }>(`SELECT count(*) AS n FROM ${from}`)?.n ?? 0;
    return {
      hubs: count('hub'),
      blocks: count('block'),
      keys: this.#keys.size(),
      withdrawn: count('withdrawn'),
      invites: count('invite WHERE secret IS NOT NULL'),
    };
  }

  /** Destroys keys of withdrawn pairs that a crash between withdrawal and erasing left behind. */
  async finishErasing(): Promise<void> {
    const pairs = this.#read.all<{ pseudonym: Buffer; category: number }>('SELECT pseudonym, category FROM reclaim');
    this.#keys.erase(pairs.map(({ pseudonym, category }) => [pseudonym, category] as const));
    this.#keys.emptyLog();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#draining;
    this.#watchers.clear();
    this.#reader.close();
    this.#database.close();
    this.#keysDatabase.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // Everything that arrived in this turn of the event loop shares the commit.
      await setImmediate();
      await this.#commit();
    }
    this.#draining = undefined;
  }

  /** Commits what waits: at most so many jobs, and none begun after so long, because the others wait behind them. */
  async #commit(): Promise<void> {
    const jobs: Job[] = [];
    const transaction = new SqliteTransaction(this.#write, this.#keys);
    const settle: (() => void)[] = [];
    try {
      await this.#begin();
      const untilMs = performance.now() + LIMITS.commitMs;
      do {
        const job = this.#queue.shift();
        if (job === undefined) break;
        jobs.push(job);
        settle.push(await this.#attempt(job, transaction));
      } while (jobs.length < LIMITS.cellsPerCommit && performance.now() < untilMs);
      this.#database.exec('COMMIT');
    } catch (fault) {
      if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      for (const job of jobs) job.reject(fault);
      return;
    }
    for (const done of settle) done();
    for (const slug of transaction.appended) {
      for (const appended of this.#watchers.get(slug) ?? []) appended();
    }
  }

  async #attempt(job: Job, transaction: Transaction): Promise<() => void> {
    this.#database.exec('SAVEPOINT job');
    try {
      const value = await job.run(transaction);
      this.#database.exec('RELEASE job');
      return () => job.resolve(value);
    } catch (fault) {
      this.#database.exec('ROLLBACK TO job; RELEASE job');
      return () => job.reject(fault);
    }
  }

  async #begin(): Promise<void> {
    for (let tried = 0; ; tried += 1) {
      try {
        this.#database.exec('BEGIN IMMEDIATE');
        return;
      } catch (fault) {
        if (!isBusy(fault) || tried === LIMITS.beginTries) throw fault;
        await setTimeout(LIMITS.beginPauseMs);
      }
    }
  }
}
