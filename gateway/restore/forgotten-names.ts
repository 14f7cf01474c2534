import { epochAt } from '../../proto/keys.ts';
import type { Category } from '../../proto/lists.ts';
import type { Offer } from '../../proto/offer-document.ts';
import type { Withdrawal } from '../../proto/wire.ts';
import type { Agreement } from '../household/agreements.ts';
import { LIMITS } from '../limits.ts';
import type { HomeKeys } from '../pseudonymize/home-keys.ts';
import type { LostStretch } from './life.ts';

const DAY_MS = 86_400_000;
/** No release of this program is older: nothing was named before. */
const EARLIEST_MS = Date.UTC(2026, 0, 1);

/** What enumerating needs to know of the home. */
export interface Enumeration {
  readonly lost: LostStretch;
  /** The offer that is withdrawn: its key epochs and subjects. */
  readonly offer: Pick<Offer, 'epochDays' | 'subject'>;
  readonly agreements: readonly Agreement[];
  readonly forgottenOrdinals: readonly number[];
  readonly highestDevice: number;
  readonly categories: readonly Category[];
  readonly nowMs: number;
}

/**
 * Erase keys of every name that may have been used in a lost stretch under an offer: its known agreements that were open
 * then, and every ordinal the home does not remember, in each key epoch of the stretch, for each subject. More than were
 * used, never fewer; a name nobody used costs the data broker one row.
 */
export function forgottenNames(keys: HomeKeys, wanted: Enumeration): Withdrawal[] {
  const { lost, offer, agreements, forgottenOrdinals, highestDevice, categories, nowMs } = wanted;
  if (categories.length === 0) return [];
  const open = agreements.filter(
    ({ id, closedAtMs, confirmed }) =>
      id <= lost.agreements && confirmed && (closedAtMs === undefined || closedAtMs >= lost.sinceMs),
  );
  const ordinals = [...open.map(({ ordinal }) => ordinal), ...forgottenOrdinals];
  const subjects = offer.subject === 'home' ? [0] : upTo(highestDevice + LIMITS.forgottenDevices);
  const epochs = epochsIn(lost, nowMs, offer.epochDays);
  const names = ordinals.flatMap((ordinal) =>
    epochs.flatMap((epoch) =>
      subjects.map((subject) => ({
        eraseKey: keys.eraseKey(ordinal, epoch, subject).toString('hex'),
        categories: [...categories],
      })),
    ),
  );
  return names.slice(0, LIMITS.forgottenNames);
}

/** Key epochs of a stretch; a window's record is named by its beginning, which is before its release. */
function epochsIn({ sinceMs, untilMs }: LostStretch, nowMs: number, epochDays: number): number[] {
  const first = epochAt(Math.max(EARLIEST_MS, sinceMs - DAY_MS), epochDays);
  const last = Math.max(first, epochAt((untilMs ?? nowMs) + DAY_MS, epochDays));
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function upTo(highest: number): number[] {
  return Array.from({ length: highest }, (_, index) => index + 1);
}
