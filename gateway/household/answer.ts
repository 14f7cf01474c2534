/** The same sentence in the two languages of the household's pages. */
export interface Bilingual {
  readonly ja: string;
  readonly en: string;
}

/** Why something asked for was not done, and what to do about it. */
export interface Problem {
  readonly error: Bilingual;
  readonly remedy: Bilingual;
}

/** What was asked for, or why not. */
export type Answer<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: Problem };

/** A successful answer. */
export function done<Value>(value: Value): Answer<Value> {
  return { ok: true, value };
}

/** A refusal with its remedy, each sentence in Japanese and English. */
export function refuse(
  ja: readonly [error: string, remedy: string],
  en: readonly [error: string, remedy: string],
): Answer<never> {
  return { ok: false, problem: { error: { ja: ja[0], en: en[0] }, remedy: { ja: ja[1], en: en[1] } } };
}
