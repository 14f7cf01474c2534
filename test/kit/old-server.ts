import { connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Where the protocol level stands in a CONNECT: after a header of two bytes and the name "MQTT" with its length. */
const LEVEL_AT = 8;
const REFUSED = Buffer.from([0x20, 2, 0, 1]);

/** How a server that knows only MQTT 3.1.1 answers MQTT 5: with a refusal in words of 3.1.1, or by hanging up. */
export type OldAnswer = 'refuses' | 'hangsUp';

/** Makes an MQTT server of today look like one that knows 3.1.1 only; the URL to use instead of its own, until the test ends. */
export async function asOldServer(port: number, answer: OldAnswer = 'refuses'): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      if (first[LEVEL_AT] === 5) {
        if (answer === 'refuses') socket.end(REFUSED);
        else socket.destroy();
        return;
      }
      const behind = connect({ host: '127.0.0.1', port });
      sockets.add(behind);
      behind.on('error', () => socket.destroy());
      socket.on('close', () => behind.destroy());
      behind.on('close', () => socket.destroy());
      behind.write(first);
      socket.pipe(behind).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  return `mqtt://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}
