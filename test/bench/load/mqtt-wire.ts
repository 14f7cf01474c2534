import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

/** What a frame reader tells of each packet: its first byte, and where its body lies in the buffer. */
export type OnPacket = (header: number, buffer: Buffer, from: number, length: number) => void;

/** Kinds of MQTT packet by the upper half of the first byte. */
export const KIND = { connack: 2, publish: 3, puback: 4, suback: 9 } as const;

/** Splits a stream of bytes into MQTT packets without copying whole ones. */
export function framing(onPacket: OnPacket): (chunk: Buffer) => void {
  let rest: Buffer | undefined;
  return (chunk) => {
    const bytes = rest ? Buffer.concat([rest, chunk]) : chunk;
    let at = 0;
    for (let end = endOfPacket(bytes, at); end !== undefined; end = endOfPacket(bytes, at)) {
      onPacket(bytes[at] ?? 0, bytes, end.body, end.end - end.body);
      at = end.end;
    }
    rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
  };
}

function endOfPacket(bytes: Buffer, at: number): { body: number; end: number } | undefined {
  let length = 0;
  let factor = 1;
  for (let next = at + 1; next < bytes.length; next += 1) {
    const byte = bytes[next] ?? 0;
    length += (byte & 127) * factor;
    factor *= 128;
    if (byte & 128) continue;
    const end = next + 1 + length;
    return end <= bytes.length ? { body: next + 1, end } : undefined;
  }
  return undefined;
}

/** Who connects, and where. */
export interface Account {
  readonly port: number;
  readonly clientId: string;
  readonly user?: string;
  readonly password?: string;
}

/** Opens an MQTT 3.1.1 connection; resolves after CONNACK, rejects when refused. */
export function openConnection(account: Account, onPacket: OnPacket, onEnd: () => void): Promise<Socket> {
  const { port, clientId, user, password } = account;
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let isUp = false;
    const read = framing((header, buffer, from, length) => {
      if (header >> 4 !== KIND.connack) return onPacket(header, buffer, from, length);
      const code = buffer[from + 1];
      isUp = true;
      if (code === 0) resolve(socket);
      else reject(new Error(`the server refused ${clientId} with code ${code}`));
    });
    socket.on('data', read);
    socket.on('error', (fault) => (isUp ? undefined : reject(fault)));
    socket.on('close', () => (isUp ? onEnd() : reject(new Error(`no answer to ${clientId}`))));
    const credentials = user === undefined ? {} : { username: user, password: Buffer.from(password ?? '') };
    socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        clientId,
        keepalive: 600,
        ...credentials,
      }),
    );
  });
}

/** A SUBSCRIBE for one topic filter. */
export function subscribePacket(topic: string, qos: 0 | 1): Buffer {
  return generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic, qos }] });
}

/** A PUBLISH at QoS 1. */
export function publishPacket(topic: string, payload: Buffer | string, messageId: number): Buffer {
  return generate({ cmd: 'publish', topic, payload, qos: 1, messageId, dup: false, retain: false });
}

/** The four bytes that acknowledge the packet whose id stands at `at`. */
export function pubackFor(buffer: Buffer, at: number): Buffer {
  return Buffer.from([0x40, 2, buffer[at] ?? 0, buffer[at + 1] ?? 0]);
}

/** A DISCONNECT: the client takes leave in order. */
export const DISCONNECT = Buffer.from([0xe0, 0]);
