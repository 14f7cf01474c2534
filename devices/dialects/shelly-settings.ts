import type { Account } from './dialect.ts';
import { shellWord } from './shelly1-settings.ts';

/** Characters that a topic prefix may not have, and the slash, which would make two levels of a name. */
const NOT_IN_A_PREFIX = /[#+%?/$\s]+/g;

/**
 * The lines to paste into a shell for a Shelly of Gen2 or later; DEVICE stands for its address in the home. These
 * devices always publish with QoS 1. Notifications and whole states are both asked for: the first come at once, the
 * second say what a device that says little still is.
 */
export function shellySettings({ server, user, password, base }: Account): string {
  const config = {
    enable: true,
    server: server.replace(/^mqtts?:\/\//, ''),
    user,
    pass: password,
    topic_prefix: `${base}/${user.replaceAll(NOT_IN_A_PREFIX, '-')}`,
    rpc_ntf: true,
    status_ntf: true,
  };
  return [
    call({ id: 1, method: 'Mqtt.SetConfig', params: { config } }),
    call({ id: 2, method: 'Shelly.Reboot' }),
    '',
  ].join('\n');
}

function call(request: object): string {
  return `curl -X POST http://DEVICE/rpc -d ${shellWord(JSON.stringify(request))}`;
}
