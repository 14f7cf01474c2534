import { createHash, type KeyObject } from 'node:crypto';
import { readCompactJws } from './compact-jws.ts';
import { publicFromRaw } from './keys.ts';
import { checkOffer } from './offer-check.ts';
import type { Offer } from './offer-document.ts';

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
