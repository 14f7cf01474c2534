import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Receipt } from '../../proto/wire.ts';

interface Line {
  readonly batch: number;
  readonly receipts: readonly Receipt[];
  readonly unknown: number;
}

/**
 * What has been done of a withdrawal by card, and the receipts in hand: one line of JSON for each batch, so that it goes
 * on where it stopped. Holds no erase key.
 */
export class Progress {
  readonly file: string;
  readonly #done = new Map<number, Line>();

  private constructor(file: string) {
    this.file = file;
  }

  /** Opens the file of this work, or begins one; undefined when the file is of other work or cannot be written. */
  static open(file: string, work: readonly (string | number)[]): Progress | undefined {
    const head = JSON.stringify({ engawa: 'receipts/1', work: nameOf(work) });
    const progress = new Progress(file);
    try {
      if (!existsSync(file)) writeFileSync(file, `${head}\n`, { mode: 0o600 });
      const [first, ...lines] = readFileSync(file, 'utf8').split('\n');
      if (first !== head) return undefined;
      for (const line of lines) progress.#read(line);
      return progress;
    } catch {
      return undefined;
    }
  }

  /** Whether a batch was done before. */
  has(batch: number): boolean {
    return this.#done.has(batch);
  }

  /** Writes down that a batch is done; its receipts were verified. */
  add(batch: number, receipts: readonly Receipt[], unknown: number): void {
    const line: Line = { batch, receipts, unknown };
    this.#done.set(batch, line);
    appendFileSync(this.file, `${JSON.stringify(line)}\n`, { flush: true });
  }

  /** How many names were erased, and under how many the broker held nothing. */
  sums(): { erased: number; unknown: number } {
    const all = [...this.#done.values()];
    const add = (count: (line: Line) => number): number => all.reduce((sum, line) => sum + count(line), 0);
    return { erased: add(({ receipts }) => receipts.length), unknown: add(({ unknown }) => unknown) };
  }

  /** A line that a power cut tore is done again: asked again, the broker gives the same receipt. */
  #read(text: string): void {
    try {
      const line: Line = JSON.parse(text);
      this.#done.set(line.batch, line);
    } catch {
      return;
    }
  }
}

function nameOf(work: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(work)).digest('hex').slice(0, 32);
}
