export type Language = 'ja' | 'en';

const LOCALE: Record<Language, string> = { ja: 'ja-JP', en: 'en-GB' };
const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, timeZone: string, name: string, options: Intl.DateTimeFormatOptions) {
  const key = `${language} ${timeZone} ${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALE[language], { ...options, timeZone, hourCycle: 'h23' });
  formats.set(key, made);
  return made;
}

/** A time of day, `HH:MM`, in the home's time zone. */
export function clockText(language: Language, timeZone: string, atMs: number): string {
  return format(language, timeZone, 'clock', { hour: '2-digit', minute: '2-digit' }).format(atMs);
}

/** A day with its weekday in the home's time zone, without the year. */
export function dayText(language: Language, timeZone: string, atMs: number): string {
  return format(language, timeZone, 'day', { month: 'short', day: 'numeric', weekday: 'short' }).format(atMs);
}

/** A full date in the home's time zone. */
export function dateText(language: Language, timeZone: string, atMs: number): string {
  return format(language, timeZone, 'date', { year: 'numeric', month: 'long', day: 'numeric' }).format(atMs);
}

/** A whole number with the language's separators. */
export function numberText(language: Language, value: number): string {
  return new Intl.NumberFormat(LOCALE[language]).format(value);
}

/** A device's name as people read it: `front_door` becomes `Front door`; other names stay as the household wrote them. */
export function deviceName(name: string): string {
  if (!/^[a-z0-9]+(_[a-z0-9]+)*$/.test(name)) return name;
  const spaced = name.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
