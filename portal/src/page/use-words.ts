import type { Both } from '../api/hub-state.ts';
import { clockText, dateText, dayText, type Language, numberText } from '../live/localised.ts';
import { type TextKey, text, type Values } from '../texts/texts.ts';
import { useHousePage } from './house-page.ts';

/** The page's words in the language chosen, with times in the home's time zone. */
export interface Words {
  readonly language: Language;
  text(key: TextKey, values?: Values): string;
  of(both: Both): string;
  clock(atMs: number): string;
  day(atMs: number): string;
  date(atMs: number): string;
  number(value: number): string;
}

/** Words for a component; it is drawn again when the language changes. */
export function useWords(): Words {
  const page = useHousePage();
  const language = page.language.value;
  const timeZone = page.state.value?.timeZone ?? 'Asia/Tokyo';
  return {
    language,
    text: (key, values) => text(language, key, values),
    of: (both) => both[language],
    clock: (atMs) => clockText(language, timeZone, atMs),
    day: (atMs) => dayText(language, timeZone, atMs),
    date: (atMs) => dateText(language, timeZone, atMs),
    number: (value) => numberText(language, value),
  };
}
