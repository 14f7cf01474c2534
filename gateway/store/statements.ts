import type { FoldRule } from './log/fold-rule.ts';

/**
 * Every SQL statement of the hub, by name: the only SQL there is outside `schema.ts`. Add rows here; arguments are
 * given in order, either as `?` or, where one is needed twice, all of them as `?1`, `?2`, … (never both in one row).
 * Blobs of fixed size (run, write key, offer) are Buffers; times are integers, milliseconds `_ms`, seconds `_s`.
 */
export const STATEMENTS = {
  // meta: settings and marks of the home itself
  'meta.get': 'SELECT value FROM meta WHERE key = ?',
  'meta.put': 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',

  // outbox: what waits for the data broker's acknowledgement. An item's id is its run's base plus its sequence; a row of
  // the journal whose lane is not null waits. Ids of two runs never touch, so neighbouring ids are of one run.
  'run.all': 'SELECT base, run FROM run WHERE operator = ? ORDER BY base',
  'run.open': 'INSERT OR IGNORE INTO run (base, operator, run) VALUES (?, ?, ?)',
  'item.highest': `SELECT max(coalesce((SELECT max(id) FROM journal), 0), coalesce((SELECT max(id) FROM erasure), 0),
      coalesce((SELECT max(base) FROM run), 0)) AS id`,
  'name.all': `SELECT name.id, agreement, write_key, offer FROM name JOIN agreement ON agreement.id = agreement
      WHERE operator = ? ORDER BY name.id`,
  'name.highest': 'SELECT max(id) AS id FROM name',
  'name.add': 'INSERT OR IGNORE INTO name (id, agreement, write_key, offer) VALUES (?, ?, ?, ?)',
  'name.rekey': 'UPDATE name SET write_key = ?3 WHERE agreement = ?1 AND write_key = ?2',
  'outbox.pending': `SELECT id, lane, name, category, property, quantity, time_s, window_s, value, observed, estimated
      FROM journal INDEXED BY journal_waiting
      WHERE lane = ?1 AND id > ?2 AND id <= ?3 AND name * 256 + category NOT IN (SELECT value FROM json_each(?5))
      ORDER BY id LIMIT ?4`,
  'outbox.count': `SELECT (SELECT count(*) FROM journal WHERE lane IS NOT NULL) + (SELECT count(*) FROM erasure) AS count`,
  'outbox.power': `SELECT id FROM journal WHERE lane IS NOT NULL AND category IN (4, 5) AND outcome = 0
      ORDER BY id LIMIT ?`,
  'outbox.countIn': `SELECT count(*) AS count FROM journal INDEXED BY journal_waiting
      WHERE lane IN (0, 1) AND id BETWEEN ? AND ?`,
  'outbox.idsIn': `SELECT id FROM journal WHERE id BETWEEN ?1 AND ?2 AND +lane IS NOT NULL
      UNION ALL SELECT id FROM erasure WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3`,
  'erasure.all': `SELECT erasure.id, agreement, ordinal, withdrawal FROM erasure
      JOIN agreement ON agreement.id = agreement WHERE operator = ? AND confirmed = 1 ORDER BY erasure.id`,
  'erasure.add': 'INSERT INTO erasure (id, agreement, withdrawal) VALUES (?, ?, ?)',
  'erasure.done': 'DELETE FROM erasure WHERE id = ?',
  'agreement.state': 'SELECT ordinal, confirmed FROM agreement WHERE id = ?',
  // Neighbouring rows become one range (gaps and islands), so that purging a long backlog stays a short list.
  'outbox.voidAgreement': `INSERT INTO outbox_void (operator, run, first, count)
      SELECT run.operator, run.run, first - base, count FROM (
        SELECT min(id) AS first, count(*) AS count FROM (
          SELECT id, id - row_number() OVER (ORDER BY id) AS island FROM journal
          WHERE lane IS NOT NULL AND name IN (SELECT name.id FROM name WHERE agreement = ?1)
            AND (?2 IS NULL OR category IN (SELECT value FROM json_each(?2)))
        ) GROUP BY island
      ) JOIN run ON base = (SELECT max(base) FROM run WHERE base < first) WHERE true
      ON CONFLICT (operator, run, first) DO UPDATE SET count = max(count, excluded.count)`,
  'outbox.void': `INSERT INTO outbox_void (operator, run, first, count) VALUES (?, ?, ?, ?)
      ON CONFLICT (operator, run, first) DO UPDATE SET count = max(count, excluded.count)`,
  // A sequence that is durable after all (the outcome of its commit was unknown) must never be declared void.
  'outbox.voidUnused': `INSERT INTO outbox_void (operator, run, first, count) SELECT ?1, ?2, ?3, ?4
      WHERE NOT EXISTS (SELECT 1 FROM journal WHERE id BETWEEN ?5 AND ?5 + ?4 - 1)
        AND NOT EXISTS (SELECT 1 FROM erasure WHERE id BETWEEN ?5 AND ?5 + ?4 - 1)
      ON CONFLICT (operator, run, first) DO UPDATE SET count = max(count, excluded.count)`,
  'outbox.voids': 'SELECT run, first, count FROM outbox_void WHERE operator = ? ORDER BY run, first',
  'outbox.deleteVoids': `DELETE FROM outbox_void
      WHERE operator = ?1 AND run = ?2 AND first >= ?3 AND first + count - 1 <= ?4`,

  // intake: devices, what they last said, which packets are on disk
  'device.all':
    'SELECT id, source, thing, claim, category_override, room, approved_at, meaning, person FROM device ORDER BY id',
  'device.highest': "SELECT seq FROM sqlite_sequence WHERE name = 'device'",
  'device.put': `INSERT INTO device (id, source, thing, claim, category_override, room, approved_at, meaning, person)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET source = excluded.source, thing = excluded.thing,
      claim = excluded.claim, category_override = excluded.category_override, room = excluded.room,
      approved_at = excluded.approved_at, meaning = excluded.meaning, person = excluded.person`,
  'device.unname': "UPDATE device SET thing = 'unnamed/' || id WHERE id = ?",
  'device.forget': 'DELETE FROM device WHERE id = ?',
  'lastValue.all': 'SELECT device, kind, value, at_ms FROM last_value',
  'lastValue.put': `INSERT INTO last_value (device, kind, value, at_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT (device, kind) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms`,
  'lastValue.forget': 'DELETE FROM last_value WHERE device = ?',
  'lastValue.drop': 'DELETE FROM last_value WHERE device = ? AND kind = ?',
  'intakeMark.all': 'SELECT source, client, packet_id, hash FROM intake_mark',
  'intakeMark.put': `INSERT INTO intake_mark (source, client, packet_id, hash) VALUES (?, ?, ?, ?)
      ON CONFLICT (source, client, packet_id) DO UPDATE SET hash = excluded.hash`,
  'intakeMark.forget': 'DELETE FROM intake_mark WHERE source = ? AND client = ?',
  'intakeMark.forgetPacket': 'DELETE FROM intake_mark WHERE source = ? AND client = ? AND packet_id = ?',
  'credential.all': 'SELECT name, dialect, base, password_hash, salt, created_at FROM credential ORDER BY name',
  'credential.add':
    'INSERT INTO credential (name, dialect, base, password_hash, salt, created_at) VALUES (?, ?, ?, ?, ?, ?)',
  'credential.forget': 'DELETE FROM credential WHERE name = ?',

  // minimize and pseudonymize: windows that are filling, names that were used
  'window.all': 'SELECT agreement, category, property, subject, state FROM window',
  'window.put': `INSERT INTO window (agreement, category, property, subject, state) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (agreement, category, property, subject) DO UPDATE SET state = excluded.state`,
  'window.forget': 'DELETE FROM window WHERE agreement = ? AND category = ? AND property = ? AND subject = ?',
  'window.forgetCategory': 'DELETE FROM window WHERE agreement = ? AND category = ?',
  'usedSubject.all': 'SELECT agreement, epoch, subject FROM used_subject',
  'usedSubject.add': 'INSERT OR IGNORE INTO used_subject (agreement, epoch, subject) VALUES (?, ?, ?)',

  // people: who lives in the home
  'person.all': 'SELECT id, name, capacity, guardian, until_ms, left_at FROM person ORDER BY id',
  'person.highest': "SELECT seq FROM sqlite_sequence WHERE name = 'person'",
  'person.put': `INSERT INTO person (id, name, capacity, guardian, until_ms, joined_at) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, capacity = excluded.capacity, guardian = excluded.guardian,
      until_ms = excluded.until_ms`,
  'person.left': 'UPDATE person SET name = NULL, guardian = NULL, left_at = ? WHERE id = ?',
  'consent.erase': `UPDATE consent_record SET content = NULL, salt = NULL
      WHERE operator = ?1 AND content IS NOT NULL
        AND coalesce(json_extract(content, '$.principal.person'), 1) = ?2`,
  'meta.drop': 'DELETE FROM meta WHERE key = ?',

  // consent: operators, offers, agreements, the book, withdrawals
  'operator.current': 'SELECT * FROM operator ORDER BY id DESC LIMIT 1',
  'operator.put': `INSERT INTO operator (fingerprint, root_key, enrolment_key, service_certificate, broker_url,
      ingress_url, enrolled_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (fingerprint) DO UPDATE SET
      enrolment_key = excluded.enrolment_key, service_certificate = excluded.service_certificate,
      broker_url = excluded.broker_url, ingress_url = excluded.ingress_url, enrolled_at = excluded.enrolled_at`,
  'offer.all':
    'SELECT slug, hash, jws, version, received_at, retired_at FROM offer WHERE operator = ? ORDER BY received_at',
  'offer.put': `INSERT OR IGNORE INTO offer (operator, slug, hash, jws, version, received_at) VALUES (?, ?, ?, ?, ?, ?)`,
  'consent.pages':
    'SELECT content, salt, commitment, chain, signature FROM consent_record WHERE operator = ? ORDER BY id',
  'consent.add': `INSERT INTO consent_record (operator, content, salt, commitment, chain, signature)
      VALUES (?, ?, ?, ?, ?, ?)`,
  'agreement.all': `SELECT id, ordinal, offer_hash, slug, opened_at, closed_at, confirmed FROM agreement
      WHERE operator = ? ORDER BY id`,
  'agreement.highest': "SELECT seq FROM sqlite_sequence WHERE name = 'agreement'",
  'agreement.open': `INSERT INTO agreement (id, operator, ordinal, uuid, offer_hash, slug, opened_at, confirmed)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  'agreement.close': 'UPDATE agreement SET closed_at = ? WHERE id = ? AND closed_at IS NULL',
  'agreement.confirm': 'UPDATE agreement SET ordinal = ?, confirmed = 1 WHERE id = ?',
  'withdrawal.all': `SELECT id, slug, erasures, state, requested_at, erased_at, receipts, attestations, attested_at FROM withdrawal
      WHERE operator = ? ORDER BY id`,
  'withdrawal.add': `INSERT INTO withdrawal (id, operator, slug, erasures, state, requested_at, receipts)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
  'withdrawal.receipt': 'UPDATE withdrawal SET state = ?, erased_at = ?, receipts = ? WHERE id = ?',
  'withdrawal.attested': 'UPDATE withdrawal SET attestations = ?, attested_at = ? WHERE id = ?',
  'withdrawal.highest': "SELECT seq FROM sqlite_sequence WHERE name = 'withdrawal'",

  // journal and history: what the household can look up
  // The outcome's numbers are those of OUTCOMES in gateway/journal/journal.ts.
  'journal.add': `INSERT INTO journal (id, at_ms, name, category, property, quantity, time_s, window_s, value, observed,
      estimated, lane, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
  // The same row, acknowledged before it came into the table.
  'journal.addProvided': `INSERT INTO journal (id, at_ms, name, category, property, quantity, time_s, window_s, value,
      observed, estimated, lane, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, iif(? IS NULL, NULL, NULL), 1)`,
  'journal.acknowledged': 'UPDATE journal SET outcome = 1, lane = NULL WHERE id BETWEEN ? AND ? AND +lane IS NOT NULL',
  'journal.sent': 'UPDATE journal SET outcome = 2 WHERE id BETWEEN ? AND ? AND outcome = 0 AND +lane IS NOT NULL',
  // For what was sent and purged, while its void range was not: what had left is known to have arrived.
  'journal.arrived': 'UPDATE journal SET outcome = 1 WHERE id BETWEEN ? AND ? AND outcome = 2 AND +lane IS NULL',
  'journal.purged': `UPDATE journal SET outcome = iif(outcome = 0, ?3, outcome), lane = NULL
      WHERE lane IS NOT NULL AND name IN (SELECT name.id FROM name WHERE agreement = ?1)
        AND (?2 IS NULL OR category IN (SELECT value FROM json_each(?2)))`,
  'journal.dropped': `UPDATE journal SET outcome = iif(outcome = 0 OR ?2 = 6, ?2, outcome), lane = NULL WHERE id = ?1`,
  'journal.trim': 'DELETE FROM journal WHERE id <= (SELECT max(id) FROM journal) - ? AND +lane IS NULL',
  'journal.page': `SELECT journal.id, at_ms, agreement, slug, category, property, quantity, time_s, window_s, value, outcome
      FROM journal JOIN name ON name.id = name JOIN agreement ON agreement.id = name.agreement
      WHERE journal.id < ? ORDER BY journal.id DESC LIMIT ?`,
  'journal.from': 'SELECT id, at_ms FROM journal WHERE id >= ? ORDER BY id LIMIT 1',
  'journal.since': `SELECT slug, count(*) AS count FROM journal JOIN name ON name.id = name
      JOIN agreement ON agreement.id = name.agreement WHERE journal.id >= ? GROUP BY slug`,
  'refusal.add': `INSERT INTO refusal (hour, device, reason, count) VALUES (?, ?, ?, ?)
      ON CONFLICT (hour, device, reason) DO UPDATE SET count = count + excluded.count`,
  'refusal.since': `SELECT device, reason, sum(count) AS count FROM refusal WHERE hour >= ? GROUP BY device, reason
      ORDER BY count DESC`,
  'history.add': 'INSERT INTO history (device, kind, at_ms, value, origin) VALUES (?, ?, ?, ?, ?)',
  'history.forget': 'DELETE FROM history WHERE at_ms < ?1 OR at_ms > ?1 + 1209600000',
  'history.trim': 'DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?',
  'history.forgetDevice': 'DELETE FROM history WHERE device = ?',
} as const;

/** Name of a row of STATEMENTS. */
export type Statement = keyof typeof STATEMENTS;

/**
 * Statements whose operations go through the log, each with its number on the disk (1 to 255): a number is never used
 * for another statement, and never used again.
 */
export const LOGGED = {
  'meta.put': 1,
  'lastValue.put': 2,
  'intakeMark.put': 3,
  'intakeMark.forgetPacket': 4,
  'intakeMark.forget': 5,
  'window.put': 6,
  'window.forget': 7,
  'usedSubject.add': 8,
  'refusal.add': 9,
  'history.add': 10,
  'history.forget': 11,
  'history.trim': 12,
  'journal.add': 13,
  'journal.acknowledged': 14,
  'journal.sent': 15,
  'run.open': 16,
  'name.add': 17,
  'journal.arrived': 18,
  'outbox.deleteVoids': 19,
  'journal.trim': 20,
  'lastValue.drop': 21,
} as const satisfies Partial<Record<Statement, number>>;

/** How the operations of a logged statement become fewer on their way into the tables; see `log/fold-rule.ts`. */
export const FOLD: Readonly<Record<keyof typeof LOGGED, FoldRule<Statement>>> = {
  'meta.put': { table: 'meta', key: 1 },
  'lastValue.put': { table: 'last_value', key: 2 },
  'lastValue.drop': { table: 'last_value', key: 2 },
  'intakeMark.put': { table: 'intake_mark', key: 3 },
  'intakeMark.forgetPacket': { table: 'intake_mark', key: 3 },
  'intakeMark.forget': { table: 'intake_mark', clears: 2 },
  'window.put': { table: 'window', key: 4 },
  'window.forget': { table: 'window', key: 4 },
  'usedSubject.add': { table: 'used_subject', key: 3 },
  'refusal.add': { table: 'refusal', key: 3, sums: 3 },
  'history.add': 'append',
  'history.forget': 'append',
  'history.trim': 'append',
  'journal.add': 'append',
  'journal.acknowledged': { adds: 'journal.add', as: 'journal.addProvided' },
  'journal.sent': 'append',
  'run.open': 'append',
  'name.add': 'append',
  'journal.arrived': 'append',
  'outbox.deleteVoids': 'append',
  'journal.trim': 'append',
};
