import { createServer } from 'node:net';

/** The wanted port if nobody on this machine holds it, otherwise 0: any free one. For the demonstration only. */
export function freePort(wanted: number): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen({ host: '127.0.0.1', port: wanted }, () => probe.close(() => resolve(wanted)));
  });
}
