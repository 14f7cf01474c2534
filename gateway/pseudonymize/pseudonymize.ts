import { epochAt } from '../../proto/keys.ts';
import type { Minimized } from '../minimize/minimized.ts';
import type { HomeKeys } from './home-keys.ts';
import { Release } from './release.ts';

/** Takes the name away: under the write key of this agreement, the key epoch of the record's time, and its subject. */
export function pseudonymize(minimized: Minimized, ordinal: number, keys: HomeKeys): Release {
  const epoch = epochAt(minimized.timeS * 1000, minimized.grant.epochDays);
  const writeKey = keys.writeKey(ordinal, epoch, minimized.subject);
  return Release.of(minimized, { writeKey, epoch });
}
