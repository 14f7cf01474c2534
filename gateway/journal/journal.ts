/**
 * What became of a journal entry, with its number in the table: `waiting` for the acknowledgement, `provided`, `withdrawn` or
 * `replaced` (a new yes) before it was sent, `withheld` because the consent had ended, `quarantined` because the broker
 * cannot read it, `sent` when it was taken back after it had been sent, so that whether it arrived is not known, `thinned`
 * when the outbox was full and something more important needed its place. Numbers are never reused.
 */
export const OUTCOMES = {
  waiting: 0,
  provided: 1,
  sent: 2,
  withdrawn: 3,
  replaced: 4,
  withheld: 5,
  quarantined: 6,
  thinned: 7,
} as const;

/** Name of an outcome. */
export type Outcome = keyof typeof OUTCOMES;

const NAMES = new Map((Object.keys(OUTCOMES) as Outcome[]).map((name) => [OUTCOMES[name] as number, name]));

/** The outcome of a number in the table; throws when it is on no list (a damaged table). */
export function outcomeOf(number: number): Outcome {
  const name = NAMES.get(number);
  if (name === undefined) throw new Error('a row of the journal has an outcome that is on no list');
  return name;
}

/** One journal entry as it is stored: what left the home, when, under which agreement, and what became of it. */
export interface JournalRow {
  readonly id: number;
  readonly at_ms: number;
  readonly agreement: number;
  readonly slug: string;
  readonly category: number;
  readonly property: number;
  readonly quantity: number;
  readonly time_s: number;
  readonly window_s: number;
  readonly value: number;
  readonly outcome: number;
}
