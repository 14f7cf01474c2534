import { LIMITS } from '../limits.ts';
import type { RefusalReason } from './dialect.ts';

/** A JSON text's value, or why it is not taken. */
export type Json =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: RefusalReason };

const text = new TextDecoder('utf-8', { fatal: true });
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/**
 * Reads a JSON text that strangers wrote. Nesting is bounded before parsing, and a top-level key written twice is
 * refused: which of the two a parser keeps is chance, and a contact that is both open and closed is not a reading.
 */
export function readJson(payload: Buffer): Json {
  let source: string;
  try {
    source = text.decode(payload);
  } catch {
    return { ok: false, reason: 'notText' };
  }
  const structure = scan(source);
  if (typeof structure !== 'number') return { ok: false, reason: structure };
  try {
    const value: unknown = JSON.parse(source);
    return hasEveryKey(value, structure) ? { ok: true, value } : { ok: false, reason: 'duplicateKey' };
  } catch {
    return { ok: false, reason: 'notJson' };
  }
}

/** A parser keeps one of two keys of the same name: then the object has fewer keys than the text has. */
function hasEveryKey(value: unknown, keys: number): boolean {
  return typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === keys;
}

/** Walks the text once, without recursion; the number of top-level keys, or what is wrong with its structure. */
function scan(source: string): RefusalReason | number {
  let keys = 0;
  let depth = 0;
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === QUOTE) {
      const end = endOfString(source, at);
      if (end === undefined) return 'notJson';
      at = end;
    } else if (code === COLON) keys += depth === 1 ? 1 : 0;
    else {
      depth += step(code);
      if (depth > LIMITS.jsonDepth) return 'tooDeep';
    }
  }
  return keys;
}

/** What a character does to the depth of nesting. */
function step(code: number): number {
  if (code === 0x7b || code === 0x5b) return 1;
  return code === 0x7d || code === 0x5d ? -1 : 0;
}

/** The index of the closing quote of the string that begins at `start`. */
function endOfString(source: string, start: number): number | undefined {
  for (let at = start + 1; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return undefined;
}

/** The members of a JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** A JSON object, or undefined for anything else. */
export function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** A text that is neither empty nor longer than allowed; anything else is not taken for a name. */
export function label(value: unknown, characters: number = LIMITS.labelCharacters): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= characters ? value : undefined;
}
