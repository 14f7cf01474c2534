import type { Language } from '../live/localised.ts';

const KEY = 'engawa.language';

/** The language kept from last time, else the browser's first of the two, else Japanese. */
export function initialLanguage(): Language {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept === 'ja' || kept === 'en') return kept;
  } catch {
    // Storage can be forbidden; then the browser's language decides each time.
  }
  const known = navigator.languages.map((each) => each.slice(0, 2)).find((each) => each === 'ja' || each === 'en');
  return known === 'en' ? 'en' : 'ja';
}

/** Keeps the choice for next time, where the browser lets us. */
export function keepLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Nothing depends on it.
  }
}
