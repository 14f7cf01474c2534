import { LIMITS } from '../limits.ts';
import type { RefusalReason } from './dialect.ts';

/** A JSON text's value, or why it is not taken. */
export type Json =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: RefusalReason };

const text = new TextDecoder('utf-8', { fatal: true });
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

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
  if (structure !== undefined) return { ok: false, reason: structure };
  try {
    return { ok: true, value: JSON.parse(source) };
  } catch {
    return { ok: false, reason: 'notJson' };
  }
}

/** Walks the text once, without recursion; returns what is wrong with its structure, if anything. */
function scan(source: string): RefusalReason | undefined {
  const keys = new Set<string>();
  let depth = 0;
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    depth += step(code);
    if (depth > LIMITS.jsonDepth) return 'tooDeep';
    if (code !== QUOTE) continue;
    const end = endOfString(source, at);
    if (end === undefined) return 'notJson';
    if (depth === 1 && isRepeated(keys, keyAt(source, at, end))) return 'duplicateKey';
    at = end;
  }
  return undefined;
}

/** What a character does to the depth of nesting. */
function step(code: number): number {
  if (code === 0x7b || code === 0x5b) return 1;
  return code === 0x7d || code === 0x5d ? -1 : 0;
}

function isRepeated(keys: Set<string>, key: string | undefined): boolean {
  if (key === undefined) return false;
  if (keys.has(key)) return true;
  keys.add(key);
  return false;
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

/** The string between the two quotes when a colon follows, with its escapes undone; undefined when it is no key. */
function keyAt(source: string, start: number, end: number): string | undefined {
  let after = end + 1;
  while (/\s/.test(source.charAt(after))) after += 1;
  if (source.charAt(after) !== ':') return undefined;
  const quoted = source.slice(start, end + 1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
