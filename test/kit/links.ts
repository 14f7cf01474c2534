import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** How a link is: bytes a second each way, and milliseconds each piece is under way; absent means as fast as it can. */
export interface Pace {
  readonly bytesPerSecond?: number;
  readonly delayMs?: number;
}

/** A TCP connection that passes through this process, and what can go wrong with it. */
export interface Link {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Every connection, and each that comes, stays open and carries nothing any more, not even its end. */
  goHalfOpen(): void;
  /** Connections that come from now on work; those that were half-open stay so until an end gives up. */
  heal(): void;
  /** Resets every connection now. */
  cut(): void;
  /** Resets every connection once so many more bytes have gone up; resolves when that is done. */
  cutAfter(bytes: number): Promise<void>;
  pace(pace: Pace): void;
  close(): Promise<void>;
}

/** Bytes that go on in one piece on a slow link: small enough that a packet arrives in parts. */
const PIECE_BYTES = 512;
const SECOND_MS = 1_000;

/** Opens a link to a port of 127.0.0.1. */
export async function openLink(targetPort: number): Promise<Link> {
  const server = createServer();
  const link = new RunningLink(server, targetPort);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return link;
}

/** One connection: its two ends, and whether it still carries anything. */
interface Pair {
  readonly ends: readonly [Socket, Socket];
  isDead: boolean;
}

class RunningLink implements Link {
  connections = 0;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #cuts = new Set<{ left: number; readonly done: () => void }>();
  #isHalfOpen = false;
  #pace: Pace = {};

  constructor(server: Server, targetPort: number) {
    this.#server = server;
    server.on('connection', (near) =>
      this.#join(near, connect({ host: '127.0.0.1', port: targetPort, noDelay: true })),
    );
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  goHalfOpen(): void {
    this.#isHalfOpen = true;
    for (const pair of this.#pairs) pair.isDead = true;
  }

  heal(): void {
    this.#isHalfOpen = false;
  }

  cut(): void {
    for (const { ends } of this.#pairs) for (const end of ends) end.resetAndDestroy();
    this.#pairs.clear();
  }

  cutAfter(bytes: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#cuts.add({ left: bytes, done: resolve });
    return promise;
  }

  pace(pace: Pace): void {
    this.#pace = pace;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.cut();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    this.connections += 1;
    const pair: Pair = { ends: [near, far], isDead: this.#isHalfOpen };
    this.#pairs.add(pair);
    near.setNoDelay(true);
    for (const end of pair.ends) end.on('error', () => undefined);
    void this.#carry(pair, near, far, true);
    void this.#carry(pair, far, near, false);
  }

  /** Carries one direction until an end of it is gone. */
  async #carry(pair: Pair, from: Socket, to: Socket, isUp: boolean): Promise<void> {
    try {
      for await (const chunk of from) if (!pair.isDead) await this.#pass(pair, chunk as Buffer, to, isUp);
    } catch {
      // Reset by one of its ends, or by `cut`.
    }
    if (pair.isDead && this.#pairs.has(pair)) return;
    this.#pairs.delete(pair);
    for (const end of pair.ends) end.destroy();
  }

  async #pass(pair: Pair, chunk: Buffer, to: Socket, isUp: boolean): Promise<void> {
    const { bytesPerSecond, delayMs } = this.#pace;
    if (delayMs !== undefined) await wait(delayMs);
    if (bytesPerSecond === undefined) return this.#write(chunk, to, isUp);
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      const piece = chunk.subarray(at, at + PIECE_BYTES);
      await wait((piece.length / bytesPerSecond) * SECOND_MS);
      if (pair.isDead || to.destroyed) return;
      this.#write(piece, to, isUp);
    }
  }

  /** What goes up is counted; at a cut the bytes before it still arrive. */
  #write(chunk: Buffer, to: Socket, isUp: boolean): void {
    const [cut] = isUp ? this.#cuts : [];
    if (!cut || cut.left > chunk.length) {
      if (cut) cut.left -= chunk.length;
      to.write(chunk);
      return;
    }
    this.#cuts.delete(cut);
    to.write(chunk.subarray(0, cut.left), () => {
      this.cut();
      cut.done();
    });
  }
}
