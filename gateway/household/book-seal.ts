import { randomBytes, verify } from 'node:crypto';
import { publicFromRaw } from '../../proto/keys.ts';
import type { Seal } from '../consent/consent-book.ts';
import { HomeKeys } from '../pseudonymize/home-keys.ts';

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
