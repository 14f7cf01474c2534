import type { Hub, Invite, PublishedOffer, Recipient } from '../store.ts';
import { bytes, categoriesOf, hex } from './columns.ts';
import type { Statements } from './statements.ts';

interface HubRow {
  id: Buffer;
  public_key: Buffer;
  enrolment_key: Buffer;
  highest_ordinal: number;
  enrolled_hour: number;
}

interface InviteRow {
  id: Buffer;
  made_s: number;
  secret: Buffer | null;
  hub: Buffer | null;
  request: Buffer | null;
  answer: string | null;
}

interface OfferRow {
  key: Buffer;
  slug: string;
  version: number;
  recipient: string;
  purpose: string;
  categories: string;
  jws: string;
}

interface RecipientRow {
  name: string;
  token_hash: Buffer;
  added_s: number;
}

const offerOf = (row: OfferRow): PublishedOffer => ({
  key: hex(row.key),
  slug: row.slug,
  version: row.version,
  recipient: row.recipient,
  purpose: row.purpose,
  categories: categoriesOf(row.categories),
  jws: row.jws,
});

const recipientOf = (row: RecipientRow): Recipient => ({
  name: row.name,
  tokenHash: row.token_hash,
  addedS: row.added_s,
});

/** The hub with this id. */
export function hubRow(statements: Statements, hub: string): Hub | undefined {
  const row = statements.get<HubRow>('SELECT * FROM hub WHERE id = ?', bytes(hub));
  return (
    row && {
      hub: hex(row.id),
      publicKey: row.public_key,
      enrolmentKey: row.enrolment_key,
      highestOrdinal: row.highest_ordinal,
      enrolledHour: row.enrolled_hour,
    }
  );
}

/** The invite with this id; its secret only while it waits. */
export function inviteRow(statements: Statements, id: string): Invite | undefined {
  const row = statements.get<InviteRow>('SELECT * FROM invite WHERE id = ?', bytes(id));
  return (
    row && {
      id: hex(row.id),
      madeS: row.made_s,
      ...(row.secret && { secret: row.secret }),
      ...(row.hub && { hub: hex(row.hub) }),
      ...(row.request && { request: row.request }),
      ...(row.answer !== null && { answer: row.answer }),
    }
  );
}

/** The published offer with this key. */
export function offerRow(statements: Statements, key: string): PublishedOffer | undefined {
  const row = statements.get<OfferRow>('SELECT * FROM offer WHERE key = ?', bytes(key));
  return row && offerOf(row);
}

/** All published versions of an offer, newest first. */
export const versionRows = (statements: Statements, slug: string): PublishedOffer[] =>
  statements.all<OfferRow>('SELECT * FROM offer WHERE slug = ? ORDER BY version DESC', slug).map(offerOf);

/** The newest version of each offer, by slug. */
export const newestOffers = (statements: Statements): PublishedOffer[] =>
  statements
    .all<OfferRow>(
      'SELECT * FROM offer AS o WHERE version = (SELECT max(version) FROM offer WHERE slug = o.slug) ORDER BY slug',
    )
    .map(offerOf);

/** One recipient, by name or by the hash of a token. */
export function recipientRow(
  statements: Statements,
  by: { name: string } | { tokenHash: Buffer },
): Recipient | undefined {
  const row =
    'name' in by
      ? statements.get<RecipientRow>('SELECT * FROM recipient WHERE name = ?', by.name)
      : statements.get<RecipientRow>('SELECT * FROM recipient WHERE token_hash = ?', by.tokenHash);
  return row && recipientOf(row);
}

/** All recipients, by name. */
export const recipientRows = (statements: Statements): Recipient[] =>
  statements.all<RecipientRow>('SELECT * FROM recipient ORDER BY name').map(recipientOf);
