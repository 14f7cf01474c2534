import { isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import { distance, nearestWords } from '../nearest-words.ts';

/** A value of the file that knows where it stands, and collects what is wrong with it. */
export class CheckedNode {
  readonly #node: unknown;
  readonly #lines: LineCounter;
  readonly #problems: string[];
  /** What it is called in a sentence: `faults[2].permille`. */
  readonly name: string;

  constructor(node: unknown, name: string, lines: LineCounter, problems: string[]) {
    this.#node = node;
    this.name = name;
    this.#lines = lines;
    this.#problems = problems;
  }

  /** Notes what is wrong and what would be right; gives undefined, so that a reader can end with it. */
  wrong(sentence: string): undefined {
    const { line, col } = this.#lines.linePos((this.#node as Node | null)?.range?.[0] ?? 0);
    this.#problems.push(`line ${line}, column ${col}: ${this.name} ${sentence}`);
    return undefined;
  }

  /** The entries of a mapping; an unknown or repeated key is noted, with the nearest known one. */
  entries(known: readonly string[], what: string): Map<string, CheckedNode> | undefined {
    if (!isMap(this.#node)) {
      return this.wrong(`takes ${what}`);
    }
    const found = new Map<string, CheckedNode>();
    for (const { key, value } of this.#node.items) {
      const word = isScalar(key) ? String(key.value) : '';
      const child = new CheckedNode(value ?? key, this.#under(word), this.#lines, this.#problems);
      if (known.includes(word)) {
        found.set(word, child);
      } else {
        new CheckedNode(key, this.#under(word), this.#lines, this.#problems).wrong(
          `is unknown; ${nearest(word, known)}`,
        );
      }
    }
    return found;
  }

  /** The entries of a mapping whose keys are names that the file gives; undefined and noted when it is none, or has more than `most`. */
  named(what: string, most: number): [string, CheckedNode][] | undefined {
    if (!isMap(this.#node) || this.#node.items.length > most) {
      return this.wrong(`takes ${what}, at most ${most}`);
    }
    return this.#node.items.map(({ key, value }) => {
      const word = isScalar(key) ? String(key.value) : '';
      return [word, new CheckedNode(value ?? key, this.#under(word), this.#lines, this.#problems)];
    });
  }

  /** The items of a list; undefined and noted when it is none, or longer than `most`. */
  items(what: string, most: number): CheckedNode[] | undefined {
    if (!isSeq(this.#node) || this.#node.items.length > most) {
      return this.wrong(`takes ${what}, at most ${most}`);
    }
    return this.#node.items.map(
      (item, index) => new CheckedNode(item, `${this.name}[${index + 1}]`, this.#lines, this.#problems),
    );
  }

  /** The plain value; undefined for a mapping or list. */
  scalar(): string | number | boolean | null | undefined {
    const value = isScalar(this.#node) ? this.#node.value : undefined;
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null
      ? value
      : undefined;
  }

  /** The value as it is written: `1h`, `2026-11-23`, `42`, `0402946`. */
  text(): string | undefined {
    const value = this.scalar();
    const written = isScalar(this.#node) && typeof value === 'number' ? this.#node.source : undefined;
    return value === undefined || value === null ? undefined : (written ?? String(value));
  }

  whole(least: number, most: number): number | undefined {
    const value = this.scalar();
    return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : this.wrong(`takes a whole number from ${least} to ${most}`);
  }

  oneOf<Value extends string | number | null>(values: readonly Value[]): Value | undefined {
    const value = this.scalar();
    const found = values.find((each) => each === value);
    return found === undefined ? this.wrong(`takes one of ${values.map(String).join(', ')}`) : found;
  }

  #under(word: string): string {
    return this.name === 'the file' ? word : `${this.name}.${word}`;
  }
}

/** The known word that is most like the one that was written. */
function nearest(word: string, known: readonly string[]): string {
  const [best] = nearestWords(word, known);
  return best !== undefined && distance(word, best) <= 2 ? `do you mean ${best}?` : `it takes ${known.join(', ')}`;
}
