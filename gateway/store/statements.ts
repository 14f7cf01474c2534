/**
 * Every SQL statement of the hub, by name: the only SQL there is outside `schema.ts`. Add rows here; arguments are
 * given in order, either as `?` or, where one is needed twice, all of them as `?1`, `?2`, … (never both in one row).
 * Blobs of fixed size (run, write key, offer) are Buffers; times are integers, milliseconds `_ms`, seconds `_s`.
 */
export const STATEMENTS = {
  // meta: settings and marks of the home itself
  'meta.get': 'SELECT value FROM meta WHERE key = ?',
  'meta.put': 'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',

  // outbox: what waits for the data broker's acknowledgement
  'outbox.add': `INSERT INTO outbox (operator, run, seq, lane, agreement, category, property, quantity, offer,
      write_key, time_s, window_s, value, observed, estimated) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  'outbox.addWithdrawal':
    'INSERT INTO outbox (operator, run, seq, lane, agreement, withdrawal) VALUES (?, ?, ?, ?, ?, ?)',
  'outbox.pending': `SELECT outbox.*, agreement.ordinal FROM outbox JOIN agreement ON agreement.id = outbox.agreement
      WHERE outbox.operator = ?1 AND lane = ?2 AND outbox.id > ?3 AND agreement.confirmed = 1
        AND outbox.agreement * 256 + coalesce(category, 0) NOT IN (SELECT value FROM json_each(?5))
      ORDER BY outbox.id LIMIT ?4`,
  'outbox.newest': 'SELECT max(id) AS id FROM outbox',
  'outbox.interval': 'SELECT seq FROM outbox WHERE operator = ? AND run = ? AND seq BETWEEN ? AND ? ORDER BY seq',
  'outbox.countInterval': `SELECT count(*) AS count FROM outbox
      WHERE operator = ? AND run = ? AND seq BETWEEN ? AND ? AND withdrawal IS NULL`,
  'outbox.count': 'SELECT count(*) AS count FROM outbox WHERE operator = ?',
  'outbox.deleteInterval': `DELETE FROM outbox
      WHERE operator = ? AND run = ? AND seq BETWEEN ? AND ? AND withdrawal IS NULL`,
  'outbox.deleteRow': 'DELETE FROM outbox WHERE operator = ? AND id = ?',
  // The journal's outcome follows the row it names, in the same transaction: waiting → sent (written to the socket, and no
  // answer yet) → provided; or, when it was never sent, withdrawn, replaced or withheld (consent ended before it was sent);
  // or quarantined. What was sent stays `sent` when its row goes, because nobody can know here whether it arrived.
  // A plus keeps SQLite from walking all of an operator's rows for a few ids.
  'outbox.journalSent': `UPDATE journal SET outcome = 'sent' WHERE outcome = 'waiting' AND (run, seq) IN
      (SELECT run, seq FROM outbox WHERE +operator = ? AND id IN (SELECT value FROM json_each(?)))`,
  'outbox.unmarked': `SELECT count(*) AS count FROM outbox JOIN journal USING (run, seq)
      WHERE +operator = ? AND outbox.id IN (SELECT value FROM json_each(?)) AND outcome = 'waiting'`,
  'outbox.journalProvided': `UPDATE journal SET outcome = 'provided' WHERE (run, seq) IN
      (SELECT run, seq FROM outbox WHERE operator = ? AND run = ? AND seq BETWEEN ? AND ?)`,
  // For what was sent and purged, while its void range was not: the range is still here, the row is not. From the void
  // ranges to the journal, never the other way round: every answer shows the whole run.
  'outbox.journalArrived': `UPDATE journal SET outcome = 'provided' WHERE outcome = 'sent' AND (run, seq) IN
      (SELECT journal.run, journal.seq FROM outbox_void CROSS JOIN journal ON journal.run = outbox_void.run
        AND journal.seq BETWEEN max(first, ?3) AND min(first + count - 1, ?4)
      WHERE operator = ?1 AND outbox_void.run = ?2 AND first <= ?4 AND first + count - 1 >= ?3)`,
  'outbox.journalPurged': `UPDATE journal SET outcome = ?4 WHERE outcome = 'waiting' AND (run, seq) IN
      (SELECT run, seq FROM outbox WHERE operator = ?1 AND agreement = ?2 AND withdrawal IS NULL
        AND (?3 IS NULL OR category IN (SELECT value FROM json_each(?3))))`,
  'outbox.journalDropped': `UPDATE journal SET outcome = ?3 WHERE (outcome = 'waiting' OR ?3 = 'quarantined')
      AND (run, seq) IN (SELECT run, seq FROM outbox WHERE operator = ?1 AND id = ?2)`,
  'outbox.rekey': 'UPDATE outbox SET write_key = ?4 WHERE operator = ?1 AND agreement = ?2 AND write_key = ?3',
  // Neighbouring rows become one range (gaps and islands), so that purging a long backlog stays a short list.
  'outbox.voidAgreement': `INSERT OR IGNORE INTO outbox_void (operator, run, first, count)
      SELECT ?1, run, min(seq), count(*) FROM (
        SELECT run, seq, seq - row_number() OVER (PARTITION BY run ORDER BY seq) AS island FROM outbox
        WHERE operator = ?1 AND agreement = ?2 AND withdrawal IS NULL
          AND (?3 IS NULL OR category IN (SELECT value FROM json_each(?3)))
      ) GROUP BY run, island`,
  'outbox.deleteAgreement': `DELETE FROM outbox WHERE operator = ?1 AND agreement = ?2 AND withdrawal IS NULL
      AND (?3 IS NULL OR category IN (SELECT value FROM json_each(?3)))`,
  'outbox.voidRow': `INSERT OR IGNORE INTO outbox_void (operator, run, first, count)
      SELECT operator, run, seq, 1 FROM outbox WHERE operator = ? AND id = ?`,
  // A sequence that is durable after all (the outcome of its commit was unknown) must never be declared void.
  'outbox.voidUnused': `INSERT OR IGNORE INTO outbox_void (operator, run, first, count) SELECT ?1, ?2, ?3, ?4
      WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE operator = ?1 AND run = ?2 AND seq BETWEEN ?3 AND ?3 + ?4 - 1)`,
  'outbox.voids': 'SELECT run, first, count FROM outbox_void WHERE operator = ? ORDER BY run, first LIMIT ?',
  'outbox.voidsIn': `SELECT first, count FROM outbox_void
      WHERE operator = ?1 AND run = ?2 AND first <= ?4 AND first + count - 1 >= ?3 ORDER BY first`,
  'outbox.knowsRun': `SELECT 1 AS known WHERE EXISTS (SELECT 1 FROM outbox WHERE operator = ?1 AND run = ?2)
      OR EXISTS (SELECT 1 FROM outbox_void WHERE operator = ?1 AND run = ?2)
      OR EXISTS (SELECT 1 FROM journal WHERE run = ?2)`,
  'outbox.deleteVoids': `DELETE FROM outbox_void
      WHERE operator = ?1 AND run = ?2 AND first >= ?3 AND first + count - 1 <= ?4`,

  // intake: devices, what they last said, which packets are on disk
  'device.all': 'SELECT id, source, thing, claim, category_override, room, approved_at FROM device ORDER BY id',
  'device.highest': "SELECT seq FROM sqlite_sequence WHERE name = 'device'",
  'device.put': `INSERT INTO device (id, source, thing, claim, category_override, room, approved_at)
      VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET source = excluded.source, thing = excluded.thing,
      claim = excluded.claim, category_override = excluded.category_override, room = excluded.room,
      approved_at = excluded.approved_at`,
  'device.unname': "UPDATE device SET thing = 'unnamed/' || id WHERE id = ?",
  'device.forget': 'DELETE FROM device WHERE id = ?',
  'lastValue.all': 'SELECT device, kind, value, at_ms FROM last_value',
  'lastValue.put': `INSERT INTO last_value (device, kind, value, at_ms) VALUES (?, ?, ?, ?)
      ON CONFLICT (device, kind) DO UPDATE SET value = excluded.value, at_ms = excluded.at_ms`,
  'lastValue.forget': 'DELETE FROM last_value WHERE device = ?',
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
  'withdrawal.all': `SELECT id, slug, erasures, state, requested_at, erased_at, receipts FROM withdrawal
      WHERE operator = ? ORDER BY id`,
  'withdrawal.add': `INSERT INTO withdrawal (id, operator, slug, erasures, state, requested_at, receipts)
      VALUES (?, ?, ?, ?, ?, ?, ?)`,
  'withdrawal.receipt': 'UPDATE withdrawal SET state = ?, erased_at = ?, receipts = ? WHERE id = ?',
  'withdrawal.highest': "SELECT seq FROM sqlite_sequence WHERE name = 'withdrawal'",

  // journal and history: what the household can look up
  'journal.add': `INSERT INTO journal (at_ms, agreement, slug, category, property, quantity, time_s, window_s, value,
      run, seq, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')`,
  'journal.page': `SELECT id, at_ms, agreement, slug, category, property, quantity, time_s, window_s, value, outcome
      FROM journal WHERE id < ? ORDER BY id DESC LIMIT ?`,
  'journal.since': 'SELECT slug, count(*) AS count FROM journal WHERE at_ms >= ? GROUP BY slug',
  'refusal.add': `INSERT INTO refusal (hour, device, reason, count) VALUES (?, ?, ?, ?)
      ON CONFLICT (hour, device, reason) DO UPDATE SET count = count + excluded.count`,
  'refusal.since': `SELECT device, reason, sum(count) AS count FROM refusal WHERE hour >= ? GROUP BY device, reason
      ORDER BY count DESC`,
  'history.add': 'INSERT INTO history (device, kind, at_ms, value, origin) VALUES (?, ?, ?, ?, ?)',
  'history.forget': 'DELETE FROM history WHERE at_ms < ?',
  'history.trim': 'DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?',
  'history.forgetDevice': 'DELETE FROM history WHERE device = ?',
} as const;

/** Name of a row of STATEMENTS. */
export type Statement = keyof typeof STATEMENTS;
