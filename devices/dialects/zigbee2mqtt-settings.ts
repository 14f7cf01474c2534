import { AUTHORITY_FILE, partsOf } from './account.ts';
import type { Account } from './dialect.ts';

/**
 * The blocks to paste into Zigbee2MQTT's `configuration.yaml`. JSON strings are YAML strings, so nothing needs escaping
 * beyond that. QoS 1 is asked for because Zigbee2MQTT's own default, QoS 0, is lost while the hub restarts.
 */
export function zigbee2mqttSettings(account: Account): string {
  const { server, user, password, base } = account;
  return [
    'mqtt:',
    `  base_topic: ${JSON.stringify(base)}`,
    `  server: ${JSON.stringify(server)}`,
    `  user: ${JSON.stringify(user)}`,
    `  password: ${JSON.stringify(password)}`,
    '  version: 4',
    ...(partsOf(account).isSecure ? [`  ca: /path/to/${AUTHORITY_FILE}`] : []),
    'device_options:',
    '  qos: 1',
    '',
  ].join('\n');
}
