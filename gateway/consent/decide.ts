import type { Observation } from '../../devices/observation.ts';
import { CATEGORIES_NEVER_LEAVING, type Category } from '../../proto/lists.ts';
import type { ConsentIndex } from './consent-index.ts';
import type { LiveGrant, Moment, Place, Scope } from './grant.ts';
import type { Permitted } from './permitted.ts';
import { REFUSALS, type Refusal } from './refusal.ts';

const MINUTE_MS = 60_000;
const MINUTES_OF_DAY = 1440;

/** What became of an observation: permitted under each of these grants, or, when under none, the reason. */
export interface Decision {
  readonly permitted: readonly Permitted[];
  readonly refusal: Refusal | undefined;
}

/** One decision for each reason, made once: most observations end here. */
const REFUSED = new Map<Refusal, Decision>();
for (const refusal of REFUSALS) REFUSED.set(refusal, Object.freeze({ permitted: Object.freeze([]), refusal }));

function refused(refusal: Refusal): Decision {
  return REFUSED.get(refusal) ?? { permitted: [], refusal };
}

/**
 * Decides whether an observation may go on, and under which grants. The only place in the hub that says yes;
 * whatever is missing, unknown or unreadable is a no. Pure.
 */
export function decide(observation: Observation, consent: ConsentIndex, place: Place, moment: Moment): Decision {
  if (!consent.readable) return refused('consentUnreadable');
  if (!place.approved) return refused('deviceNotApproved');
  if (CATEGORIES_NEVER_LEAVING.includes(observation.category)) return refused('neverLeaves');
  if (observation.quality !== 'good') return refused('uncertain');
  if (observation.origin === 'repeat' || observation.origin === 'snapshot') return refused('notAnEvent');

  const candidates = consent.candidates(observation.category, observation.device, place.room);
  if (candidates.length === 0) return refused('noGrant');
  const permitted: Permitted[] = [];
  let refusal: Refusal = 'noGrant';
  for (const grant of candidates) {
    const reason = against(grant, observation, place, moment);
    if (reason === undefined) permitted.push({ observation, grant } as Permitted);
    else refusal = reason;
  }
  return permitted.length > 0 ? { permitted, refusal: undefined } : refused(refusal);
}

/** Whether a grant has not run out at this moment. */
export function isLive(grant: LiveGrant, moment: Moment): boolean {
  return lifetime(grant, moment) === undefined;
}

/** What may become of something released at this moment: it leaves, it waits until it may, or it never leaves. */
export type Leaving = 'leave' | 'hold' | 'ended';

/**
 * Whether what an agreement already released may still leave at this moment; asked in the same turn as the write to the
 * socket. `ended` only where that is certain: neither a clock that is not trusted, nor the hour, nor a book that cannot
 * be read ends a consent.
 */
export function mayStillLeave(consent: ConsentIndex, agreement: number, category: Category, moment: Moment): Leaving {
  if (!consent.readable) return 'hold';
  const grant = consent.of(agreement, category);
  if (!grant) return 'ended';
  const life = lifetime(grant, moment);
  if (life !== undefined) return life === 'grantExpired' && hasCertainlyEnded(grant, moment) ? 'ended' : 'hold';
  return hours(grant, moment) === undefined ? 'leave' : 'hold';
}

function against(grant: LiveGrant, observation: Observation, place: Place, moment: Moment): Refusal | undefined {
  if (grant.level === 'L0') return 'levelHome';
  if (observation.atMs < grant.fromMs) return 'notYetValid';
  return lifetime(grant, moment) ?? scope(grant, observation, place) ?? hours(grant, moment);
}

/** Whether a grant has run out whatever the time may be for all that is known. */
export function hasCertainlyEnded(grant: LiveGrant, moment: Moment): boolean {
  return moment.trusted && moment.nowMs - (moment.offByMs ?? 0) >= grant.expiresMs;
}

/** Expiry is judged at the later bound; what is over only by that is not called expired. */
function lifetime(grant: LiveGrant, moment: Moment): Refusal | undefined {
  if (moment.nowMs >= grant.expiresMs) return 'grantExpired';
  const laterByMs = moment.trusted ? (moment.offByMs ?? 0) : moment.laterByMs;
  return moment.nowMs + laterByMs < grant.expiresMs ? undefined : 'clockUntrusted';
}

function scope(grant: LiveGrant, observation: Observation, place: Place): Refusal | undefined {
  const { devices, rooms } = grant.scope;
  if (devices && !devices.includes(observation.device)) return 'outOfScope';
  if (rooms && (place.room === undefined || !rooms.includes(place.room))) return 'outOfScope';
  return undefined;
}

/** A grant for certain hours says no while the clock is not trusted, and where the hour may be another by what the clock is off. */
function hours(grant: LiveGrant, moment: Moment): Refusal | undefined {
  const window = grant.scope.hours;
  if (!window) return undefined;
  if (!moment.trusted) return 'clockUntrusted';
  const offMinutes = Math.ceil((moment.offByMs ?? 0) / MINUTE_MS);
  if (!isWithin(window, moment.minuteOfDay)) return 'outsideHours';
  for (let off = -offMinutes; off <= offMinutes; off += 1) {
    const minute = (moment.minuteOfDay + off + MINUTES_OF_DAY) % MINUTES_OF_DAY;
    if (!isWithin(window, minute)) return 'clockUntrusted';
  }
  return undefined;
}

function isWithin({ fromMinute, toMinute }: NonNullable<Scope['hours']>, minute: number): boolean {
  return fromMinute <= toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}
