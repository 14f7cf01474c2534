import { type Kind, vocabularyOf } from './vocabulary.ts';

/** What a value is in time: news, one of a series, a repetition of what is known, or a picture without a moment. */
export type Origin = 'change' | 'sample' | 'repeat' | 'snapshot';

/**
 * Says whether a value is an event. Battery devices re-send their whole cached state with every report, so an event
 * is a change against the last known good value, not a message; a retained message or a first value has no moment.
 */
export function classify(kind: Kind, value: number, lastKnown: number | undefined, retained: boolean): Origin {
  if (retained) return 'snapshot';
  const { nature } = vocabularyOf(kind);
  if (nature === 'measurement' || nature === 'counter') return 'sample';
  if (lastKnown === undefined) return 'snapshot';
  return value === lastKnown ? 'repeat' : 'change';
}
