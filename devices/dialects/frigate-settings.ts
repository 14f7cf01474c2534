import { AUTHORITY_FILE, partsOf } from './account.ts';
import type { Account } from './dialect.ts';

/** The lines to paste into Frigate's `config.yml`. JSON strings are YAML strings, whatever characters are in them. */
export function frigateSettings(account: Account): string {
  const { user, password, base } = account;
  const { host, port, isSecure } = partsOf(account);
  return [
    'mqtt:',
    '  enabled: true',
    `  host: ${JSON.stringify(host)}`,
    `  port: ${port}`,
    `  user: ${JSON.stringify(user)}`,
    `  password: ${JSON.stringify(password)}`,
    `  topic_prefix: ${JSON.stringify(base)}`,
    '  # A home has one of each client id.',
    '  client_id: frigate-engawa',
    '  qos: 1',
    ...(isSecure ? [`  tls_ca_certs: /config/${AUTHORITY_FILE}`] : []),
    '# No pictures over MQTT, for each camera too: cameras: <name>: mqtt: enabled: false',
    '',
  ].join('\n');
}
