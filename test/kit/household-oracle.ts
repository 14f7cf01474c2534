import fc from 'fast-check';
import type { Observation } from '../../devices/observation.ts';
import type { Circumstances, LiveGrant, Moment, Place, Resident, Scope } from '../../gateway/consent/grant.ts';
import { LEGAL_CLASSES } from '../../proto/lists.ts';
import { aGrant, anInstant } from './arbitraries.ts';

const PEOPLE = [1, 2, 3, 4];
const aTime = fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, anInstant);

const aResident = (person: number): fc.Arbitrary<Resident> =>
  fc.record({ untilMs: aTime, isSpokenFor: fc.boolean() }).map(({ untilMs, isSpokenFor }) => ({
    person,
    ...(untilMs === undefined ? {} : { untilMs }),
    ...(isSpokenFor && person > 2 ? { isSpokenFor: true as const } : {}),
  }));

/** Who lives in a home, and what is held back. */
export const someCircumstances: fc.Arbitrary<Circumstances> = fc
  .record({
    residents: fc.subarray(PEOPLE, { minLength: 1 }).chain((people) => fc.tuple(...people.map(aResident))),
    pausedUntilMs: aTime,
    visitorsUntilMs: aTime,
    isCalm: fc.boolean(),
  })
  .map(({ residents, pausedUntilMs, visitorsUntilMs, isCalm }) => ({
    residents,
    ...(pausedUntilMs === undefined || isCalm ? {} : { pausedUntilMs }),
    ...(visitorsUntilMs === undefined || isCalm ? {} : { visitorsUntilMs }),
  }));

/** What the people of a home said: single yeses, several of them under one agreement. */
export const someYeses: fc.Arbitrary<LiveGrant[]> = fc
  .array(
    fc.record({
      terms: aGrant,
      people: fc.subarray(PEOPLE, { minLength: 1 }),
      objections: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.subarray(PEOPLE, { maxLength: 1 })),
      legalClass: fc.oneof(
        { weight: 8, arbitrary: fc.constant('personal' as const) },
        fc.constantFrom(...LEGAL_CLASSES),
      ),
      others: fc.array(aGrant, { minLength: 3, maxLength: 3 }),
      isAlike: fc.boolean(),
    }),
    { maxLength: 4 },
  )
  .map((agreements) =>
    agreements.flatMap(({ terms, people, objections, legalClass, others, isAlike }, at) =>
      people.map((person, index): LiveGrant => {
        const own = isAlike || index === 0 ? terms : (others[index - 1] ?? terms);
        const { level, windowMinutes, fromMs, expiresMs } = own;
        const voices = [{ person, scope: own.voices[0]?.scope ?? {} }];
        const common = {
          ...terms,
          agreement: at + 1,
          legalClass,
          voices,
          ...(objections.length > 0 ? { objections } : {}),
        };
        return { ...common, level, windowMinutes, fromMs, expiresMs };
      }),
    ),
  );

/** What a household is asked about one observation. */
export interface Question {
  readonly yeses: readonly LiveGrant[];
  readonly circumstances: Circumstances;
  readonly seen: Observation;
  readonly place: Place;
  readonly moment: Moment;
}

/**
 * The agreements under which an observation may go on, written from the design and not from the code: person by person,
 * yes by yes, nothing joined and nothing indexed.
 */
export function rightfully({ yeses, circumstances, seen, place, moment }: Question): number[] {
  const { residents, pausedUntilMs, visitorsUntilMs } = circumstances;
  const earliestNowMs = moment.nowMs - (moment.offByMs ?? 0);
  const isNews = seen.origin === 'change' || seen.origin === 'sample';
  if (!place.approved || seen.quality !== 'good' || !isNews || seen.category === 'lock.keyHolder') return [];
  if (pausedUntilMs !== undefined && earliestNowMs < pausedUntilMs) return [];
  const isShared = place.person === undefined;
  if (isShared && visitorsUntilMs !== undefined && earliestNowMs < visitorsUntilMs) return [];
  const here = residents.filter(({ untilMs }) => untilMs === undefined || earliestNowMs < untilMs);
  const asked = isShared ? here.filter((one) => !one.isSpokenFor).map(({ person }) => person) : [place.person];
  const agreements = [...new Set(yeses.map(({ agreement }) => agreement))];
  return agreements.filter((agreement) => {
    const said = yeses.filter((yes) => yes.agreement === agreement && yes.category === seen.category);
    const speakers = said.map(({ voices }) => voices[0]?.person);
    const objectors = new Set(said.flatMap(({ objections }) => objections ?? []));
    return (
      said.length > 0 &&
      said.every((yes) => holds(yes, seen, moment)) &&
      asked.every((person) => speakers.includes(person)) &&
      !(isShared && here.some(({ person }) => objectors.has(person))) &&
      said.every(({ voices: [voice] }) => {
        const counts = isShared || voice?.person === place.person;
        return !counts || covers(voice?.scope ?? {}, seen, place, moment);
      })
    );
  });
}

function holds(yes: LiveGrant, seen: Observation, moment: Moment): boolean {
  const latestNowMs = moment.nowMs + (moment.trusted ? (moment.offByMs ?? 0) : moment.laterByMs);
  const isOfAPerson = yes.legalClass === 'personal' || yes.legalClass === 'personallyReferable';
  return yes.level !== 'L0' && isOfAPerson && seen.atMs >= yes.fromMs && latestNowMs < yes.expiresMs;
}

function covers({ devices, rooms, hours }: Scope, seen: Observation, place: Place, moment: Moment): boolean {
  if (devices && !devices.some((device) => device === seen.device)) return false;
  if (rooms && !rooms.some((room) => room === place.room)) return false;
  return hours === undefined || (moment.trusted && minutesOf(hours).has(moment.minuteOfDay));
}

/** The minutes of a day from one to another, counted one by one round the clock. */
export function minutesOf({ fromMinute, toMinute }: { fromMinute: number; toMinute: number }): Set<number> {
  const minutes = new Set<number>();
  for (let minute = fromMinute; minute !== toMinute && minutes.size < 1440; minute = minute + 1) {
    if (minute >= 1440) {
      if (toMinute === 1440) break;
      minute = 0;
      if (minute === toMinute) break;
    }
    minutes.add(minute);
  }
  return minutes;
}
