import { epochAt } from '../proto/keys.ts';
import type { ConsentIndex } from './consent/consent-index.ts';
import { isPaused, mayStillLeave } from './consent/decide.ts';
import type { LiveGrant, Moment } from './consent/grant.ts';
import type { Agreement } from './household/agreements.ts';
import { LIMITS } from './limits.ts';
import type { HomeKeys } from './pseudonymize/home-keys.ts';
import type { LeasedName, LeasedNames } from './uplink/leases.ts';

/** What tells whose leases go on. */
export interface LeasedParts {
  readonly index: () => ConsentIndex;
  readonly moment: () => Moment;
  /** `agreement|epoch|subject` of every name that was used. */
  readonly usedSubjects: () => ReadonlySet<string>;
  readonly agreement: (id: number) => Agreement;
  readonly keys: HomeKeys;
  /** The length of an offer's leases in hours. */
  readonly leaseHours: (offer: string) => number;
}

/** A live grant of each agreement under which something may leave, now or at another hour of the day. */
function liveAgreements({ index, moment }: LeasedParts): Map<number, LiveGrant> {
  const now = moment();
  // A home that has paused says nothing, and silence means stop.
  if (isPaused(index(), now)) return new Map();
  const live = index()
    .all()
    .filter(({ agreement, category }) => mayStillLeave(index(), agreement, category, now) !== 'ended');
  return new Map(live.map((grant) => [grant.agreement, grant]));
}

/** The names whose leases this home extends: those used under live agreements, of the key epoch of now and a while before. */
export function leasedNames(parts: LeasedParts): LeasedNames {
  const names = (): LeasedName[] => {
    const live = liveAgreements(parts);
    const nowMs = parts.moment().nowMs;
    const found: LeasedName[] = [];
    for (const key of live.size > 0 ? parts.usedSubjects() : []) {
      const [agreement = 0, epoch = 0, subject = 0] = key.split('|').map(Number);
      const grant = live.get(agreement);
      if (!grant || !isRecent(epoch, grant.epochDays, nowMs)) continue;
      const { ordinal, confirmed } = parts.agreement(agreement);
      const writeKey = parts.keys.writeKey(ordinal, epoch, subject);
      if (confirmed) found.push({ agreement, ordinal, writeKey, hours: parts.leaseHours(grant.offer) });
    }
    return found;
  };
  return { names, isLive: (agreement) => liveAgreements(parts).has(agreement) };
}

function isRecent(epoch: number, epochDays: number, nowMs: number): boolean {
  const epochs = epochAt(nowMs, epochDays) - epoch;
  return epochs <= 1 || (epochs - 1) * epochDays <= LIMITS.leaseAfterEpochDays;
}
