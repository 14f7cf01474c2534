import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections: nobody takes one of these while a program restarts. */
const PORTS = { first: 20_000, count: 10_000 };

const taken = new Set<number>();

/** A port of 127.0.0.1 that nobody holds and that no outgoing connection will be given. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + Math.floor(Math.random() * PORTS.count);
    if (taken.has(port) || !(await isFree(port))) continue;
    taken.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '0.0.0.0', port }, () => probe.close(() => resolve(true)));
  });
}
