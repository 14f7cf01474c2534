import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Said } from './zigbee.ts';

/** A server and the account to use there. */
export interface Account {
  readonly port: number;
  readonly user?: string;
  readonly password?: string;
  /** The file of the authority to trust: then it is spoken over TLS. */
  readonly ca?: string;
}

const words = ({ port, user, password, ca }: Account): string[] => [
  ...['-h', '127.0.0.1', '-p', String(port), '-V', 'mqttv311'],
  ...(user === undefined ? [] : ['-u', user]),
  ...(password === undefined ? [] : ['-P', password]),
  ...(ca === undefined ? [] : ['--cafile', ca]),
];

/** Publishes one message with Debian's `mosquitto_pub`; resolves with its exit code and words. */
export async function publish(
  account: Account,
  { topic, payload, retain }: Omit<Said, 'payload'> & { readonly payload: string | Buffer },
  qos: 0 | 1 | 2 = 1,
): Promise<{ code: number; said: string }> {
  const more = ['-q', String(qos), '-t', topic, payload.length === 0 ? '-n' : '-s', ...(retain ? ['-r'] : [])];
  const child = spawn('mosquitto_pub', [...words(account), ...more], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // One that was refused does not read what it is given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(payload);
  const [code] = await once(child, 'close');
  return { code, said };
}

/** A `mosquitto_pub` that stays connected and publishes each payload it is given, at QoS 1. */
export function publisher(account: Account, topic: string): { say(payload: string): void; end(): Promise<void> } {
  const child = spawn('mosquitto_pub', [...words(account), '-q', '1', '-t', topic, '-l'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  return {
    say: (payload) => child.stdin.write(`${payload}\n`),
    end: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'close');
    },
  };
}
