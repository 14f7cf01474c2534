import { close, fdatasync, read, write } from 'node:fs';

type Done = (error: Error | null) => void;

/** What the log needs of the disk while it runs. */
export interface LogDevice {
  /** Writes all bytes at a place of the file. */
  write(bytes: Buffer, at: number, done: Done): void;
  /** Calls back once everything written is on the disk. */
  sync(done: Done): void;
  /** Fills the buffer from a place of the file. */
  read(into: Buffer, at: number, done: Done): void;
  close(done: Done): void;
}

/** The log's file. Callbacks, because they cost less than promises on the way of every acknowledgement. */
export class LogFileDevice implements LogDevice {
  readonly #handle: number;

  constructor(handle: number) {
    this.#handle = handle;
  }

  write(bytes: Buffer, at: number, done: Done): void {
    write(this.#handle, bytes, 0, bytes.length, at, (error, written) => {
      if (error) done(error);
      else if (written < bytes.length) this.write(bytes.subarray(written), at + written, done);
      else done(null);
    });
  }

  sync(done: Done): void {
    fdatasync(this.#handle, done);
  }

  read(into: Buffer, at: number, done: Done): void {
    read(this.#handle, into, 0, into.length, at, (error, count) => {
      if (error) done(error);
      else if (count === 0) done(new Error('the log ends too early'));
      else if (count < into.length) this.read(into.subarray(count), at + count, done);
      else done(null);
    });
  }

  close(done: Done): void {
    close(this.#handle, done);
  }
}
