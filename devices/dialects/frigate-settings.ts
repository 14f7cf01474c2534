import type { Account } from './dialect.ts';

/** The lines to paste into Frigate's `config.yml`. JSON strings are YAML strings, whatever characters are in them. */
export function frigateSettings({ server, user, password, base }: Account): string {
  const { hostname, port } = new URL(server);
  return [
    'mqtt:',
    '  enabled: true',
    `  host: ${JSON.stringify(hostname)}`,
    `  port: ${port === '' ? '1883' : port}`,
    `  user: ${JSON.stringify(user)}`,
    `  password: ${JSON.stringify(password)}`,
    `  topic_prefix: ${JSON.stringify(base)}`,
    '  # A home has one of each client id.',
    '  client_id: frigate-engawa',
    '  qos: 1',
    '# No pictures over MQTT, for each camera too: cameras: <name>: mqtt: enabled: false',
    '',
  ].join('\n');
}
