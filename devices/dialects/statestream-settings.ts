import type { Account } from './dialect.ts';

/** What to set in Home Assistant: its MQTT server in the user interface, then the block for `configuration.yaml`. */
export function statestreamSettings({ server, user, password, base }: Account): string {
  const [, host = server, port = '1883'] = /^mqtts?:\/\/(.+?)(?::(\d+))?$/.exec(server) ?? [];
  return [
    '# Settings, Devices & services, Add integration, MQTT (Home Assistant knows one MQTT server only):',
    `# Broker: ${host}   Port: ${port}   Username: ${user}   Password: ${password}   MQTT protocol: 3.1.1`,
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
