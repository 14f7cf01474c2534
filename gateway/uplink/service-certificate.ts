import { readCompactJws } from '../../proto/compact-jws.ts';
import { operatorId, publicFromRaw } from '../../proto/keys.ts';
import { bytesIn, textIn } from './operator-http.ts';

/** The service key (32 bytes raw Ed25519) that a certificate (compact JWS) by this root key names, or undefined. */
export async function readServiceCertificate(certificate: string, rootPublicKey: Buffer): Promise<Buffer | undefined> {
  const key = publicFromRaw('ed25519', rootPublicKey);
  const payload = readCompactJws(certificate, key, 'engawa-service');
  if (payload === undefined) return undefined;
  const document = parse(payload);
  if (textIn(document, 'operator') !== operatorId(rootPublicKey).toString('hex')) return undefined;
  if ((document as { schema?: unknown }).schema !== 1) return undefined;
  return bytesIn(document, 'serviceKey', 32);
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
}
