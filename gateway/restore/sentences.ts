import type { Bilingual } from '../household/answer.ts';
import type { LostStretch } from './life.ts';

/** Said once, when it is noticed. */
export const SET_BACK: Bilingual = {
  ja: 'このハブの記録は、データブローカーが知っているより古いものです。以前の同意はすべて止めました。続けるものには、もう一度同意してください。',
  en: "This hub's memory is older than what the data broker knows of it: everything agreed before is suspended. Say yes again to what should go on.",
};

/** What a household is told while offers wait for a new yes; undefined when none does. `names` are the recipients'. */
export function suspensionSentence(lost: LostStretch | undefined, names: readonly Bilingual[]): Bilingual | undefined {
  if (!lost || names.length === 0) return undefined;
  const [ja, en] = [names.map((name) => name.ja).join('、'), names.map((name) => name.en).join(', ')];
  const why: Bilingual =
    lost.why === 'restored'
      ? { ja: 'このハブはバックアップから復元されました。', en: 'This hub was restored from a backup.' }
      : {
          ja: 'このハブの記録は、以前の状態に戻っています。',
          en: "This hub's memory was set back to an earlier state.",
        };
  return {
    ja: `${why.ja}もう一度同意するまで、次への提供を止めています：${ja}。`,
    en: `${why.en} Suspended until a resident says yes again: ${en}.`,
  };
}
