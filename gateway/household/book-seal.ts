import { randomBytes, verify } from 'node:crypto';
import { publicFromRaw } from '../../proto/keys.ts';
import type { BookPage, Seal } from '../consent/consent-book.ts';
import { HomeKeys } from '../pseudonymize/home-keys.ts';
import type { Operation } from '../store/store.ts';

const asBuffer = (part: Uint8Array | string): Buffer | string => (typeof part === 'string' ? part : Buffer.from(part));

/** The consent book's cryptography: SHA-256 and the hub's own signature. */
export function bookSeal(keys: HomeKeys): Seal {
  const publicKey = publicFromRaw('ed25519', keys.publicKeyRaw);
  return {
    sha256: (...parts) => HomeKeys.sha256(...parts.map(asBuffer)),
    sign: (bytes) => keys.sign(Buffer.from(bytes)),
    verify: (bytes, signature) => verify(null, bytes, publicKey, signature),
    random: (count) => randomBytes(count),
  };
}

/** The operation that stores a page of the book. */
export function storePage(operator: number, { content, salt, commitment, chain, signature }: BookPage): Operation {
  const bytes = (part: Uint8Array) => Buffer.from(part);
  return ['consent.add', operator, content, salt && bytes(salt), bytes(commitment), bytes(chain), bytes(signature)];
}
