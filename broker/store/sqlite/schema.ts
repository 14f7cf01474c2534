import type Database from 'better-sqlite3';

/**
 * Steps forward, one per version of the database; a step once released is never changed.
 * Tables of feeds are WITHOUT ROWID: a hidden row number would show which blocks of different feeds came in one cell.
 */
export const STEPS: readonly string[] = [
  `
  CREATE TABLE hub (
    id BLOB PRIMARY KEY, public_key BLOB NOT NULL, enrolment_key BLOB NOT NULL,
    highest_ordinal INTEGER NOT NULL, enrolled_hour INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE hub_run (
    hub BLOB NOT NULL, run BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (hub, run, first)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE invite (
    id BLOB PRIMARY KEY, made_s INTEGER NOT NULL, secret BLOB, hub BLOB, request BLOB, answer TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE recipient (
    name TEXT PRIMARY KEY, token_hash BLOB NOT NULL UNIQUE, added_s INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE offer (
    key BLOB PRIMARY KEY, slug TEXT NOT NULL, version INTEGER NOT NULL, recipient TEXT NOT NULL,
    purpose TEXT NOT NULL, categories TEXT NOT NULL, jws TEXT NOT NULL, UNIQUE (slug, version)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE feed (id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, last INTEGER NOT NULL) STRICT;
  CREATE TABLE binding (pseudonym BLOB PRIMARY KEY, offer BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE block (
    feed INTEGER NOT NULL, position INTEGER NOT NULL, id BLOB NOT NULL, pseudonym BLOB NOT NULL,
    category INTEGER NOT NULL, nonce BLOB NOT NULL, ciphertext BLOB NOT NULL, hour INTEGER NOT NULL,
    PRIMARY KEY (feed, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX block_pair ON block (pseudonym, category);
  CREATE TABLE tombstone (
    feed INTEGER NOT NULL, position INTEGER NOT NULL, pseudonym BLOB NOT NULL, categories TEXT NOT NULL,
    hour INTEGER NOT NULL, PRIMARY KEY (feed, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE withdrawn (
    pseudonym BLOB NOT NULL, category INTEGER NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY (pseudonym, category)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE reclaim (
    pseudonym BLOB NOT NULL, category INTEGER NOT NULL, PRIMARY KEY (pseudonym, category)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE counted (reason TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  // Attestations of recipients, and leases. A lease's end is an hour: pseudonyms of one home are extended at random phases.
  `
  ALTER TABLE tombstone ADD COLUMN attested INTEGER;
  CREATE INDEX tombstone_name ON tombstone (pseudonym);
  CREATE INDEX tombstone_waiting ON tombstone (hour) WHERE attested IS NULL;
  CREATE TABLE lease (pseudonym BLOB PRIMARY KEY, until_hour INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE resumption (
    feed INTEGER NOT NULL, position INTEGER NOT NULL, pseudonym BLOB NOT NULL, hour INTEGER NOT NULL,
    PRIMARY KEY (feed, position)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Steps of keys.db. */
export const KEY_STEPS: readonly string[] = [
  `
  CREATE TABLE slot (id INTEGER PRIMARY KEY, key BLOB NOT NULL) STRICT;
  CREATE TABLE pair (
    pseudonym BLOB NOT NULL, category INTEGER NOT NULL, slot INTEGER NOT NULL UNIQUE,
    PRIMARY KEY (pseudonym, category)
  ) STRICT, WITHOUT ROWID;
  `,
];

/** Brings a database to the newest version; throws when a newer program has written it. */
export function migrate(database: Database.Database, steps: readonly string[], file: string): void {
  database.pragma('page_size = 4096');
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('secure_delete = ON');
  database
    .transaction(() => {
      const version = Number(database.pragma('user_version', { simple: true }));
      if (version > steps.length) {
        throw new Error(
          `${file} was written by a newer Engawa (version ${version}): start that one, or restore a backup.`,
        );
      }
      for (const step of steps.slice(version)) database.exec(step);
      database.pragma(`user_version = ${steps.length}`);
    })
    .immediate();
}
