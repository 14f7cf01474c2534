import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { HeaderReader } from '../../../devices/frames.ts';
import { type Account, toBytes, toClient, toListener, type WirePacket } from './packet-rewrite.ts';

/** A running shim. */
export interface Shim {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Stands between a client without an account and the listener at `port`: each CONNECT gets the account, each topic the
 * base. Everything else, the ends of connections too, passes as it came.
 */
export async function startShim(port: number, account: Account): Promise<Shim> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (client) => {
    const listener = connect({ host: '127.0.0.1', port, noDelay: true });
    for (const socket of [client, listener]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    relay(client, listener, (packet) => toListener(packet, account));
    relay(listener, client, (packet) => toClient(packet, account));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function relay(from: Socket, to: Socket, rewrite: (packet: WirePacket) => WirePacket): void {
  const cutter = new Cutter((packet) => to.write(toBytes(rewrite(packet))));
  from.on('data', (chunk: Buffer) => {
    const malformed = cutter.feed(chunk);
    if (malformed !== undefined) to.write(malformed);
  });
  from.on('end', () => to.end());
  from.on('close', () => to.destroySoon());
  // An error is followed by `close`, which is passed on.
  from.on('error', () => undefined);
}

/** Cuts a stream into packets. After a length that is none it cuts no more and gives the bytes back as they come. */
class Cutter {
  readonly #onPacket: (packet: WirePacket) => void;
  readonly #header = new HeaderReader();
  #first: number | undefined;
  #read: number[] = [];
  #left = 0;
  #body: Buffer[] = [];
  #isRaw = false;

  constructor(onPacket: (packet: WirePacket) => void) {
    this.#onPacket = onPacket;
  }

  feed(chunk: Buffer): Buffer | undefined {
    let at = 0;
    while (at < chunk.length && !this.#isRaw)
      at += this.#left > 0 ? this.#take(chunk.subarray(at)) : this.#readHeader(chunk[at] ?? 0);
    if (!this.#isRaw) return undefined;
    return Buffer.concat([Buffer.from(this.#read.splice(0)), chunk.subarray(at)]);
  }

  #readHeader(byte: number): number {
    this.#read.push(byte);
    const header = this.#header.feed(byte);
    if (header === 'malformed') this.#isRaw = true;
    else if (header !== undefined) {
      this.#first = this.#read[0];
      this.#read = [];
      this.#left = header.length;
      if (header.length === 0) this.#finish();
    }
    return 1;
  }

  #take(bytes: Buffer): number {
    const part = bytes.subarray(0, this.#left);
    this.#body.push(part);
    this.#left -= part.length;
    if (this.#left === 0) this.#finish();
    return part.length;
  }

  #finish(): void {
    this.#onPacket({ first: this.#first ?? 0, body: Buffer.concat(this.#body.splice(0)) });
  }
}
