import { describe, expect, test } from 'vitest';
import type { Origin } from '../../../../devices/change.ts';
import { observe } from '../../../../devices/observation.ts';
import { ConsentIndex } from '../../../../gateway/consent/consent-index.ts';
import { decide, type Leaving, mayStillLeave } from '../../../../gateway/consent/decide.ts';
import type { LiveGrant, Moment, Place } from '../../../../gateway/consent/grant.ts';
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
  scope: {},
  fromMs: NOON_MS - DAY_MS,
  expiresMs: NOON_MS + DAY_MS,
};
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

function reason(
  grant: Partial<LiveGrant>,
  about: About = {},
  place: Partial<Place> = {},
  moment: Partial<Moment> = {},
) {
  const index = new ConsentIndex([{ ...GRANT, ...grant }]);
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
      { ...GRANT, agreement: 2, scope: { rooms: ['kitchen'] } },
      { ...GRANT, agreement: 3, scope: { devices: [4] } },
      { ...GRANT, agreement: 4, expiresMs: 0 },
    ]);
    const { permitted, refusal } = decide(seen(), index, HERE, NOW);
    expect(permitted.map(({ grant }) => grant.agreement)).toEqual([1, 3, 2]);
    expect(refusal).toBeUndefined();
  });

  test('checks the devices itself, whatever the index finds', () => {
    const index = new ConsentIndex([]);
    Object.assign(index, { candidates: () => [{ ...GRANT, scope: { devices: [5] } }] });
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
  const index = new ConsentIndex([{ ...GRANT, scope: { hours: { fromMinute: 700, toMinute: 800 } } }]);
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
