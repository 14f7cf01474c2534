import { AUTHORITY_FILE, partsOf } from './account.ts';
import type { Account } from './dialect.ts';

/** What to set in Home Assistant: its MQTT server in the user interface, then the block for `configuration.yaml`. */
export function statestreamSettings(account: Account): string {
  const { user, password, base } = account;
  const { host, port, isSecure } = partsOf(account);
  return [
    '# Settings, Devices & services, Add integration, MQTT (Home Assistant knows one MQTT server only):',
    `# Broker: ${host}   Port: ${port}   Username: ${user}   Password: ${password}   MQTT protocol: 3.1.1`,
    ...(isSecure ? [`# Broker certificate validation: Custom, with ${AUTHORITY_FILE}.`] : []),
    '# Then in configuration.yaml, and restart Home Assistant:',
    'mqtt_statestream:',
    `  base_topic: ${JSON.stringify(base)}`,
    '  publish_attributes: true',
    '  publish_timestamps: false',
    '  include:',
    '    entity_globs:',
    '      - binary_sensor.*door*',
    '      - binary_sensor.*window*',
    '      - binary_sensor.*motion*',
    '      - sensor.*power*',
    '      - sensor.*energy*',
    '      - lock.*',
    '',
  ].join('\n');
}
