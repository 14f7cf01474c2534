import { AUTHORITY_FILE, ownTopic, partsOf } from './account.ts';
import type { Account } from './dialect.ts';
import { shellWord } from './shelly1-settings.ts';

/**
 * The lines to paste into a shell for a Shelly of Gen2 or later; DEVICE stands for its address in the home. These
 * devices always publish with QoS 1. Notifications and whole states are both asked for: the first come at once, the
 * second say what a device that says little still is.
 */
export function shellySettings(account: Account): string {
  const { user, password } = account;
  const { host, port, isSecure } = partsOf(account);
  const config = {
    enable: true,
    server: `${host}:${port}`,
    user,
    pass: password,
    topic_prefix: ownTopic(account),
    rpc_ntf: true,
    status_ntf: true,
    ...(isSecure ? { ssl_ca: 'user_ca.pem' } : {}),
  };
  return [
    ...(isSecure ? [`# First give it ${AUTHORITY_FILE}: on its page under Networks, MQTT, "User TLS CA".`] : []),
    call({ id: 1, method: 'Mqtt.SetConfig', params: { config } }),
    call({ id: 2, method: 'Shelly.Reboot' }),
    '',
  ].join('\n');
}

function call(request: object): string {
  return `curl -X POST http://DEVICE/rpc -d ${shellWord(JSON.stringify(request))}`;
}
