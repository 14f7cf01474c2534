import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Admission } from './admission.ts';

/** Looks at bytes before they are passed on; a reason means that the connection ends here. */
export type Inspect<Reason> = (chunk: Buffer) => Reason | undefined;

/** What a connection is read with. */
export interface Reading<Reason> {
  readonly inspect: Inspect<Reason>;
  readonly onRefused: (reason: Reason) => void;
  readonly admission: Admission;
}

/** A socket whose incoming bytes are inspected before anybody reads them; back-pressure goes both ways. */
export class BoundedConnection<Reason> extends Duplex {
  readonly #socket: Socket;
  readonly #admission: Admission;

  constructor(socket: Socket, { inspect, onRefused, admission }: Reading<Reason>) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    this.#admission = admission;
    socket.on('data', (chunk: Buffer) => {
      const reason = inspect(chunk);
      if (reason !== undefined) {
        onRefused(reason);
        this.destroy();
        return;
      }
      const wantsMore = this.push(chunk);
      if (wantsMore && admission.isOpen) return;
      socket.pause();
      if (wantsMore) this._read();
    });
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
    // The socket's own error says nothing a reader of this stream could act on beyond its end.
    socket.on('error', () => this.destroy());
  }

  override _read(): void {
    if (this.#admission.isOpen) this.#socket.resume();
    else this.#admission.whenOpen(() => this.#socket.resume());
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
