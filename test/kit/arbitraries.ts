import fc from 'fast-check';
import type { Origin } from '../../devices/change.ts';
import { type Observation, observe } from '../../devices/observation.ts';
import { KINDS, type Kind, vocabularyOf } from '../../devices/vocabulary.ts';
import type { LiveGrant, Moment, Place, Scope } from '../../gateway/consent/grant.ts';
import { CATEGORIES, type Category, LEVELS } from '../../proto/lists.ts';
import { NOON_MS } from './inner-home.ts';

/** Few enough that grants and observations meet. */
const DEVICES = [1, 2, 3];
const ROOMS = ['kitchen', 'bedroom'];
const FEW_KINDS: readonly Kind[] = [
  ...(['contact.state', 'occupancy.state', 'lock.state', 'power.active'] as const),
  ...(['energy.import', 'battery.percent'] as const),
];
const MINUTE_MS = 60_000;

const categories = Object.keys(CATEGORIES) as Category[];

/** Instants within a day of noon, whole milliseconds. */
export const anInstant = fc.integer({ min: NOON_MS - 86_400_000, max: NOON_MS + 86_400_000 });

/** Any observation the devices' side could make, unapproved categories and doubtful ones included. */
export const anObservation: fc.Arbitrary<Observation> = fc
  .record({
    kind: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...FEW_KINDS) }, fc.constantFrom(...KINDS)),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
    device: fc.constantFrom(...DEVICES),
    override: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constantFrom(...categories)),
    atMs: anInstant,
    estimatedTime: fc.boolean(),
    quality: fc.oneof({ weight: 6, arbitrary: fc.constant('good' as const) }, fc.constant('uncertain' as const)),
    origin: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom<Origin>('change', 'sample') },
      fc.constantFrom<Origin>('repeat', 'snapshot'),
    ),
  })
  .map(({ kind, share, override, quality, ...about }) => {
    const { minimum, maximum } = vocabularyOf(kind);
    const value = minimum + Math.round(share * (maximum - minimum));
    return observe({ thing: 'thing', kind, value, quality }, { ...about, category: override });
  });

const aScope: fc.Arbitrary<Scope> = fc.record(
  {
    devices: fc.uniqueArray(fc.constantFrom(...DEVICES), { minLength: 1 }),
    rooms: fc.uniqueArray(fc.constantFrom(...ROOMS), { minLength: 1 }),
    hours: fc.record({
      fromMinute: fc.integer({ min: 0, max: 1439 }),
      toMinute: fc.integer({ min: 0, max: 1440 }),
    }),
  },
  { requiredKeys: [] },
);

/** A live grant; agreements are numbered by the caller. */
export const aGrant: fc.Arbitrary<LiveGrant> = fc
  .record({
    category: fc.oneof(
      {
        weight: 5,
        arbitrary: fc.constantFrom<Category>('power.appliance', 'contact.doorWindow', 'presence.person', 'lock.state'),
      },
      fc.constantFrom(...categories),
    ),
    level: fc.constantFrom(...LEVELS, 'L5' as const, 'L5' as const),
    windowMinutes: fc.constantFrom(undefined, 15, 30, 60),
    subject: fc.constantFrom('home' as const, 'device' as const),
    scope: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, aScope),
    fromMs: fc.oneof(fc.constant(NOON_MS - 2 * 86_400_000), anInstant),
    lastsMinutes: fc.oneof(fc.constant(300_000), fc.integer({ min: 0, max: 3 * 24 * 60 })),
    offer: fc.constantFrom('one', 'two', 'three'),
  })
  .map(({ lastsMinutes, scope, ...grant }) => ({
    ...grant,
    legalClass: 'personal' as const,
    voices: [{ person: 1, scope }],
    agreement: 0,
    offerKey: 'ab'.repeat(16),
    lane: 'prompt' as const,
    epochDays: 30,
    expiresMs: grant.fromMs + lastsMinutes * MINUTE_MS,
  }));

/** Some grants, each an agreement of its own. */
export const someGrants: fc.Arbitrary<LiveGrant[]> = fc
  .array(aGrant, { maxLength: 8 })
  .map((grants) => grants.map((grant, index) => ({ ...grant, agreement: index + 1 })));

/** A place in the home, known or not. */
export const aPlace: fc.Arbitrary<Place> = fc.record({
  approved: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  room: fc.constantFrom(undefined, ...ROOMS),
});

/** A moment, sometimes of a clock that cannot be trusted. */
export const aMoment: fc.Arbitrary<Moment> = fc.record({
  nowMs: anInstant,
  minuteOfDay: fc.integer({ min: 0, max: 1439 }),
  trusted: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false)),
  laterByMs: fc.constantFrom(0, 86_400_000, 365 * 86_400_000),
});

/** The content of a Zigbee2MQTT message: mostly sane, sometimes anything JSON can say. */
export const aMessage: fc.Arbitrary<Buffer> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .record(
        {
          contact: fc.boolean(),
          occupancy: fc.boolean(),
          lock_state: fc.constantFrom('locked', 'unlocked', 'not_fully_locked', 'sesame'),
          power: fc.oneof(fc.double({ min: -200, max: 5000, noNaN: true }), fc.constantFrom(null, 'NaN', 1e300)),
          energy: fc.double({ min: 0, max: 1e6, noNaN: true }),
          battery: fc.integer({ min: -5, max: 120 }),
          linkquality: fc.integer({ min: 0, max: 255 }),
          pin_code: fc.string(),
          [`odd ${'x'.repeat(3)}`]: fc.anything(),
        },
        { requiredKeys: [] },
      )
      .map((content) => Buffer.from(JSON.stringify(content) ?? 'null')),
  },
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
