import type { Observation } from '../../devices/observation.ts';
import { CATEGORIES_NEVER_LEAVING, type Category } from '../../proto/lists.ts';
import type { ConsentIndex } from './consent-index.ts';
import type { Circumstances, LiveGrant, Moment, Place, Scope, Voice } from './grant.ts';
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
  const held = heldBack(consent.circumstances, place, moment);
  if (held) return refused(held);
  if (CATEGORIES_NEVER_LEAVING.includes(observation.category)) return refused('neverLeaves');
  if (observation.quality !== 'good') return refused('uncertain');
  if (observation.origin === 'repeat' || observation.origin === 'snapshot') return refused('notAnEvent');

  const candidates = consent.candidates(observation.category, observation.device, place.room);
  if (candidates.length === 0) return refused('noGrant');
  const permitted: Permitted[] = [];
  let refusal: Refusal = 'noGrant';
  for (const grant of candidates) {
    const reason = against(grant, { observation, place, moment, consent });
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
  if (isPaused(consent, moment)) return 'hold';
  const life = lifetime(grant, moment);
  if (life !== undefined) return life === 'grantExpired' && hasCertainlyEnded(grant, moment) ? 'ended' : 'hold';
  return firstOf(grant.voices, ({ scope }) => hours(scope, moment)) === undefined ? 'leave' : 'hold';
}

/** Whether everything is paused at this moment. */
export function isPaused({ circumstances }: ConsentIndex, moment: Moment): boolean {
  return isBefore(moment, circumstances.pausedUntilMs);
}

/**
 * Whether what shared sensors see counts for a grant at this moment, so that a window may say it was watching: nothing is
 * held back, everybody has said yes, and for this hour.
 */
export function isHeard(consent: ConsentIndex, grant: LiveGrant, moment: Moment): boolean {
  const shared = { approved: true, room: undefined };
  if (heldBack(consent.circumstances, shared, moment) !== undefined) return false;
  return (
    everyone(grant, shared, moment, consent) === undefined &&
    firstOf(grant.voices, ({ scope }) => hours(scope, moment)) === undefined
  );
}

/** What one decision is about. */
interface Asked {
  readonly observation: Observation;
  readonly place: Place;
  readonly moment: Moment;
  readonly consent: ConsentIndex;
}

function against(grant: LiveGrant, { observation, place, moment, consent }: Asked): Refusal | undefined {
  if (grant.level === 'L0') return 'levelHome';
  // Per-home rows are neither statistics nor anonymous, whatever a document calls them.
  if (grant.legalClass !== 'personal' && grant.legalClass !== 'personallyReferable') return 'legalClass';
  if (observation.atMs < grant.fromMs) return 'notYetValid';
  return (
    lifetime(grant, moment) ??
    everyone(grant, place, moment, consent) ??
    firstOf(asked(grant, place), ({ scope }) => within(scope, observation, place) ?? hours(scope, moment))
  );
}

function heldBack(
  { pausedUntilMs, visitorsUntilMs }: Circumstances,
  place: Place,
  moment: Moment,
): Refusal | undefined {
  if (isBefore(moment, pausedUntilMs)) return 'paused';
  return place.person === undefined && isBefore(moment, visitorsUntilMs) ? 'visitors' : undefined;
}

/** Home time is never ahead of true time by more than it may be off, so what is held back for a time is held long enough. */
function isBefore({ nowMs, offByMs = 0 }: Moment, untilMs: number | undefined): boolean {
  return untilMs !== undefined && nowMs - offByMs < untilMs;
}

/** A device of one person needs that person's yes; a shared one that of everybody who lives in the home, and nobody's no. */
function everyone(grant: LiveGrant, place: Place, moment: Moment, consent: ConsentIndex): Refusal | undefined {
  const hasSaidYes = (person: number) => grant.voices.some((voice) => voice.person === person);
  if (place.person !== undefined) return hasSaidYes(place.person) ? undefined : 'notEveryone';
  const { residents } = consent.circumstances;
  const isHere = (untilMs: number | undefined) => untilMs === undefined || isBefore(moment, untilMs);
  const isAgreed = residents.every(({ person, untilMs, isSpokenFor }) => {
    const isNo = grant.objections?.includes(person) === true || (!isSpokenFor && !hasSaidYes(person));
    return !isNo || !isHere(untilMs);
  });
  return isAgreed ? undefined : 'notEveryone';
}

/** Whose scope counts: the person a device belongs to, or of a shared one everybody's. */
function asked({ voices }: LiveGrant, { person }: Place): readonly Voice[] {
  return person === undefined ? voices : voices.filter((voice) => voice.person === person);
}

function firstOf(voices: readonly Voice[], reason: (voice: Voice) => Refusal | undefined): Refusal | undefined {
  for (const voice of voices) {
    const found = reason(voice);
    if (found !== undefined) return found;
  }
  return undefined;
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

function within({ devices, rooms }: Scope, observation: Observation, place: Place): Refusal | undefined {
  if (devices && !devices.includes(observation.device)) return 'outOfScope';
  if (rooms && (place.room === undefined || !rooms.includes(place.room))) return 'outOfScope';
  return undefined;
}

/** A grant for certain hours says no while the clock is not trusted, and where the hour may be another by what the clock is off. */
function hours({ hours: window }: Scope, moment: Moment): Refusal | undefined {
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
