import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { makeFile } from '../new-file.ts';

/** A third of its life before the end a certificate is renewed: time enough for a hub that is seldom on. */
const RENEWED_BEFORE_MS = 130 * 86_400_000;
/** Names in one certificate: a machine with more addresses than this is no home hub. */
const NAMES = 64;
const FILES = { authority: 'tls-authority.pem', certificate: 'tls-listener.pem' } as const;

/** What a server needs to show who it is. */
export interface Shown {
  /** Certificates, PEM: its own, then the authority's. */
  readonly cert: string;
  /** Its private key, PEM. */
  readonly key: string;
}

/** Where the certificates are, and what they are made from. */
export interface CertificateParts {
  readonly folder: string;
  /** The home secret; read only when a certificate is made. */
  readonly secret: () => Buffer;
  /** The home's time in milliseconds. */
  readonly nowMs: () => number;
  /** A name or address it is reached by beside the machine's own. */
  readonly host?: string | undefined;
  /** The names and addresses of the machine now. */
  readonly names?: () => readonly string[];
}

/** The listener's certificate, on the disk between starts; made anew when its end is near or the hub's addresses have changed. */
export class ListenerCertificate {
  readonly #parts: CertificateParts;
  #shown: Shown | undefined;
  #authority: string | undefined;

  constructor(parts: CertificateParts) {
    this.#parts = parts;
    this.#authority = read(join(parts.folder, FILES.authority));
    this.#shown = readShown(read(join(parts.folder, FILES.certificate)));
  }

  /** The authority's certificate, PEM. */
  async authority(): Promise<string> {
    this.#authority ??= await this.#makeAuthority();
    return this.#authority;
  }

  /** When the certificate ends, in milliseconds; undefined when there is none yet. */
  get untilMs(): number | undefined {
    return this.#shown && Date.parse(new X509Certificate(this.#shown.cert).validTo);
  }

  /** What to show now, made anew where needed; whether it is another than at the last call. */
  async renewed(): Promise<{ readonly shown: Shown; readonly isNew: boolean }> {
    const { host, names: namesNow = ownNames } = this.#parts;
    const names = [...new Set([...(host === undefined ? [] : [host]), ...namesNow()])].slice(0, NAMES);
    if (this.#shown && this.#isGood(this.#shown, names)) return { shown: this.#shown, isNew: false };
    const [authority, { Authority }] = await Promise.all([this.authority(), import('./authority.ts')]);
    const made = await (await Authority.of(this.#parts.secret())).issue(names, this.#parts.nowMs());
    const shown = { cert: `${made.certificate}\n${authority}`, key: made.key };
    makeFile(join(this.#parts.folder, FILES.certificate), `${shown.key}\n${shown.cert}`);
    this.#shown = shown;
    return { shown, isNew: true };
  }

  #isGood({ cert }: Shown, names: readonly string[]): boolean {
    const certificate = new X509Certificate(cert);
    const leftMs = Date.parse(certificate.validTo) - this.#parts.nowMs();
    // An address that is not the hub's any more does no harm; one that is missing does.
    return leftMs > RENEWED_BEFORE_MS && names.every((name) => isFor(certificate, name));
  }

  async #makeAuthority(): Promise<string> {
    const { Authority } = await import('./authority.ts');
    const made = await (await Authority.of(this.#parts.secret())).certificate();
    makeFile(join(this.#parts.folder, FILES.authority), made);
    return made;
  }
}

function isFor(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** A key and certificates as they were written; undefined for anything that is damaged, so that they are made anew. */
function readShown(text: string | undefined): Shown | undefined {
  const [, key, cert] =
    /^(-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----)\s+(-----BEGIN CERTIFICATE-----.+)$/s.exec(
      text ?? '',
    ) ?? [];
  if (key === undefined || cert === undefined) return undefined;
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : undefined;
  } catch {
    return undefined;
  }
}

/** Every name and address of this machine that a device of the home can reach it by. */
function ownNames(): string[] {
  const host = hostname();
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  // A link-local IPv6 address holds only together with an interface, which a certificate cannot name.
  const usable = addresses.filter(({ address }) => !address.toLowerCase().startsWith('fe80:'));
  const names = [host, host.includes('.') ? host : `${host}.local`, 'localhost'];
  return [...new Set([...names, ...usable.map(({ address }) => address)])].filter((name) => name !== '').sort();
}
