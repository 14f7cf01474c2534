import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

/** Characters collected before they are given to the file: a line at a time costs more than making the line. */
const BATCH_CHARACTERS = 65_536;

/** What ends the writing of a file: the message names the option and the remedy. */
export class UnwritableFile extends Error {}

/** A file of lines that is written as they come. */
export class LineFile {
  readonly #stream: WriteStream;
  readonly #option: string;
  #batch = '';

  private constructor(stream: WriteStream, option: string) {
    this.#stream = stream;
    this.#option = option;
  }

  /** Opens and empties a file; `option` is how the user named it. Throws UnwritableFile. */
  static async open(path: string, option: string): Promise<LineFile> {
    const file = new LineFile(createWriteStream(path), option);
    await file.#orTrouble(once(file.#stream, 'open'));
    // The next wait sees an error that comes between two of them; this only keeps it from ending the program.
    file.#stream.on('error', () => undefined);
    return file;
  }

  /** Adds one value as a line of JSON. */
  add(value: unknown): void {
    this.#batch += `${JSON.stringify(value)}\n`;
    if (this.#batch.length > BATCH_CHARACTERS) {
      this.#stream.write(this.#batch);
      this.#batch = '';
    }
  }

  /** What to wait for before more is added; undefined when the file keeps up. */
  room(): Promise<void> | undefined {
    if (this.#stream.errored !== null) {
      return this.#orTrouble(Promise.resolve());
    }
    return this.#stream.writableNeedDrain ? this.#orTrouble(once(this.#stream, 'drain')) : undefined;
  }

  /** Writes what is left, and closes the file. */
  async end(): Promise<void> {
    this.#stream.end(this.#batch);
    this.#batch = '';
    await this.#orTrouble(finished(this.#stream));
  }

  async #orTrouble(done: Promise<unknown>): Promise<void> {
    try {
      if (this.#stream.errored !== null) {
        throw this.#stream.errored;
      }
      await done;
    } catch (error) {
      this.#stream.destroy();
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
      throw new UnwritableFile(
        `the file in ${this.#option} cannot be written (${code}); check that its folder exists and has room`,
      );
    }
  }
}
