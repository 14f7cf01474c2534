import { createHash, type KeyObject } from 'node:crypto';
import { readCompactJws } from './compact-jws.ts';
import { publicFromRaw } from './keys.ts';
import type { Category, Lane, LegalClass, Level, Purpose, RecipientClass } from './lists.ts';
import { checkOffer } from './offer-check.ts';

/** The same text in the two languages a household reads. */
export interface Bilingual {
  readonly ja: string;
  readonly en: string;
}

/** What is asked for of one category. */
export interface OfferCategory {
  readonly category: Category;
  /** The finest level asked for; a household may give a coarser one. */
  readonly level: Level;
  /** Length of a window at level L4. */
  readonly windowMinutes?: 15 | 30 | 60;
  readonly retentionDays: number;
  readonly legalClass: LegalClass;
}

/** The signed document in which a recipient asks for data. */
export interface Offer {
  readonly schema: 1;
  /** A stable slug: a-z, 0-9 and hyphen, 1 to 40 characters. */
  readonly offer: string;
  readonly version: number;
  readonly recipient: {
    readonly id: string;
    readonly name: Bilingual;
    readonly class: RecipientClass;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
    readonly contact: string;
  };
  readonly purpose: Purpose;
  readonly categories: readonly OfferCategory[];
  readonly subject: 'home' | 'device';
  readonly lane: Lane;
  readonly epochDays: number;
  readonly leaseHours: number;
  readonly binding: 'none' | 'account';
  readonly benefit: Bilingual;
  readonly notice: Readonly<
    Record<'ja' | 'en', { readonly information: string; readonly purpose: string; readonly recipients: string }>
  >;
  /** The short text of the card; in Japanese at most 120 characters. */
  readonly card: Bilingual;
  readonly validityMonths: number;
}

/** What reading a signed offer gives: each problem names the field, the rule and the remedy in one sentence. */
export type ReadOffer =
  | { readonly ok: true; readonly offer: Offer; readonly hash: Buffer }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Signs an offer with the operator's root key (compact JWS, EdDSA); throws RangeError on a document that breaks a rule. */
export async function signOffer(document: Offer, privateKey: KeyObject): Promise<string> {
  const problems = checkOffer(document);
  if (problems.length > 0) throw new RangeError(problems.join(' '));
  // Only an operator signs; a hub does without the library.
  const { CompactSign } = await import('jose');
  const payload = Buffer.from(JSON.stringify(document));
  return new CompactSign(payload).setProtectedHeader({ alg: 'EdDSA', typ: 'engawa-offer+jws' }).sign(privateKey);
}

/** Verifies and reads a signed offer; `hash` (32 bytes) is SHA-256 of the compact JWS and is what a grant pins. */
export async function readOffer(jws: string, rootPublicKey: Buffer): Promise<ReadOffer> {
  const key = publicFromRaw('ed25519', rootPublicKey);
  const payload = readCompactJws(jws, key, 'engawa-offer+jws');
  if (payload === undefined) {
    const problem = 'signature: must be an offer signed by the pinned operator key; fetch it again from that operator.';
    return { ok: false, problems: [problem] };
  }
  const document = parse(payload);
  const problems = checkOffer(document);
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, offer: document as Offer, hash: createHash('sha256').update(jws).digest() };
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The offer's key in records: the first 16 bytes of its hash as 32 hexadecimal digits. */
export function offerKey(hash: Buffer): string {
  return hash.toString('hex', 0, 16);
}
