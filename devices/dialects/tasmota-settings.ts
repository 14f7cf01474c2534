import { partsOf } from './account.ts';
import type { Account } from './dialect.ts';

/**
 * The line for the console of a Tasmota (Tools, Console). Its topics are set back to the firmware's own order, because its
 * account may publish under those only; its own announcements are switched on. It restarts by itself.
 */
export function tasmotaSettings(account: Account): string {
  const { user, password } = account;
  const { host, port, isSecure } = partsOf(account);
  const commands = [
    ['MqttHost', host],
    ['MqttPort', port],
    ['MqttUser', user],
    ['MqttPassword', password],
    ['FullTopic', '%prefix%/%topic%/'],
    ['SetOption19', '0'],
    ['SetOption3', '1'],
    ['TelePeriod', '60'],
  ];
  const note = isSecure
    ? '# Only builds with TLS reach this address; the usual ones need an account without --tls.\n'
    : '';
  return `${note}Backlog ${commands.map((words) => words.join(' ')).join('; ')}\n`;
}
