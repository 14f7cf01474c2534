import { describe, expect, test } from 'vitest';
import type { Origin } from '../../../../devices/change.ts';
import { observe } from '../../../../devices/observation.ts';
import { ConsentIndex } from '../../../../gateway/consent/consent-index.ts';
import { decide, isHeard, type Leaving, mayStillLeave } from '../../../../gateway/consent/decide.ts';
import type { LiveGrant, Moment, Place, Resident, Scope } from '../../../../gateway/consent/grant.ts';
import type { Category } from '../../../../proto/lists.ts';
import { NOON_MS } from '../../../kit/inner-home.ts';

const DAY_MS = 86_400_000;
const GRANT: LiveGrant = {
  agreement: 1,
  offer: 'offer',
  offerKey: 'ab'.repeat(16),
  category: 'power.appliance',
  level: 'L5',
  windowMinutes: undefined,
  lane: 'prompt',
  subject: 'home',
  epochDays: 30,
  legalClass: 'personal',
  voices: [{ person: 1, scope: {} }],
  fromMs: NOON_MS - DAY_MS,
  expiresMs: NOON_MS + DAY_MS,
};
/** What differs in a grant from the one above; one person speaks. */
type Different = Partial<LiveGrant> & { readonly scope?: Scope };
const granted = ({ scope = {}, ...different }: Different): LiveGrant => ({
  ...GRANT,
  voices: [{ person: 1, scope }],
  ...different,
});
const HERE: Place = { approved: true, room: 'kitchen' };
const NOW: Moment = { nowMs: NOON_MS, minuteOfDay: 720, trusted: true, laterByMs: 365 * DAY_MS };

interface About {
  readonly category?: Category;
  readonly origin?: Origin;
  readonly quality?: 'good' | 'uncertain';
  readonly atMs?: number;
}
const seen = ({ category = 'power.appliance', origin = 'sample', quality = 'good', atMs = NOON_MS }: About = {}) =>
  observe(
    { thing: 't', kind: 'power.active', value: 1000, quality },
    { device: 4, category, atMs, estimatedTime: false, origin },
  );

function reason(grant: Different, about: About = {}, place: Partial<Place> = {}, moment: Partial<Moment> = {}) {
  const index = new ConsentIndex([granted(grant)]);
  return decide(seen(about), index, { ...HERE, ...place }, { ...NOW, ...moment }).refusal ?? 'yes';
}

describe('decide', () => {
  test.each<[string, ReturnType<typeof reason>, Parameters<typeof reason>]>([
    ['a live grant', 'yes', [{}]],
    ['another category', 'noGrant', [{ category: 'power.total' }]],
    ['a device nobody approved', 'deviceNotApproved', [{}, {}, { approved: false }]],
    [
      'the key holder, even with a grant',
      'neverLeaves',
      [{ category: 'lock.keyHolder' }, { category: 'lock.keyHolder' }],
    ],
    ['a doubtful value', 'uncertain', [{}, { quality: 'uncertain' }]],
    ['a repetition', 'notAnEvent', [{}, { origin: 'repeat' }]],
    ['a picture without a moment', 'notAnEvent', [{}, { origin: 'snapshot' }]],
    ['a change', 'yes', [{}, { origin: 'change' }]],
    ['level 0', 'levelHome', [{ level: 'L0' }]],
    ['what happened before the yes', 'notYetValid', [{ fromMs: NOON_MS + 1 }]],
    ['what happened at the yes', 'yes', [{ fromMs: NOON_MS }]],
    ['the instant of expiry', 'grantExpired', [{ expiresMs: NOON_MS }]],
    ['the instant before', 'yes', [{ expiresMs: NOON_MS + 1 }]],
    [
      'an untrusted clock within the grant by its later bound',
      'yes',
      [{}, {}, {}, { trusted: false, laterByMs: 1000 }],
    ],
    ['an untrusted clock beyond it', 'clockUntrusted', [{}, {}, {}, { trusted: false, laterByMs: DAY_MS }]],
    [
      'an untrusted clock that is beyond it itself',
      'grantExpired',
      [{}, {}, {}, { trusted: false, laterByMs: 0, nowMs: NOON_MS + DAY_MS }],
    ],
    ['a clock that may be off by less than is left', 'yes', [{}, {}, {}, { offByMs: DAY_MS - 1 }]],
    ['a clock that may be off by what is left', 'clockUntrusted', [{}, {}, {}, { offByMs: DAY_MS }]],
    [
      'hours that hold for all the clock may be off',
      'yes',
      [{ scope: { hours: { fromMinute: 719, toMinute: 722 } } }, {}, {}, { offByMs: 60_000 }],
    ],
    [
      'hours that may not have begun',
      'clockUntrusted',
      [{ scope: { hours: { fromMinute: 720, toMinute: 722 } } }, {}, {}, { offByMs: 1 }],
    ],
    [
      'hours that may have ended',
      'clockUntrusted',
      [{ scope: { hours: { fromMinute: 719, toMinute: 721 } } }, {}, {}, { offByMs: 1 }],
    ],
    ['the room of the grant', 'yes', [{ scope: { rooms: ['bath', 'kitchen'] } }]],
    ['another room', 'noGrant', [{ scope: { rooms: ['bath'] } }]],
    ['no room where rooms matter', 'noGrant', [{ scope: { rooms: ['bath'] } }, {}, { room: undefined }]],
    ['the device of the grant', 'yes', [{ scope: { devices: [3, 4] } }]],
    ['another device', 'noGrant', [{ scope: { devices: [5] } }]],
    ['the device in the wrong room', 'outOfScope', [{ scope: { devices: [4], rooms: ['bath'] } }]],
    ['the device in no room', 'outOfScope', [{ scope: { devices: [4], rooms: ['bath'] } }, {}, { room: undefined }]],
    ['hours that hold', 'yes', [{ scope: { hours: { fromMinute: 720, toMinute: 721 } } }]],
    ['hours that ended', 'outsideHours', [{ scope: { hours: { fromMinute: 600, toMinute: 720 } } }]],
    [
      'hours over midnight, at night',
      'yes',
      [{ scope: { hours: { fromMinute: 1320, toMinute: 360 } } }, {}, {}, { minuteOfDay: 359 }],
    ],
    [
      'hours over midnight, late',
      'yes',
      [{ scope: { hours: { fromMinute: 1320, toMinute: 360 } } }, {}, {}, { minuteOfDay: 1320 }],
    ],
    ['hours over midnight, by day', 'outsideHours', [{ scope: { hours: { fromMinute: 1320, toMinute: 360 } } }]],
    ['no hours at all', 'outsideHours', [{ scope: { hours: { fromMinute: 720, toMinute: 720 } } }]],
    [
      'hours with an untrusted clock',
      'clockUntrusted',
      [{ scope: { hours: { fromMinute: 0, toMinute: 1440 } } }, {}, {}, { trusted: false, laterByMs: 0 }],
    ],
  ])('%s: %s', (_, expected, args) => {
    expect(reason(...args)).toBe(expected);
  });

  test('permits under each grant that says yes, once, and gives no reason then', () => {
    const index = new ConsentIndex([
      GRANT,
      granted({ agreement: 2, scope: { rooms: ['kitchen'] } }),
      granted({ agreement: 3, scope: { devices: [4] } }),
      { ...GRANT, agreement: 4, expiresMs: 0 },
    ]);
    const { permitted, refusal } = decide(seen(), index, HERE, NOW);
    expect(permitted.map(({ grant }) => grant.agreement)).toEqual([1, 3, 2]);
    expect(refusal).toBeUndefined();
  });

  test('checks the devices itself, whatever the index finds', () => {
    const index = new ConsentIndex([]);
    Object.assign(index, { candidates: () => [granted({ scope: { devices: [5] } })] });
    expect(decide(seen(), index, HERE, NOW)).toEqual({ permitted: [], refusal: 'outOfScope' });
  });

  test('with an unreadable book says nothing but that', () => {
    expect(decide(seen(), new ConsentIndex([GRANT], false), HERE, NOW)).toEqual({
      permitted: [],
      refusal: 'consentUnreadable',
    });
  });
});

describe('the live check at sending', () => {
  const index = new ConsentIndex([granted({ scope: { hours: { fromMinute: 700, toMinute: 800 } } })]);
  test.each<[string, Leaving, Partial<Moment>, number, Category]>([
    ['says leave', 'leave', {}, 1, 'power.appliance'],
    ['ends for another agreement', 'ended', {}, 2, 'power.appliance'],
    ['ends for another category', 'ended', {}, 1, 'power.total'],
    ['ends after expiry', 'ended', { nowMs: NOON_MS + DAY_MS }, 1, 'power.appliance'],
    ['waits when it may not be over', 'hold', { nowMs: NOON_MS + DAY_MS, offByMs: 1 }, 1, 'power.appliance'],
    [
      'waits when an untrusted clock is after it',
      'hold',
      { nowMs: NOON_MS + DAY_MS, trusted: false },
      1,
      'power.appliance',
    ],
    ['waits outside the hours', 'hold', { minuteOfDay: 800 }, 1, 'power.appliance'],
    ['waits when the clock is not trusted', 'hold', { trusted: false, laterByMs: 0 }, 1, 'power.appliance'],
    ['waits when only the later bound is over', 'hold', { trusted: false, laterByMs: DAY_MS }, 1, 'power.appliance'],
  ])('%s', (_, expected, moment, agreement, category) => {
    expect(mayStillLeave(index, agreement, category, { ...NOW, ...moment })).toBe(expected);
  });
});

describe('what several people said', () => {
  const voices = (...people: number[]) => people.map((person) => ({ person, scope: {} }));
  const asked = (
    grant: Different,
    residents: readonly Resident[],
    { person, ...beside }: { person?: number; pausedUntilMs?: number; visitorsUntilMs?: number } = {},
    moment: Partial<Moment> = {},
  ) => {
    const index = new ConsentIndex([granted(grant)], true, { residents, ...beside });
    return decide(seen(), index, { ...HERE, person }, { ...NOW, ...moment }).refusal ?? 'yes';
  };
  const TWO = [{ person: 1 }, { person: 2 }];

  test.each<[string, ReturnType<typeof asked>, Parameters<typeof asked>]>([
    ['everybody', 'yes', [{ voices: voices(2, 1) }, TWO]],
    ['one of two', 'notEveryone', [{ voices: voices(1) }, TWO]],
    ['nobody, in an empty home', 'noGrant', [{ voices: [] }, []]],
    ['somebody, in an empty home', 'yes', [{ voices: voices(1) }, []]],
    ['one who needs no words', 'yes', [{ voices: voices(1) }, [{ person: 1 }, { person: 2, isSpokenFor: true }]]],
    [
      'a no for one who needs no words',
      'notEveryone',
      [{ voices: voices(1), objections: [2] }, [{ person: 1 }, { person: 2, isSpokenFor: true }]],
    ],
    ['a no of somebody who does not live here', 'yes', [{ voices: voices(1), objections: [3] }, [{ person: 1 }]]],
    [
      'a guest who is here',
      'notEveryone',
      [{ voices: voices(1) }, [{ person: 1 }, { person: 3, untilMs: NOON_MS + 1 }]],
    ],
    ['a guest who has gone', 'yes', [{ voices: voices(1) }, [{ person: 1 }, { person: 3, untilMs: NOON_MS }]]],
    [
      'a guest who may be here by what the clock is off',
      'notEveryone',
      [{ voices: voices(1) }, [{ person: 1 }, { person: 3, untilMs: NOON_MS }], {}, { offByMs: 1 }],
    ],
    ['the person a device belongs to', 'yes', [{ voices: voices(2) }, TWO, { person: 2 }]],
    ['another than the person a device belongs to', 'notEveryone', [{ voices: voices(1) }, TWO, { person: 2 }]],
    ['a pause', 'paused', [{}, [{ person: 1 }], { pausedUntilMs: NOON_MS + 1 }]],
    ['a pause that is over', 'yes', [{}, [{ person: 1 }], { pausedUntilMs: NOON_MS }]],
    ['a pause that may not be over', 'paused', [{}, [{ person: 1 }], { pausedUntilMs: NOON_MS }, { offByMs: 1 }]],
    ['visitors', 'visitors', [{}, [{ person: 1 }], { visitorsUntilMs: NOON_MS + 1 }]],
    ['visitors, at a device of one person', 'yes', [{}, [{ person: 1 }], { visitorsUntilMs: NOON_MS + 1, person: 1 }]],
    ['a statistic of one home', 'legalClass', [{ legalClass: 'statistic' }, [{ person: 1 }]]],
    ['what is called anonymous', 'legalClass', [{ legalClass: 'anonymouslyProcessed' }, [{ person: 1 }]]],
    ['personally referable information', 'yes', [{ legalClass: 'personallyReferable' }, [{ person: 1 }]]],
    [
      'rooms of which one does not hold',
      'outOfScope',
      [
        {
          voices: [
            { person: 1, scope: { rooms: ['kitchen'] } },
            { person: 2, scope: { rooms: ['bath'] } },
          ],
        },
        TWO,
      ],
    ],
    [
      'hours of another than the person a device belongs to',
      'yes',
      [
        {
          voices: [
            { person: 1, scope: { hours: { fromMinute: 0, toMinute: 1 } } },
            { person: 2, scope: { hours: { fromMinute: 720, toMinute: 721 } } },
          ],
        },
        TWO,
        { person: 2 },
      ],
    ],
  ])('%s: %s', (_, expected, args) => {
    expect(asked(...args)).toBe(expected);
  });

  test('is joined to the strictest of it', () => {
    const index = new ConsentIndex([
      granted({ level: 'L4', windowMinutes: 15, fromMs: 5, expiresMs: 90 }),
      granted({ level: 'L5', windowMinutes: undefined, fromMs: 7, expiresMs: 80, voices: voices(2) }),
      granted({ level: 'L4', windowMinutes: 60, fromMs: 6, expiresMs: 95, voices: voices(3) }),
    ]);
    expect(index.all()).toEqual([
      granted({ level: 'L4', windowMinutes: 60, fromMs: 7, expiresMs: 80, voices: voices(1, 2, 3) }),
    ]);
  });

  test('holds what waits while everything is paused, and in the hour of any one of them', () => {
    const hours = { fromMinute: 0, toMinute: 1 };
    const late = [
      { person: 1, scope: {} },
      { person: 2, scope: { hours } },
    ];
    const leaving = (grant: Different, pausedUntilMs: number) =>
      mayStillLeave(
        new ConsentIndex([granted(grant)], true, { residents: TWO, pausedUntilMs }),
        1,
        'power.appliance',
        NOW,
      );
    expect(leaving({}, NOON_MS + 1)).toBe('hold');
    expect(leaving({}, NOON_MS)).toBe('leave');
    expect(leaving({ voices: late }, 0)).toBe('hold');
  });

  test.each<[string, boolean, Different, Partial<ConsentIndex['circumstances']>]>([
    ['when everybody said yes', true, {}, {}],
    ['not while it is paused', false, {}, { pausedUntilMs: NOON_MS + 1 }],
    ['not while visitors are here', false, {}, { visitorsUntilMs: NOON_MS + 1 }],
    ['not while somebody has not answered', false, {}, { residents: TWO }],
    ['not outside the hours', false, { scope: { hours: { fromMinute: 0, toMinute: 1 } } }, {}],
  ])('is heard %s', (_, expected, grant, beside) => {
    const index = new ConsentIndex([granted(grant)], true, { residents: [{ person: 1 }], ...beside });
    expect(isHeard(index, granted(grant), NOW)).toBe(expected);
  });
});
