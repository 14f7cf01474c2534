import { createECDH, createHash, hkdfSync, randomBytes, webcrypto } from 'node:crypto';
import { isIP } from 'node:net';

/** ECDSA with P-256 and SHA-256: what microcontrollers can check, too. */
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;
/** The order of P-256 [SEC 2, 2.4.2]; a private key is a number from 1 to one less. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** Long before any hub: a device whose clock is behind still takes the certificate for valid. */
const NOT_BEFORE = new Date('2020-01-01T00:00:00Z');
/** Beyond the life of any device that has it; a new authority would have to be given to each by hand. */
const AUTHORITY_UNTIL = new Date('2049-12-31T23:59:59Z');
/** When this was written: a hub whose clock says less has not been told the time yet. */
const SURELY_PAST_MS = Date.parse('2026-11-24T00:00:00Z');
/** What browsers and libraries take for a server's certificate: at most 398 days. */
const CERTIFICATE_MS = 397 * 86_400_000;

/** A certificate and its private key, both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** The home's own certificate authority; its key is derived from the home secret, so a restored hub is trusted as before. */
export class Authority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #name: string;

  private constructor(keys: webcrypto.CryptoKeyPair, name: string) {
    this.#keys = keys;
    this.#name = name;
  }

  /** The authority of a home by its secret (32 bytes). */
  static async of(secret: Buffer): Promise<Authority> {
    const jwk = keyOf(secret);
    const { d: _, ...open } = jwk;
    const [privateKey, publicKey] = await Promise.all([
      webcrypto.subtle.importKey('jwk', jwk, CURVE, false, ['sign']),
      webcrypto.subtle.importKey('jwk', open, CURVE, true, ['verify']),
    ]);
    const id = createHash('sha256').update(`${jwk.x}.${jwk.y}`).digest('hex').slice(0, 8);
    return new Authority({ privateKey, publicKey }, `CN=Engawa home ${id}`);
  }

  /** The authority's own certificate, PEM: what devices are told to trust. */
  async certificate(): Promise<string> {
    const x509 = await library();
    const { publicKey } = this.#keys;
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: this.#name,
      notBefore: NOT_BEFORE,
      notAfter: AUTHORITY_UNTIL,
      signingAlgorithm: SIGNATURE,
      keys: this.#keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(publicKey),
      ],
    });
    return made.toString('pem');
  }

  /** A new certificate with a new key for a server under these names and addresses. */
  async issue(names: readonly string[], nowMs: number): Promise<Certificate> {
    const x509 = await library();
    const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
    const untilMs = Math.min(Math.max(nowMs, SURELY_PAST_MS) + CERTIFICATE_MS, AUTHORITY_UNTIL.getTime());
    const made = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: 'CN=Engawa hub',
      issuer: this.#name,
      notBefore: NOT_BEFORE,
      notAfter: new Date(untilMs),
      signingAlgorithm: SIGNATURE,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(this.#keys.publicKey),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    return { certificate: made.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
  }
}

/** Loaded when a certificate is made, hardly once a year: it takes some megabytes. */
async function library() {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

/** The private key as a JSON Web Key: 48 bytes of key material, so that no key is likelier than another. */
function keyOf(secret: Buffer): webcrypto.JsonWebKey & { x: string; y: string } {
  const material = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'engawa certificate authority v1', 48));
  const number = (BigInt(`0x${material.toString('hex')}`) % (ORDER - 1n)) + 1n;
  const d = Buffer.from(number.toString(16).padStart(64, '0'), 'hex');
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  const text = (bytes: Buffer) => bytes.toString('base64url');
  return { kty: 'EC', crv: 'P-256', d: text(d), x: text(point.subarray(1, 33)), y: text(point.subarray(33)) };
}

/** A positive number of 16 bytes [RFC 5280, 4.1.2.2]. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
