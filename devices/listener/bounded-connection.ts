import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Looks at bytes before they are passed on; a reason means that the connection ends here. */
export type Inspect<Reason> = (chunk: Buffer) => Reason | undefined;

/** A socket whose incoming bytes are inspected before anybody reads them; back-pressure goes both ways. */
export class BoundedConnection<Reason> extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, inspect: Inspect<Reason>, onRefused: (reason: Reason) => void) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      const reason = inspect(chunk);
      if (reason !== undefined) {
        onRefused(reason);
        this.destroy();
      } else if (!this.push(chunk)) socket.pause();
    });
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
    // The socket's own error says nothing a reader of this stream could act on beyond its end.
    socket.on('error', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
