import { cellsOf } from './cells.ts';

/** A terminal, or what stands for one; without columns and rows it has 80 and 24. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[J';

/** Puts lines on a terminal in the place of those that it put there before. */
export class Painter {
  readonly #screen: Screen;
  #shown: readonly string[] = [];
  #hidden = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  get size(): { columns: number; rows: number } {
    const { columns, rows } = this.#screen;
    // A terminal that does not know its size says 0.
    return {
      columns: columns === undefined || columns === 0 ? 80 : columns,
      rows: rows === undefined || rows === 0 ? 24 : rows,
    };
  }

  /** Draws lines without control characters; `above` stays above them for good. Everything goes out in one piece, so nothing flickers. */
  paint(lines: readonly string[], above = ''): void {
    const hide = this.#hidden ? '' : HIDE_CURSOR;
    const stays = above === '' ? '' : `${above}\n`;
    this.#screen.write(`${hide}${this.#back()}${CLEAR_BELOW}${stays}${lines.map((line) => `${line}\n`).join('')}`);
    this.#shown = lines;
    this.#hidden = true;
  }

  /** The cursor is to be seen again; what was drawn stays. */
  end(): void {
    if (this.#hidden) {
      this.#screen.write(SHOW_CURSOR);
      this.#hidden = false;
    }
    this.#shown = [];
  }

  /** To the first line of what is shown; a terminal that became narrower has wrapped it. */
  #back(): string {
    const { columns, rows } = this.size;
    const up = this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(cellsOf(line) / columns)), 0);
    return up === 0 ? '' : `\r\u001b[${Math.min(up, rows - 1)}A`;
  }
}
