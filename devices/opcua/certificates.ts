import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, webcrypto, X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OPCUAClientOptions, StatusCode } from 'node-opcua-client';

/** A server's certificate that waits for a resident's yes: moving its file trusts it. */
export interface Untrusted {
  /** SHA-1 of the certificate, as OPC UA programs show it. */
  readonly thumbprint: string;
  /** Named by the certificate's SHA-256. */
  readonly file: string;
  readonly moveTo: string;
}

/** Our own key, certificate and name, as the library wants them. */
export interface Own {
  readonly privateKeyFile: string;
  readonly certificateFile: string;
  readonly applicationUri: string;
}

type Library = typeof import('node-opcua-client');
type Store = NonNullable<OPCUAClientOptions['clientCertificateManager']>;
type Certificate = Parameters<Store['checkCertificate']>[0];

// Basic256Sha256 asks for 2,048 to 4,096 bits; older controllers take no more.
const KEY_BITS = 2_048;
/** Nobody renews it by hand: every server would have to trust the next one. */
const VALID_DAYS = 20 * 365;
const DAY_MS = 86_400_000;
/** Certificates of strangers that are kept for a yes. */
const WAITING = 10;

/** Opens our key and certificate, which are made when they are missing; the key is for this user only. */
export async function openOwn(library: Library, folder: string): Promise<Own> {
  const privateKeyFile = join(folder, 'engawa-key.pem');
  const certificateFile = join(folder, 'engawa.pem');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const before = await readFile(privateKeyFile, 'utf8').catch(() => undefined);
  const pem = before ?? generateKeyPairSync('rsa', KEYS).privateKey;
  if (before === undefined) await keep(privateKeyFile, pem);
  const key = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  const applicationUri = `urn:engawa:${hash('sha256', createPublicKey(pem).export({ type: 'spki', format: 'der' })).slice(0, 32)}`;
  const certificate = read(await readFile(certificateFile).catch(() => undefined));
  if (!certificate?.checkPrivateKey(createPrivateKey(pem)))
    await keep(certificateFile, await selfSigned(library, key, applicationUri));
  return { privateKeyFile, certificateFile, applicationUri };
}

/** Writes a file whole or not at all: half a key after a power cut would be none for ever. */
async function keep(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
}

const KEYS = {
  modulusLength: KEY_BITS,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const;

async function selfSigned({ crypto_utils }: Library, key: Buffer, applicationUri: string): Promise<string> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const { cert } = await crypto_utils.createSelfSignedCertificate({
    privateKey: await webcrypto.subtle.importKey('pkcs8', key, algorithm, true, ['sign']),
    // The hub's clock may be a little ahead of the server's.
    notBefore: new Date(Date.now() - DAY_MS),
    validity: VALID_DAYS,
    subject: 'CN=Engawa',
    dns: ['engawa'],
    applicationUri,
    purpose: crypto_utils.CertificatePurpose.ForApplication,
  });
  return cert;
}

/** Which servers are believed: exactly those whose certificate a resident has moved to `trusted`. */
export class Trust {
  readonly #library: Library;
  readonly #folder: string;
  /** The certificate that was met last and is not trusted. */
  untrusted: Untrusted | undefined;
  referenceCounter = 0;

  constructor(library: Library, folder: string) {
    this.#library = library;
    this.#folder = folder;
  }

  async initialize(): Promise<void> {
    for (const name of ['trusted', 'waiting']) await mkdir(join(this.#folder, name), { recursive: true, mode: 0o700 });
  }

  async dispose(): Promise<void> {}

  async checkCertificate(certificate: Certificate): Promise<StatusCode> {
    const { Good, BadCertificateUntrusted } = this.#library.StatusCodes;
    const met = read(Array.isArray(certificate) ? certificate[0] : certificate);
    if (met === undefined) return BadCertificateUntrusted;
    if (await this.#isTrusted(met)) return Good;
    this.untrusted = await this.#keep(met);
    return BadCertificateUntrusted;
  }

  async verifyCertificate(certificate: Certificate): Promise<string> {
    const met = read(Array.isArray(certificate) ? certificate[0] : certificate);
    return met && (await this.#isTrusted(met)) ? 'Good' : 'BadCertificateUntrusted';
  }

  async getTrustStatus(certificate: Certificate): Promise<StatusCode> {
    return await this.checkCertificate(certificate);
  }

  /** Only a resident trusts. */
  async trustCertificate(): Promise<void> {}
  async rejectCertificate(): Promise<void> {}
  async addIssuer(): Promise<void> {}
  async addRevocationList(): Promise<void> {}

  async #isTrusted(met: X509Certificate): Promise<boolean> {
    const folder = join(this.#folder, 'trusted');
    for (const name of await readdir(folder).catch(() => [])) {
      const trusted = read(await readFile(join(folder, name)).catch(() => undefined));
      if (trusted?.raw.equals(met.raw)) return true;
    }
    return false;
  }

  /** Keeps it for a yes; a server that shows ever new ones fills no disk. */
  async #keep(met: X509Certificate): Promise<Untrusted> {
    const name = `${hash('sha256', met.raw)}.der`;
    const waiting = join(this.#folder, 'waiting');
    const others = (await readdir(waiting).catch(() => [])).filter((one) => one !== name);
    if (others.length >= WAITING) await rm(waiting, { recursive: true });
    await this.initialize();
    const file = join(waiting, name);
    await writeFile(file, met.raw);
    return { thumbprint: hash('sha1', met.raw), file, moveTo: join(this.#folder, 'trusted', name) };
  }
}

/** The first certificate in these bytes (DER, or PEM in a file); undefined where there is none. */
function read(bytes: Uint8Array | undefined): X509Certificate | undefined {
  try {
    return bytes && new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}
