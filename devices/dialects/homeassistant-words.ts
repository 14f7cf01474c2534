import { LIMITS } from '../limits.ts';
import type { Route } from './dialect.ts';
import type { Meaning } from './homeassistant-classes.ts';
import type { Template } from './homeassistant-templates.ts';
import type { Fields } from './json.ts';

/** The words of an announced value as its messages will have them; undefined for a number. */
export function wordsOf(meaning: Meaning, fields: Fields, { path, says }: Template): Route['words'] | 'malformed' {
  // A template that chooses between words is none of a number.
  if (meaning.words === undefined) return says === undefined ? undefined : 'malformed';
  const words = new Map<string, number>();
  for (const [keys, usual, value] of meaning.words) {
    const word = wordOf(keys.map((key) => fields[key]).find((each) => each !== undefined) ?? usual);
    if (word === undefined || words.has(word)) return 'malformed';
    words.set(word, value);
  }
  return heard(words, path, says);
}

/** The words as the message has them: before the template chose, and as JSON rather than Python writes truth. */
function heard(words: ReadonlyMap<string, number>, path: Template['path'], says: Template['says']): Route['words'] {
  const template = says && Object.entries(says);
  const pairs = template
    ? template.flatMap(([word, said]) => [...words].filter(([each]) => each === said).map(([, value]) => [word, value]))
    : [...words].map(([word, value]) => [path && /^(?:True|False)$/.test(word) ? word.toLowerCase() : word, value]);
  return Object.fromEntries(pairs);
}

function wordOf(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
  const word = String(value).trim();
  return word.length > 0 && word.length <= LIMITS.labelCharacters ? word : undefined;
}
