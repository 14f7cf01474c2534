import type { Both } from '../api/hub-state.ts';
import type { Language } from '../live/localised.ts';
import { en } from './en.ts';
import { ja } from './ja.ts';

export type TextKey = keyof typeof ja;
export type Values = Readonly<Record<string, string | number>>;

const TEXTS: Record<Language, Readonly<Record<TextKey, string>>> = { ja, en };

/** The text of `key` in one language, with each `{name}` replaced by its value. */
export function text(language: Language, key: TextKey, values: Values = {}): string {
  return TEXTS[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

function named(language: Language, group: string, name: string): string {
  const key = `${group}.${name}`;
  const other = `${group}.other` as TextKey;
  return TEXTS[language][(key in ja ? key : other) as TextKey];
}

/** The plain name of a data category. */
export function categoryText(language: Language, category: string): string {
  return named(language, 'category', category);
}

/** The plain name of a kind of reading. */
export function kindText(language: Language, kind: string): string {
  return named(language, 'kind', kind);
}

/** The plain name of what can hang on an input. */
export function meaningText(language: Language, meaning: string): string {
  return named(language, 'meaning', meaning);
}

/** The plain name of a purpose. */
export function purposeText(language: Language, purpose: string): string {
  return named(language, 'purpose', purpose);
}

/** The plain name of a class of recipients. */
export function recipientClassText(language: Language, recipientClass: string): string {
  return named(language, 'class', recipientClass);
}

function levelGroup(category: string): 'level.power' | 'level.health' | 'level' {
  if (category.startsWith('power.')) return 'level.power';
  return category === 'device.health' ? 'level.health' : 'level';
}

/** How fine a level is for a category, in words; `minutes` is the window of L4. */
export function levelText(language: Language, category: string, level: string, minutes = 15): string {
  const key = `${levelGroup(category)}.${level}`;
  return key in ja ? text(language, key as TextKey, { minutes }) : level;
}

/** Why something was not let out: our words for a known reason, else the hub's own sentence. */
export function reasonText(language: Language, reason: string, fallback: Both): string {
  const key = `reason.${reason}`;
  return key in ja ? TEXTS[language][key as TextKey] : fallback[language];
}
