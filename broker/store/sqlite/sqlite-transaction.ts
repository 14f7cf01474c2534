import type { Category } from '../../../proto/lists.ts';
import type { Interval } from '../../../proto/wire.ts';
import type { Block, Erasure, Hub, Invite, Pair, PublishedOffer, Recipient, Transaction, Withdrawn } from '../store.ts';
import { bytes, categoriesText, categoryName, categoryNumber, hex } from './columns.ts';
import { attestErasure, erasuresUnder } from './erasures.ts';
import type { KeySlots } from './key-slots.ts';
import { hubRow, inviteRow, offerRow, recipientRow, versionRows } from './rows.ts';
import type { Statements } from './statements.ts';

/** What work may do inside the one open SQLite transaction; remembers which feeds it appended to. */
export class SqliteTransaction implements Transaction {
  readonly appended = new Set<string>();
  readonly #statements: Statements;
  readonly #keys: KeySlots;

  constructor(statements: Statements, keys: KeySlots) {
    this.#statements = statements;
    this.#keys = keys;
  }

  async hub(hub: string): Promise<Hub | undefined> {
    return hubRow(this.#statements, hub);
  }

  async putHub(hub: Hub): Promise<void> {
    this.#statements.run(
      'INSERT OR REPLACE INTO hub (id, public_key, enrolment_key, highest_ordinal, enrolled_hour) VALUES (?, ?, ?, ?, ?)',
      bytes(hub.hub),
      hub.publicKey,
      hub.enrolmentKey,
      hub.highestOrdinal,
      hub.enrolledHour,
    );
  }

  async raiseOrdinal(hub: string, highestOrdinal: number): Promise<void> {
    this.#statements.run(
      'UPDATE hub SET highest_ordinal = max(highest_ordinal, ?) WHERE id = ?',
      highestOrdinal,
      bytes(hub),
    );
  }

  async intervals(hub: string, run: string): Promise<Interval[]> {
    return this.#statements.all<Interval>(
      'SELECT first, last FROM hub_run WHERE hub = ? AND run = ? ORDER BY first',
      bytes(hub),
      bytes(run),
    );
  }

  async setIntervals(hub: string, run: string, intervals: readonly Interval[]): Promise<void> {
    const before = new Map((await this.intervals(hub, run)).map((interval) => [interval.first, interval.last]));
    for (const { first, last } of intervals) {
      if (before.get(first) !== last) {
        this.#statements.run(
          'INSERT OR REPLACE INTO hub_run (hub, run, first, last) VALUES (?, ?, ?, ?)',
          bytes(hub),
          bytes(run),
          first,
          last,
        );
      }
      before.delete(first);
    }
    for (const first of before.keys()) {
      this.#statements.run(
        'DELETE FROM hub_run WHERE hub = ? AND run = ? AND first = ?',
        bytes(hub),
        bytes(run),
        first,
      );
    }
  }

  async intervalCount(hub: string): Promise<number> {
    return this.#statements.get<{ n: number }>('SELECT count(*) AS n FROM hub_run WHERE hub = ?', bytes(hub))?.n ?? 0;
  }

  async invite(id: string): Promise<Invite | undefined> {
    return inviteRow(this.#statements, id);
  }

  async putInvite(invite: Invite): Promise<void> {
    this.#statements.run(
      'INSERT OR REPLACE INTO invite (id, made_s, secret, hub, request, answer) VALUES (?, ?, ?, ?, ?, ?)',
      bytes(invite.id),
      invite.madeS,
      invite.secret ?? null,
      invite.hub === undefined ? null : bytes(invite.hub),
      invite.request ?? null,
      invite.answer ?? null,
    );
  }

  async invitesWaiting(): Promise<number> {
    return this.#statements.get<{ n: number }>('SELECT count(*) AS n FROM invite WHERE secret IS NOT NULL')?.n ?? 0;
  }

  async expireInvites(beforeS: number): Promise<void> {
    this.#statements.run('UPDATE invite SET secret = NULL WHERE made_s < ? AND secret IS NOT NULL', beforeS);
  }

  async recipient(name: string): Promise<Recipient | undefined> {
    return recipientRow(this.#statements, { name });
  }

  async putRecipient(recipient: Recipient): Promise<void> {
    this.#statements.run(
      'INSERT OR REPLACE INTO recipient (name, token_hash, added_s) VALUES (?, ?, ?)',
      recipient.name,
      recipient.tokenHash,
      recipient.addedS,
    );
  }

  async offer(key: string): Promise<PublishedOffer | undefined> {
    return offerRow(this.#statements, key);
  }

  async versions(slug: string): Promise<PublishedOffer[]> {
    return versionRows(this.#statements, slug);
  }

  async putOffer(offer: PublishedOffer): Promise<void> {
    this.#statements.run(
      'INSERT INTO offer (key, slug, version, recipient, purpose, categories, jws) VALUES (?, ?, ?, ?, ?, ?, ?)',
      bytes(offer.key),
      offer.slug,
      offer.version,
      offer.recipient,
      offer.purpose,
      categoriesText(offer.categories),
      offer.jws,
    );
  }

  async boundOffer(pseudonym: string): Promise<string | undefined> {
    const row = this.#statements.get<{ offer: Buffer }>(
      'SELECT offer FROM binding WHERE pseudonym = ?',
      bytes(pseudonym),
    );
    return row && hex(row.offer);
  }

  async bind(pseudonym: string, offerKey: string): Promise<void> {
    this.#statements.run('INSERT INTO binding (pseudonym, offer) VALUES (?, ?)', bytes(pseudonym), bytes(offerKey));
  }

  async withdrawn(pseudonym: string): Promise<Withdrawn> {
    const rows = this.#statements.all<{ category: number; hour: number }>(
      'SELECT category, hour FROM withdrawn WHERE pseudonym = ?',
      bytes(pseudonym),
    );
    return new Map(rows.map((row) => [categoryName(row.category), row.hour]));
  }

  async withdraw(pseudonym: string, categories: readonly Category[], hour: number): Promise<void> {
    for (const category of categories) {
      const pair = [bytes(pseudonym), categoryNumber(category)] as const;
      this.#statements.run(
        'INSERT OR IGNORE INTO withdrawn (pseudonym, category, hour) VALUES (?, ?, ?)',
        ...pair,
        hour,
      );
      this.#statements.run('INSERT OR IGNORE INTO reclaim (pseudonym, category) VALUES (?, ?)', ...pair);
    }
  }

  async key(pair: Pair): Promise<Buffer> {
    return this.#keys.make(bytes(pair.pseudonym), categoryNumber(pair.category));
  }

  async append(slug: string, block: Block): Promise<void> {
    const { feed, position } = this.#next(slug);
    this.#statements.run(
      `INSERT INTO block (feed, position, id, pseudonym, category, nonce, ciphertext, hour)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      feed,
      position,
      block.id,
      bytes(block.pseudonym),
      categoryNumber(block.category),
      block.nonce,
      block.ciphertext,
      block.hour,
    );
  }

  async appendTombstone(slug: string, pseudonym: string, categories: readonly Category[], hour: number): Promise<void> {
    const { feed, position } = this.#next(slug);
    this.#statements.run(
      'INSERT INTO tombstone (feed, position, pseudonym, categories, hour) VALUES (?, ?, ?, ?, ?)',
      feed,
      position,
      bytes(pseudonym),
      categoriesText(categories),
      hour,
    );
  }

  async erasures(pseudonym: string): Promise<Erasure[]> {
    return erasuresUnder(this.#statements, pseudonym);
  }

  async attest(erasure: Erasure, hour: number): Promise<void> {
    attestErasure(this.#statements, erasure, hour);
  }

  async leaseUntil(pseudonym: string): Promise<number | undefined> {
    const sql = 'SELECT until_hour AS untilHour FROM lease WHERE pseudonym = ?';
    return this.#statements.get<{ untilHour: number }>(sql, bytes(pseudonym))?.untilHour;
  }

  async setLease(pseudonym: string, untilHour: number | undefined): Promise<void> {
    const name = bytes(pseudonym);
    if (untilHour === undefined) this.#statements.run('DELETE FROM lease WHERE pseudonym = ?', name);
    else this.#statements.run('INSERT OR REPLACE INTO lease (pseudonym, until_hour) VALUES (?, ?)', name, untilHour);
  }

  async appendResumption(slug: string, pseudonym: string, hour: number): Promise<void> {
    const { feed, position } = this.#next(slug);
    const sql = 'INSERT INTO resumption (feed, position, pseudonym, hour) VALUES (?, ?, ?, ?)';
    this.#statements.run(sql, feed, position, bytes(pseudonym), hour);
  }

  async count(reason: string, by: number): Promise<void> {
    this.#statements.run(
      'INSERT INTO counted (reason, count) VALUES (?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
      reason,
      by,
    );
  }

  #next(slug: string): { feed: number; position: number } {
    this.appended.add(slug);
    const row = this.#statements.get<{ feed: number; position: number }>(
      `INSERT INTO feed (slug, last) VALUES (?, 1)
       ON CONFLICT (slug) DO UPDATE SET last = last + 1 RETURNING id AS feed, last AS position`,
      slug,
    );
    if (!row) throw new Error('a feed gave no position');
    return row;
  }
}
