import { connect, isIP, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';
import { Acknowledgements } from './acknowledgements.ts';
import { OversizeFilter } from './oversize-filter.ts';
import type { Source } from './source-url.ts';

/** Opens the socket to the household's MQTT broker; over TLS its certificate must be valid for the host, by `ca` (PEM) where given. */
export function openSocket({ secure, host, port }: Source, ca: string | undefined): Socket {
  if (!secure) return connect({ host, port });
  // A server's name is no address [RFC 6066]; an address is still compared with the certificate.
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectSecurely({ host, port, ...name, ...(ca === undefined ? {} : { ca }) });
}

/** The stream between the socket and the MQTT library: filters what comes in, holds back PUBACKs that go out. */
export class SourceConnection extends Duplex {
  readonly #socket: Socket;
  readonly #acknowledgements = new Acknowledgements();
  readonly #filter: OversizeFilter;
  readonly #onLeftOut: () => void;

  constructor(socket: Socket, limitBytes: number, onLeftOut: () => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#filter = new OversizeFilter(limitBytes);
    this.#onLeftOut = onLeftOut;
    // PUBACKs are small and many; waiting to fill a packet would hold up the next messages by 40 ms.
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  /** Begins to hold the PUBACK of a message; returns how to end that. */
  hold(packetId: number): { committed(): void } {
    this.#acknowledgements.expect(packetId);
    return { committed: () => this.#send(this.#acknowledgements.committed(packetId)) };
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const leaving = this.#acknowledgements.write(chunk);
    if (leaving.length === 0) done();
    else this.#socket.write(Buffer.concat(leaving), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #receive(chunk: Buffer): void {
    const { pass, leftOut, malformed } = this.#filter.feed(chunk);
    for (const { packetId } of leftOut) {
      this.#onLeftOut();
      // Refused content is acknowledged, or it would come again for ever [MQTT-3.3.5-2].
      if (packetId !== undefined) this.#send([Buffer.from([0x40, 2, packetId >> 8, packetId & 0xff])]);
    }
    if (malformed) this.destroy();
    else if (pass.length > 0 && !this.push(Buffer.concat(pass))) this.#socket.pause();
  }

  #send(frames: readonly Buffer[]): void {
    if (frames.length > 0 && !this.#socket.destroyed) this.#socket.write(Buffer.concat(frames));
  }
}
