import { createHash } from 'node:crypto';
import { setInterval as every } from 'node:timers';
import type { Listener } from '../../devices/listener/listener.ts';
import { type CertificateParts, ListenerCertificate } from './listener-certificate.ts';

/** How often it is looked whether another certificate is due: an address from the router changes without a word. */
const LOOK_MS = 600_000;

/** The listener's door over TLS while it is open. */
export class SecureListener {
  readonly port: number;
  readonly #certificate: ListenerCertificate;
  readonly #show: (shown: Awaited<ReturnType<ListenerCertificate['renewed']>>['shown']) => void;
  readonly #timer: NodeJS.Timeout;
  #fault: string | undefined;

  private constructor(door: Awaited<ReturnType<Listener['openSecure']>>, certificate: ListenerCertificate) {
    this.port = door.port;
    this.#certificate = certificate;
    this.#show = door.show;
    this.#timer = every(() => void this.renew(), LOOK_MS);
  }

  /** Opens the door; rejects with the system's error when the port cannot be had or no certificate can be kept. */
  static async open(
    listener: Listener,
    where: { readonly host: string; readonly port: number },
    parts: CertificateParts,
  ): Promise<SecureListener> {
    const certificate = new ListenerCertificate(parts);
    const { shown } = await certificate.renewed();
    return new SecureListener(await listener.openSecure({ ...where, ...shown }), certificate);
  }

  /** The authority that devices are told to trust: its certificate (PEM) and that one's SHA-256 fingerprint. */
  async authority(): Promise<{ readonly certificate: string; readonly fingerprint: string }> {
    const certificate = await this.#certificate.authority();
    const der = Buffer.from(certificate.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64');
    const digits = createHash('sha256').update(der).digest('hex').toUpperCase();
    return { certificate, fingerprint: digits.match(/../g)?.join(':') ?? '' };
  }

  /** Shows another certificate where one is due; connections that are open stay. A fault is kept for `doctor`. */
  async renew(): Promise<void> {
    try {
      const { shown, isNew } = await this.#certificate.renewed();
      if (isNew) this.#show(shown);
      this.#fault = undefined;
    } catch (fault) {
      this.#fault = fault instanceof Error ? fault.message : String(fault);
    }
  }

  /** When the certificate ends, and why another could not be made where one was due. */
  get condition(): { readonly untilMs: number; readonly fault: string | undefined } {
    return { untilMs: this.#certificate.untilMs ?? 0, fault: this.#fault };
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
