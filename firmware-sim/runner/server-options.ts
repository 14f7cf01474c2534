import type { IClientOptions } from 'mqtt';
import { LIMITS } from '../limits.ts';

/** How to connect to the MQTT server of an address, or the sentence that says what an address looks like. */
export function serverOptions(address: string): { ok: true; options: IClientOptions } | { ok: false; reason: string } {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const secure = url?.protocol === 'mqtts:';
  if (url === undefined || url.hostname === '' || !(secure || url.protocol === 'mqtt:')) {
    return { ok: false, reason: '--url takes mqtt://USER:PASSWORD@HOST:PORT, or mqtts:// for TLS' };
  }
  return {
    ok: true,
    options: {
      protocol: secure ? 'mqtts' : 'mqtt',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? (secure ? 8883 : 1883) : Number(url.port),
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
      reconnectPeriod: LIMITS.reconnectMs,
      reconnectOnConnackError: true,
      queueQoSZero: false,
    },
  };
}
