import { partsOf } from './account.ts';
import type { Account } from './dialect.ts';

/** One word of a POSIX shell's line, whatever characters are in it. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * The lines to paste into a shell for a Shelly of Gen1; DEVICE stands for its address in the home. Its topics always
 * begin with `shellies`, so the account's base must be that. QoS 1 is asked for because its own default is 0.
 */
export function shelly1Settings(account: Account): string {
  const { user, password } = account;
  const { host, port, isSecure } = partsOf(account);
  const values = {
    mqtt_enable: 'true',
    mqtt_server: `${host}:${port}`,
    mqtt_user: user,
    mqtt_pass: password,
    mqtt_max_qos: '1',
  };
  const words = Object.entries(values).map(([name, value]) => `--data-urlencode ${shellWord(`${name}=${value}`)}`);
  return [
    ...(isSecure ? ['# Gen1 speaks no TLS: take the address without --tls.'] : []),
    `curl -G http://DEVICE/settings ${words.join(' ')}`,
    'curl http://DEVICE/reboot',
    '',
  ].join('\n');
}
