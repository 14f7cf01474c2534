import { compactVerify } from 'jose';
import { operatorId, publicFromRaw } from '../../proto/keys.ts';
import { bytesIn, textIn } from './operator-http.ts';

/** The service key (32 bytes raw Ed25519) that a certificate (compact JWS) by this root key names, or undefined. */
export async function readServiceCertificate(certificate: string, rootPublicKey: Buffer): Promise<Buffer | undefined> {
  const key = publicFromRaw('ed25519', rootPublicKey);
  const verified = await compactVerify(certificate, key, { algorithms: ['EdDSA', 'Ed25519'] }).catch(() => undefined);
  if (verified?.protectedHeader.typ !== 'engawa-service') return undefined;
  const document = parse(verified.payload);
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
