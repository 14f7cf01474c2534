import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectSecurely, type TLSSocket } from 'node:tls';
import { connectAsync } from 'mqtt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ListenerCertificate } from '../../../../gateway/certificates/listener-certificate.ts';
import { startBench } from './kit.ts';

/** A listener with both doors, and a way to make its certificate as good as ended. */
async function bench(limits: Parameters<typeof startBench>[1] = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'engawa-tls-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  let nowMs = Date.now();
  const names = () => ['localhost', '127.0.0.1'];
  const certificate = new ListenerCertificate({ folder, secret: () => Buffer.alloc(32, 7), nowMs: () => nowMs, names });
  const listener = await startBench(undefined, limits);
  const { shown } = await certificate.renewed();
  const door = await listener.openSecure({ host: '127.0.0.1', port: 0, ...shown });
  const ca = await certificate.authority();
  return {
    listener,
    port: door.port,
    ca,
    renew: async () => {
      nowMs += 300 * 86_400_000;
      door.show((await certificate.renewed()).shown);
    },
    connect: async (user = 'zigbee', password = 'right', host = '127.0.0.1') => {
      const account = { username: user, password, clientId: `${user}-${Math.random()}`, reconnectPeriod: 0 };
      const client = await connectAsync(`mqtts://${host}:${door.port}`, { ...account, ca });
      onTestFinished(() => client.endAsync(true));
      return client;
    },
    socket: async () => {
      const socket = connectSecurely({ host: '127.0.0.1', port: door.port, ca });
      socket.on('error', () => undefined);
      onTestFinished(() => void socket.destroy());
      await once(socket, 'secureConnect');
      return socket;
    },
  };
}

const serialOf = (socket: TLSSocket) => socket.getPeerCertificate().serialNumber;

test('takes what is published over TLS as it takes the rest, by address and by name', async () => {
  const { connect, listener } = await bench();
  for (const host of ['127.0.0.1', 'localhost']) {
    const client = await connect('zigbee', 'right', host);
    await client.publishAsync('zigbee2mqtt/door', 'open', { qos: 1 });
  }
  expect(listener.arrived.map(({ source, topic }) => [source, topic])).toEqual([
    ['zigbee', 'zigbee2mqtt/door'],
    ['zigbee', 'zigbee2mqtt/door'],
  ]);
});

test('a wrong password is refused and counted', async () => {
  const { connect, listener } = await bench();
  await expect(connect('zigbee', 'wrong')).rejects.toThrow(/Not authorized/);
  expect(listener.counted).toEqual(['wrongCredential']);
});

test('who does not know the authority does not connect, and is counted', async () => {
  const { port, listener } = await bench();
  const socket = connectSecurely({ host: '127.0.0.1', port });
  const [fault] = await once(socket, 'error');
  expect(fault.code).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
  await listener.until(() => listener.counted.includes('tlsHandshake'));
});

test('a certificate is renewed without a restart: open connections stay, new ones see the new one', async () => {
  const { connect, socket, renew, listener } = await bench();
  const client = await connect();
  const before = serialOf(await socket());
  await renew();
  const after = serialOf(await socket());
  expect(after).not.toBe(before);
  await client.publishAsync('zigbee2mqtt/door', 'open', { qos: 1 });
  expect(listener.arrived.length).toBe(1);
});

describe('what is no TLS', () => {
  test.each([
    ['a CONNECT without TLS', Buffer.from('101300044d5154540402003c000774657374696e67', 'hex')],
    ['garbage', Buffer.alloc(1_000, 0x7a)],
  ])('%s ends the connection and is counted', async (_says, bytes) => {
    const { port, listener } = await bench();
    const socket = connectSocket({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    socket.write(bytes);
    await once(socket, 'close');
    expect(listener.counted).toEqual(['tlsHandshake']);
  });

  test('TLS at the plain door ends the connection and is counted', async () => {
    const { listener } = await bench();
    const socket = connectSecurely({ host: '127.0.0.1', port: listener.port });
    await once(socket, 'error');
    await listener.until(() => listener.counted.length === 1);
    expect(listener.counted).toEqual(['tlsHandshake']);
  });
});

describe('bounds', () => {
  test('a handshake that does not come to its end is ended', async () => {
    const { port, listener } = await bench({ limits: { connectTimeoutMs: 50 } });
    const socket = connectSocket({ host: '127.0.0.1', port });
    socket.on('error', () => undefined);
    await once(socket, 'close');
    expect(listener.counted).toEqual(['tlsHandshake']);
  });

  test('of one address only so many handshakes wait: the oldest goes, and a device still gets in', async () => {
    const { port, connect } = await bench({ limits: { waitingPerAddress: 3 } });
    const silent = Array.from({ length: 5 }, () => connectSocket({ host: '127.0.0.1', port }));
    for (const socket of silent) socket.on('error', () => undefined);
    onTestFinished(() => silent.forEach((socket) => void socket.destroy()));
    await Promise.all(silent.slice(0, 2).map((socket) => once(socket, 'close')));
    const client = await connect();
    await client.publishAsync('zigbee2mqtt/door', 'open', { qos: 1 });
  });

  test('closing the listener ends both doors', async () => {
    const { listener, socket } = await bench();
    const open = await socket();
    const closed = once(open, 'close');
    await listener.close();
    await closed;
  });
});
