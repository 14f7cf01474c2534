import { readFileSync } from 'node:fs';
import { nearestWords } from '../nearest-words.ts';
import type { Product } from './product.ts';
import { productOf, type Table } from './table.ts';

const NAMES_SHOWN = 3;

/** A file of products that is read when it is asked for the first time. */
class ProductFile {
  readonly #name: string;
  readonly #made = new Map<string, Product>();
  #table: Table | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  named(model: string): Product | undefined {
    const { models, exposes } = this.#read();
    const row = Object.hasOwn(models, model) ? models[model] : undefined;
    if (row === undefined) {
      return undefined;
    }
    const product = this.#made.get(model) ?? productOf(model, row, exposes);
    this.#made.set(model, product);
    return product;
  }

  get names(): string[] {
    return Object.keys(this.#read().models);
  }

  #read(): Table {
    this.#table ??= JSON.parse(readFileSync(new URL(this.#name, import.meta.url), 'utf8')) as Table;
    return this.#table;
  }
}

/** Small, and enough without a scenario; then the rest, which is large. */
const FILES = [new ProductFile('demonstration.json'), new ProductFile('catalogue.json')];

/** The product that Zigbee2MQTT gives this name; undefined when it is not played. */
export function productNamed(model: string): Product | undefined {
  for (const file of FILES) {
    const product = file.named(model);
    if (product !== undefined) {
      return product;
    }
  }
  return undefined;
}

/** Every product that is played, by name. */
export function allProducts(): Product[] {
  return FILES.flatMap((file) => file.names)
    .sort((left, right) => (left < right ? -1 : 1))
    .flatMap((name) => productNamed(name) ?? []);
}

/** The names most like a word: first those it is a part of. */
export function nearestProducts(word: string): Product[] {
  const names = FILES.flatMap((file) => file.names);
  const within = names.filter((name) => word.length > 2 && name.toLowerCase().includes(word.toLowerCase()));
  const near = [...new Set([...within, ...nearestWords(word, names)])].slice(0, NAMES_SHOWN);
  return near.flatMap((name) => productNamed(name) ?? []);
}

/** The products that have every one of the words in their name, kind, maker or description, one a line; all without words. */
export function listProducts(words: readonly string[]): string {
  const wanted = words.map((word) => word.toLowerCase());
  const found = allProducts().filter(({ model, kind, vendor, description }) => {
    const text = `${model} ${kind} ${vendor} ${description}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  if (found.length === 0) {
    const near = nearestProducts(words.join(' ')).map(({ model }) => model);
    return `no model has ${words.join(' ')} in its name, kind, maker or description; names like it are ${near.join(', ')}\n`;
  }
  const width = Math.max(...found.map(({ model }) => model.length));
  const lines = found.map(
    ({ model, kind, vendor, description }) =>
      `${model.padEnd(width)}  ${kind.padEnd(7)}  ${vendor}: ${description.trim()}`,
  );
  return `${lines.join('\n')}\n`;
}
