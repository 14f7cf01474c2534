/** Marks the file as one of ours ('Enga' in ASCII), so that another program's database is never migrated. */
export const APPLICATION_ID = 0x456e6761;

/** Bytes per page, fixed when the file is created: one page is one flash write on the cards hubs run on. */
export const PAGE_BYTES = 4096;

/**
 * Migrations in order: entry n brings a file from `user_version` n to n + 1. Append only; a released entry never changes.
 * Keys that belong to an operator contain it (`operator.id`), though one operator is supported now. AUTOINCREMENT
 * wherever something counts on ids: plain row ids are used again once a table is empty.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB) STRICT, WITHOUT ROWID;

  CREATE TABLE operator (
    id INTEGER PRIMARY KEY AUTOINCREMENT, fingerprint BLOB NOT NULL UNIQUE, root_key BLOB NOT NULL,
    enrolment_key BLOB NOT NULL, service_certificate TEXT NOT NULL, broker_url TEXT NOT NULL,
    ingress_url TEXT NOT NULL, enrolled_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE credential (
    name TEXT PRIMARY KEY, dialect TEXT NOT NULL, base TEXT NOT NULL, password_hash BLOB NOT NULL,
    salt BLOB NOT NULL, created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE device (
    id INTEGER PRIMARY KEY AUTOINCREMENT, source TEXT NOT NULL, thing TEXT NOT NULL, claim TEXT NOT NULL,
    category_override TEXT, room TEXT, approved_at INTEGER, UNIQUE (source, thing)
  ) STRICT;

  CREATE TABLE offer (
    operator INTEGER NOT NULL, slug TEXT NOT NULL, hash BLOB NOT NULL, jws TEXT NOT NULL, version INTEGER NOT NULL,
    received_at INTEGER NOT NULL, retired_at INTEGER, PRIMARY KEY (operator, hash)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE consent_record (
    id INTEGER PRIMARY KEY AUTOINCREMENT, operator INTEGER NOT NULL, content TEXT, salt BLOB,
    commitment BLOB NOT NULL, chain BLOB NOT NULL, signature BLOB NOT NULL
  ) STRICT;

  CREATE TABLE agreement (
    id INTEGER PRIMARY KEY AUTOINCREMENT, operator INTEGER NOT NULL, ordinal INTEGER NOT NULL, uuid TEXT NOT NULL UNIQUE,
    offer_hash BLOB NOT NULL, slug TEXT NOT NULL, opened_at INTEGER NOT NULL, closed_at INTEGER,
    confirmed INTEGER NOT NULL, UNIQUE (operator, ordinal)
  ) STRICT;

  CREATE TABLE used_subject (
    agreement INTEGER NOT NULL, epoch INTEGER NOT NULL, subject INTEGER NOT NULL,
    PRIMARY KEY (agreement, epoch, subject)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE window (
    agreement INTEGER NOT NULL, category TEXT NOT NULL, property TEXT NOT NULL, subject INTEGER NOT NULL,
    state TEXT NOT NULL, PRIMARY KEY (agreement, category, property, subject)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE last_value (
    device INTEGER NOT NULL, kind TEXT NOT NULL, value INTEGER NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (device, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE intake_mark (
    source TEXT NOT NULL, client TEXT NOT NULL, packet_id INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (source, client, packet_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, operator INTEGER NOT NULL, run BLOB NOT NULL, seq INTEGER NOT NULL,
    lane INTEGER NOT NULL, agreement INTEGER NOT NULL, category INTEGER, property INTEGER, quantity INTEGER,
    offer BLOB, write_key BLOB, time_s INTEGER, window_s INTEGER, value INTEGER, observed INTEGER, estimated INTEGER,
    withdrawal BLOB
  ) STRICT;
  CREATE UNIQUE INDEX outbox_by_sequence ON outbox (operator, run, seq);
  CREATE INDEX outbox_by_lane ON outbox (operator, lane, id);
  CREATE INDEX outbox_by_agreement ON outbox (operator, agreement);

  CREATE TABLE outbox_void (
    operator INTEGER NOT NULL, run BLOB NOT NULL, first INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (operator, run, first)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE withdrawal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, operator INTEGER NOT NULL, slug TEXT NOT NULL,
    erasures TEXT NOT NULL, state TEXT NOT NULL, requested_at INTEGER NOT NULL, erased_at INTEGER, receipts TEXT
  ) STRICT;

  CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, agreement INTEGER NOT NULL, slug TEXT NOT NULL,
    category TEXT NOT NULL, property TEXT NOT NULL, quantity TEXT NOT NULL, time_s INTEGER NOT NULL,
    window_s INTEGER NOT NULL, value INTEGER NOT NULL, run BLOB NOT NULL, seq INTEGER NOT NULL, outcome TEXT NOT NULL
  ) STRICT;
  CREATE INDEX journal_by_sequence ON journal (run, seq);

  CREATE TABLE refusal (
    hour INTEGER NOT NULL, device INTEGER NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (hour, device, reason)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE history (
    id INTEGER PRIMARY KEY AUTOINCREMENT, device INTEGER NOT NULL, kind TEXT NOT NULL, at_ms INTEGER NOT NULL,
    value INTEGER NOT NULL, origin TEXT NOT NULL
  ) STRICT;
  CREATE INDEX history_by_time ON history (at_ms);
  CREATE INDEX history_by_device ON history (device, kind, at_ms);
  `,
  // What left or waits is one row now, with numbers for names: a week without a cloud fits on the card, and an event
  // costs one row instead of two with four indexes. An item's id is its run's base plus its sequence.
  `
  CREATE TABLE run (
    base INTEGER PRIMARY KEY, operator INTEGER NOT NULL, run BLOB NOT NULL, UNIQUE (operator, run)
  ) STRICT;

  CREATE TABLE name (
    id INTEGER PRIMARY KEY, agreement INTEGER NOT NULL, write_key BLOB NOT NULL, offer BLOB NOT NULL
  ) STRICT;

  CREATE TABLE erasure (id INTEGER PRIMARY KEY, agreement INTEGER NOT NULL, withdrawal BLOB NOT NULL) STRICT;

  ALTER TABLE journal RENAME TO journal_1;
  CREATE TABLE journal (
    id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, name INTEGER NOT NULL, category INTEGER NOT NULL,
    property INTEGER NOT NULL, quantity INTEGER NOT NULL, time_s INTEGER NOT NULL, window_s INTEGER NOT NULL,
    value INTEGER NOT NULL, observed INTEGER NOT NULL, estimated INTEGER NOT NULL, outcome INTEGER NOT NULL, lane INTEGER
  ) STRICT;

  INSERT INTO run (base, operator, run)
    SELECT sum(length + 1) OVER (ORDER BY first, run) - length, operator, run FROM (
      SELECT run, max(seq) AS length, min(first) AS first,
        coalesce(max(operator), (SELECT min(id) FROM operator), 1) AS operator
      FROM (
        SELECT run, seq, id AS first, NULL AS operator FROM journal_1
        UNION ALL SELECT run, seq, id, operator FROM outbox
      ) GROUP BY run
    );

  INSERT INTO name (agreement, write_key, offer) SELECT DISTINCT agreement, write_key, offer FROM outbox
    WHERE withdrawal IS NULL;
  INSERT INTO name (agreement, write_key, offer) SELECT DISTINCT agreement, x'', x'' FROM journal_1
    WHERE agreement NOT IN (SELECT agreement FROM name);

  INSERT INTO journal
    SELECT run.base + journal_1.seq, at_ms,
      coalesce(
        (SELECT name.id FROM name WHERE name.agreement = outbox.agreement AND name.write_key = outbox.write_key
          AND name.offer = outbox.offer),
        (SELECT min(name.id) FROM name WHERE name.agreement = journal_1.agreement)),
      CASE journal_1.category WHEN 'contact.doorWindow' THEN 1 WHEN 'presence.person' THEN 2 WHEN 'presence.animal' THEN 3
        WHEN 'power.total' THEN 4 WHEN 'power.appliance' THEN 5 WHEN 'lock.state' THEN 6 WHEN 'lock.keyHolder' THEN 7
        WHEN 'device.health' THEN 8 WHEN 'home.mesh' THEN 9 ELSE 10 END,
      CASE journal_1.property WHEN 'contact.state' THEN 1 WHEN 'occupancy.state' THEN 2 WHEN 'power.active' THEN 3
        WHEN 'lock.state' THEN 4 ELSE 5 END,
      CASE journal_1.quantity WHEN 'state' THEN 1 WHEN 'count' THEN 2 WHEN 'mean_power_w' THEN 3 WHEN 'energy_wh' THEN 4
        WHEN 'power_w' THEN 5 ELSE 6 END,
      journal_1.time_s, journal_1.window_s, journal_1.value, coalesce(outbox.observed, 1000), coalesce(outbox.estimated, 0),
      CASE outcome WHEN 'waiting' THEN 0 WHEN 'provided' THEN 1 WHEN 'sent' THEN 2 WHEN 'withdrawn' THEN 3
        WHEN 'replaced' THEN 4 WHEN 'withheld' THEN 5 ELSE 6 END,
      outbox.lane
    FROM journal_1 JOIN run ON run.run = journal_1.run
      LEFT JOIN outbox ON outbox.run = journal_1.run AND outbox.seq = journal_1.seq AND outbox.withdrawal IS NULL;
  -- What waits without an entry (a file that was saved after damage) waits on; when it was decided is not known.
  INSERT INTO journal
    SELECT run.base + outbox.seq, coalesce(outbox.time_s, 0) * 1000,
      (SELECT name.id FROM name WHERE name.agreement = outbox.agreement AND name.write_key = outbox.write_key
        AND name.offer = outbox.offer),
      outbox.category, outbox.property, outbox.quantity, outbox.time_s, outbox.window_s, outbox.value, outbox.observed,
      outbox.estimated, 0, outbox.lane
    FROM outbox JOIN run ON run.run = outbox.run
    WHERE outbox.withdrawal IS NULL
      AND NOT EXISTS (SELECT 1 FROM journal_1 WHERE journal_1.run = outbox.run AND journal_1.seq = outbox.seq);
  INSERT INTO erasure SELECT run.base + outbox.seq, outbox.agreement, outbox.withdrawal
    FROM outbox JOIN run ON run.run = outbox.run WHERE outbox.withdrawal IS NOT NULL;

  DROP TABLE journal_1;
  DROP TABLE outbox;
  CREATE INDEX journal_waiting ON journal (lane) WHERE lane IS NOT NULL;
  `,
  // What a resident said that hangs on a device's input, as JSON (`Meaning` in devices/meanings.ts).
  'ALTER TABLE device ADD COLUMN meaning TEXT;',
  // Who lives in the home; number 1, the owner, even without a row. A name goes when somebody moves out; the number stays.
  `
  CREATE TABLE person (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, capacity TEXT NOT NULL, guardian INTEGER, until_ms INTEGER,
    joined_at INTEGER NOT NULL, left_at INTEGER
  ) STRICT;
  ALTER TABLE device ADD COLUMN person INTEGER;
  -- What recipients have attested of a withdrawal, by pseudonym, as JSON; when the last of it was learnt.
  ALTER TABLE withdrawal ADD COLUMN attestations TEXT;
  ALTER TABLE withdrawal ADD COLUMN attested_at INTEGER;
  `,
];
