import { AUTHORITY_FILE, ownTopic, partsOf } from './account.ts';
import type { Account } from './dialect.ts';
import { DISCOVERY_PREFIX } from './homeassistant-topic.ts';

/**
 * The block to paste into a device's ESPHome YAML, and the same account as zwave-js-ui's form asks for it. JSON strings
 * are YAML strings. ESPHome has QoS 0 for values and no single setting for it; it keeps them retained instead, so that
 * the last value of each comes again after the hub was away.
 */
export function homeassistantSettings(account: Account): string {
  const { user, password } = account;
  const { host, port, isSecure } = partsOf(account);
  const prefix = JSON.stringify(ownTopic(account));
  return [
    '# ESPHome',
    'mqtt:',
    `  broker: ${JSON.stringify(host)}`,
    `  port: ${port}`,
    `  username: ${JSON.stringify(user)}`,
    `  password: ${JSON.stringify(password)}`,
    `  topic_prefix: ${prefix}`,
    '  discovery: true',
    '  discovery_retain: true',
    `  discovery_prefix: ${DISCOVERY_PREFIX}`,
    ...(isSecure ? ['  # ESP32 with esp-idf:', `  certificate_authority: !include ${AUTHORITY_FILE}`] : []),
    '',
    '# zwave-js-ui: Settings, MQTT, and Settings, Home Assistant',
    `# Host url: ${JSON.stringify(host)}   Port: ${port}   QoS: 1   Retain: on   Clean: off`,
    `# Auth: on   Username: ${JSON.stringify(user)}   Password: ${JSON.stringify(password)}`,
    `# Prefix: ${prefix}`,
    `# MQTT Discovery: on   Discovery prefix: ${DISCOVERY_PREFIX}   Retained discovery: on`,
    '',
  ].join('\n');
}
