import type { Account } from './dialect.ts';

/** What `engawa hub certificate` prints is kept under this name in what is pasted. */
export const AUTHORITY_FILE = 'engawa-ca.pem';

/** Characters that a level of a topic should not have. */
const NOT_IN_A_LEVEL = /[#+%?/$\s]+/g;
const USUAL_PORTS = { mqtt: '1883', mqtts: '8883' } as const;

/** The server's parts, for programs that ask for each; `isSecure` when it is reached over TLS. */
export function partsOf({ server }: Pick<Account, 'server'>): {
  readonly host: string;
  readonly port: string;
  readonly isSecure: boolean;
} {
  const { protocol, hostname, port } = new URL(server);
  const isSecure = protocol === 'mqtts:';
  return { host: hostname, port: port === '' ? USUAL_PORTS[isSecure ? 'mqtts' : 'mqtt'] : port, isSecure };
}

/** A topic of its own for a device that publishes below the base. */
export function ownTopic({ base, user }: Pick<Account, 'base' | 'user'>): string {
  return `${base}/${user.replaceAll(NOT_IN_A_LEVEL, '-')}`;
}
