import type { Bilingual } from '../household/answer.ts';

/** What `doctor` looks at. */
export type CheckName =
  | 'hub'
  | 'versions'
  | 'folder'
  | 'disk'
  | 'store'
  | 'time'
  | 'uplink'
  | 'queue'
  | 'consent'
  | 'offers'
  | 'intake'
  | 'opcua'
  | 'certificate'
  | 'devices'
  | 'card'
  | 'backup';

/**
 * One check: `ok`; `look`, something a person should know and may want to change; `act`, something that does not work or
 * soon will not. The sentence says how things stand, the step what helps; figures carry their unit in the name.
 */
export interface Check {
  readonly name: CheckName;
  readonly state: 'ok' | 'look' | 'act';
  readonly sentence: Bilingual;
  readonly step: Bilingual | null;
  readonly figures: Readonly<Record<string, number | string | boolean | null>>;
}

type Figures = Check['figures'];
/** A sentence, and the step that helps. */
type Said = readonly [sentence: string, step: string];

/** A check that found everything as it should be. */
export function fine(name: CheckName, sentence: Bilingual, figures: Figures = {}): Check {
  return { name, state: 'ok', sentence, step: null, figures };
}

/** A check that found something. */
export function found(state: 'look' | 'act', name: CheckName, ja: Said, en: Said, figures: Figures = {}): Check {
  return { name, state, sentence: { ja: ja[0], en: en[0] }, step: { ja: ja[1], en: en[1] }, figures };
}
