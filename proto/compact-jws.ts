import { type KeyObject, verify } from 'node:crypto';

const ALGORITHMS: readonly unknown[] = ['EdDSA', 'Ed25519'];
const PARTS = 3;

/**
 * The payload of a compact JWS of this type (`typ`) that this Ed25519 key signed, or undefined [RFC 7515, RFC 8037].
 * One algorithm and one known key need no library, which every start of a hub would have to load.
 */
export function readCompactJws(jws: string, key: KeyObject, type: string): Buffer | undefined {
  const parts = jws.split('.');
  const [header, payload, signature] = parts.map(exactly);
  if (parts.length !== PARTS || !header || !payload || !signature) return undefined;
  const { alg, typ, crit } = parse(header);
  // An extension that must be understood is not understood here [RFC 7515 4.1.11].
  if (!ALGORITHMS.includes(alg) || typ !== type || crit !== undefined) return undefined;
  const signed = Buffer.from(jws.slice(0, jws.lastIndexOf('.')));
  return verify(null, signed, key, signature) ? payload : undefined;
}

/** The bytes of a part; undefined when the same bytes would be written otherwise. */
function exactly(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

function parse(header: Buffer): { readonly alg?: unknown; readonly typ?: unknown; readonly crit?: unknown } {
  try {
    const value: unknown = JSON.parse(header.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
