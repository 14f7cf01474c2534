import type { Reply } from './hub-client.ts';

const UNITS: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440 };

/** The minutes that a time like 30m, 1h or 2d stands for, or undefined. */
export function minutesOf(word: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(word.trim()) ?? [];
  const minutes = Number(count) * (UNITS[unit ?? ''] ?? Number.NaN);
  return minutes >= 1 ? minutes : undefined;
}

/** What is said of a word that is no time. */
export function notATime(word: string): Promise<Reply> {
  return Promise.resolve({ ok: false, error: `"${word}" is not a time.`, remedy: 'Write it like 30m, 1h or 2d.' });
}
