import { isPlausible } from '../vocabulary.ts';
import type { Decoded, DropReason, KnownThing, Reading, Route } from './dialect.ts';
import { readJson } from './json.ts';

/** What a route found: its value, or why there is none. */
export type Found = { readonly value: number } | { readonly drop: DropReason };

const text = new TextDecoder('utf-8', { fatal: true });
/** A decimal number as devices write one; `nan`, hexadecimal, blanks and endless digits are none. */
const DECIMAL = /^[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?$/;
/** Words that say that nothing is known. */
const UNKNOWN_WORDS = new Set(['', 'unknown', 'unavailable', 'None', 'none', 'null', 'nan', 'NaN']);

/** Those of the things that announced that this topic carries a value. */
export function announcedAt(topic: string, things: readonly KnownThing[]): readonly KnownThing[] {
  return things.filter(({ claim }) => claim.traits.routes?.some((route) => route.topic === topic));
}

/** Reads one payload for every thing that announced this topic; what it does not say of a route is no reading. */
export function readRoutes(topic: string, payload: Buffer, things: readonly KnownThing[]): Decoded {
  const message = new Lazy(payload);
  const readings: Reading[] = [];
  const dropped: Partial<Record<DropReason, number>> = {};
  for (const { thing, claim } of things)
    for (const route of claim.traits.routes ?? []) {
      if (route.topic !== topic) continue;
      const said = message.at(route.path);
      if (said === undefined) continue;
      const found = readValue(route, said);
      if ('drop' in found) dropped[found.drop] = (dropped[found.drop] ?? 0) + 1;
      else readings.push({ thing, kind: route.kind, value: found.value, quality: 'good' });
    }
  return { readings, dropped };
}

/** Reads one scalar as a route describes it: a JSON value, or the text of a bare payload. */
export function readValue({ kind, words, factor = 1 }: Pick<Route, 'kind' | 'words' | 'factor'>, said: unknown): Found {
  if (said === null) return { drop: 'null' };
  if (typeof said !== 'string' && typeof said !== 'number' && typeof said !== 'boolean') return { drop: 'malformed' };
  const word = String(said).trim();
  if (words !== undefined) {
    const value = Object.hasOwn(words, word) ? words[word] : undefined;
    // A word that is known to say nothing, as that of a bolt on its way, has a code outside the kind's range.
    if (value !== undefined) return isPlausible(kind, value) ? { value } : { drop: 'null' };
    return { drop: UNKNOWN_WORDS.has(word) ? 'null' : 'malformed' };
  }
  if (UNKNOWN_WORDS.has(word)) return { drop: 'null' };
  if (typeof said === 'boolean' || !DECIMAL.test(word)) return { drop: 'malformed' };
  // Adding zero turns a rounded -0 into 0, which is what every other part of the walk expects.
  const value = Math.round(Number(word) * factor) + 0;
  return isPlausible(kind, value) ? { value } : { drop: 'outOfRange' };
}

/** A payload that is read as text or as JSON only when a route asks for it. */
class Lazy {
  readonly #payload: Buffer;
  #json: { readonly value: unknown } | undefined;
  #text: { readonly value: unknown } | undefined;

  constructor(payload: Buffer) {
    this.#payload = payload;
  }

  /** The value at this place; undefined when the message says nothing there, null when it says that nothing is known. */
  at(path: readonly string[] | undefined): unknown {
    if (path === undefined) {
      this.#text ??= { value: this.#asText() };
      return this.#text.value;
    }
    this.#json ??= { value: this.#asJson() };
    return walk(this.#json.value, path);
  }

  #asText(): unknown {
    try {
      return text.decode(this.#payload);
    } catch {
      return {};
    }
  }

  #asJson(): unknown {
    const json = readJson(this.#payload);
    return json.ok ? json.value : undefined;
  }
}

function walk(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[step];
  }
  return here;
}
