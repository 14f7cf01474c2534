import { AUTHORITY_FILE, partsOf } from './account.ts';
import type { Account } from './dialect.ts';

/** The environment variables of echonetlite2mqtt, for its compose file or a file of variables. It always publishes with QoS 0. */
export function echonetlite2mqttSettings(account: Account): string {
  const { user, password, base } = account;
  const { host, port, isSecure } = partsOf(account);
  const values = {
    MQTT_BROKER: `${isSecure ? 'mqtts' : 'mqtt'}://${host}`,
    MQTT_PORT: port,
    MQTT_USERNAME: user,
    MQTT_PASSWORD: password,
    MQTT_BASE_TOPIC: base,
    ...(isSecure ? { MQTT_CA_FILE: `/app/configure/${AUTHORITY_FILE}` } : {}),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
