import type { Bilingual } from '../household/answer.ts';
import { LIMITS } from '../limits.ts';
import type { WrittenADay } from './written.ts';

/** Years until a card is worn out, if nothing else wrote to it: what a poor controller makes of it, and a good one. */
export interface CardLife {
  readonly leastYears: number;
  readonly mostYears: number;
}

const YEAR_DAYS = 365;
const KB = 1_000;
const MB = 1_000_000;
/** Below this a year more or less matters. */
const FEW_YEARS = 3;

/** How long a card bears so many bytes a day, under the assumptions of LIMITS. */
export function cardLife(bytesPerDay: number): CardLife {
  const years = (factor: number) => LIMITS.cardBytes / factor / Math.max(1, bytesPerDay) / YEAR_DAYS;
  return { leastYears: years(LIMITS.cardFactorPoor), mostYears: years(LIMITS.cardFactorGood) };
}

/** A number of bytes in words, to two digits: `38 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < MB) return `${Number((bytes / KB).toPrecision(2))} kB`;
  const megabytes = bytes / MB;
  return megabytes < KB ? `${Number(megabytes.toPrecision(2))} MB` : `${Number((megabytes / KB).toPrecision(2))} GB`;
}

/** The life of a card in words: a range, and never more than LIMITS.cardYears. */
export function lifeText({ leastYears, mostYears }: CardLife): Bilingual {
  const most = LIMITS.cardYears;
  if (leastYears >= most) return { ja: `${most}年以上`, en: `more than ${most} years` };
  const least = yearsText(leastYears);
  if (mostYears >= most)
    return { ja: `およそ${least}年から${most}年以上`, en: `about ${least} to more than ${most} years` };
  return { ja: `およそ${least}年から${yearsText(mostYears)}年`, en: `about ${least} to ${yearsText(mostYears)} years` };
}

/** How much is written a day and how long a card bears it, in words that say when it is a projection. */
export function cardSentence(written: WrittenADay | null): Bilingual {
  if (!written)
    return {
      ja: 'このハブがディスクに書き込む量は、まだ測っているところです。',
      en: 'How much this hub writes to its disk is still being measured.',
    };
  const amount = bytesText(written.bytes);
  const { ja, en } = lifeText(cardLife(written.bytes));
  const [soFarJa, soFarEn] = written.isProjected
    ? ['（まだ1日動いていないため推定）', ' (projected: it has not run for a day yet)']
    : ['', ''];
  return {
    ja: `このハブがディスクに書き込む量は、1日に約${amount}です${soFarJa}。これだけなら、32 GBのメモリーカードがもつ目安は${ja}です。`,
    en: `This hub writes about ${amount} a day to its disk${soFarEn}. By this alone a 32 GB memory card would last ${en}.`,
  };
}

function yearsText(years: number): string {
  return years < FEW_YEARS ? years.toFixed(1) : String(Math.floor(years));
}
