import type { Server } from 'node:net';
import { StartError } from './refusal.ts';

/** The sentence for a port or address that cannot be used. */
export function cannotListen(
  fault: unknown,
  at: { host: string; port: number },
  named: { what: string; variable: string },
): StartError {
  const code = fault instanceof Error && 'code' in fault ? String(fault.code) : 'unknown reason';
  const where = `${at.host}:${at.port}`;
  if (code === 'EADDRINUSE') {
    return new StartError(
      `Port ${at.port} for ${named.what} is taken on ${at.host}. Stop what uses it, or set ${named.variable} to another port.`,
    );
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new StartError(
      `${at.host} is no address of this machine. Set ENGAWA_BIND to one that is, such as 127.0.0.1.`,
    );
  }
  return new StartError(`${named.what} cannot listen on ${where} (${code}). Set ${named.variable} to another port.`);
}

/** Listens; resolves when it does, throws StartError naming the port and its variable when it cannot. */
export function listenOn(
  server: Server,
  at: { host: string; port: number },
  named: { what: string; variable: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (fault: unknown): void => reject(cannotListen(fault, at, named));
    server.once('error', failed);
    server.listen(at.port, at.host, () => {
      server.removeListener('error', failed);
      resolve();
    });
  });
}
