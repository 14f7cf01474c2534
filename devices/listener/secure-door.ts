import type { Server, Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { CountIntake } from '../intake.ts';
import type { Limits } from '../limits.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What a server shows over TLS: its certificates and its private key, PEM. */
export interface Shown {
  readonly cert: string;
  readonly key: string;
}

/** An open door over TLS. */
export interface SecureDoor {
  readonly port: number;
  /** Shows another certificate from now on; connections that are open stay. */
  show(shown: Shown): void;
}

/**
 * A server that hands on connections once their TLS handshake is done. Those that have not finished it are bounded per
 * address and in total, and in time; whoever fails is counted. TLS 1.2 is needed by microcontrollers.
 */
export function secureDoor({
  where,
  limits,
  count,
  accept,
}: {
  readonly where: Shown;
  readonly limits: Limits;
  readonly count: CountIntake;
  readonly accept: (socket: Socket) => void;
}): { readonly server: Server; readonly show: (shown: Shown) => void } {
  const waiting = new WaitingRoom<Socket>(limits);
  const server = createServer({
    ...{ cert: where.cert, key: where.key },
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.connectTimeoutMs,
    // A session that is taken up again saves a microcontroller a second, and nothing is asked of it but the handshake.
    sessionTimeout: 3_600,
  });
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const leave = () => waiting.leave(socket, address);
    socket.once('close', leave);
    waiting.enter(socket, address)?.destroy();
  });
  server.on('secureConnection', (socket) => accept(socket));
  server.on('tlsClientError', (_fault, socket) => {
    count('tlsHandshake');
    socket.destroy();
  });
  return { server, show: ({ cert, key }) => server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' }) };
}
