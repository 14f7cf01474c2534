import type { Account } from './dialect.ts';

/** What to tell a Homie 5 device or bridge. Homie asks for QoS 1 or 2; its topics begin with the base as domain. */
export function homieSettings({ server, user, password, base }: Account): string {
  return [
    `server:        ${server}   (MQTT 3.1.1, QoS 1)`,
    `user:          ${user}`,
    `password:      ${password}`,
    `homie domain:  ${base}   (topics ${base}/5/<device>/..., Homie version 5)`,
    '',
  ].join('\n');
}
