import { describe, expect, test } from 'vitest';
import { type Observation, observe } from '../../../../devices/observation.ts';
import { ConsentIndex } from '../../../../gateway/consent/consent-index.ts';
import { decide } from '../../../../gateway/consent/decide.ts';
import type { LiveGrant } from '../../../../gateway/consent/grant.ts';
import type { Permitted } from '../../../../gateway/consent/permitted.ts';
import { minimize } from '../../../../gateway/minimize/minimize.ts';
import type { Minimized } from '../../../../gateway/minimize/minimized.ts';
import { Outbox } from '../../../../gateway/outbox/outbox.ts';
import { HomeKeys } from '../../../../gateway/pseudonymize/home-keys.ts';
import { pseudonymize } from '../../../../gateway/pseudonymize/pseudonymize.ts';
import { Release } from '../../../../gateway/pseudonymize/release.ts';
import type { Store } from '../../../../gateway/store/store.ts';
import { NOON_MS } from '../../../kit/inner-home.ts';

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
  fromMs: 0,
  expiresMs: NOON_MS + 1000,
};
const keys = new HomeKeys(Buffer.alloc(32, 1), Buffer.alloc(32, 2));
const observation = observe(
  { thing: 't', kind: 'power.active', value: 5000, quality: 'good' },
  { device: 1, atMs: NOON_MS, estimatedTime: false, origin: 'sample' },
);
const moment = { nowMs: NOON_MS, minuteOfDay: 0, trusted: true, laterByMs: 0 };
const place = { approved: true, room: undefined };

function genuine() {
  const [permitted] = decide(observation, new ConsentIndex([GRANT]), place, moment).permitted;
  if (!permitted) throw new Error('not permitted');
  const [minimized] = minimize(permitted, undefined, () => 0).ready;
  if (!minimized) throw new Error('not minimized');
  return { permitted, minimized, release: pseudonymize(minimized, 1, keys) };
}

function outbox(): Promise<Outbox> {
  const empty = { get: () => ({ count: 0 }), all: () => [], settle: () => Promise.resolve() };
  const store = { ...empty, onSettled: () => () => undefined } as unknown as Store;
  return Outbox.open({ store, operator: 1, randomBytes: (count) => Buffer.alloc(count, 1) });
}

describe('wall 1, types: what looks alike does not compile into the next stage', () => {
  test('an Observation is made by observe alone', () => {
    const lookAlike = { ...observation } as Omit<Observation, never>;
    const fields = {
      device: 1,
      category: 'power.appliance',
      property: 'power.active',
      value: 5000,
      atMs: NOON_MS,
      estimatedTime: false,
      quality: 'good',
      origin: 'sample',
    } as const;
    // @ts-expect-error fields alone are no Observation
    const made: Observation = fields;
    expect([lookAlike.value, made.value]).toEqual([5000, 5000]);
    expect(Object.isFrozen(observation)).toBe(true);
  });

  test('minimize takes what decide permitted, not an observation beside a grant', () => {
    const beside = { observation, grant: GRANT };
    // @ts-expect-error nobody decided
    const permitted: Permitted = beside;
    // @ts-expect-error nobody decided
    const step = minimize(beside, undefined, () => 0);
    expect([permitted.grant, step.ready.length]).toEqual([GRANT, 1]);
    // @ts-expect-error an observation is not permitted
    expect(() => minimize(observation, undefined, () => 0)).toThrow();
  });

  test('pseudonymize takes what minimize made, not a permitted observation nor fields like it', async () => {
    const { permitted, minimized } = genuine();
    // @ts-expect-error not minimized
    const unfit = pseudonymize(permitted, 1, keys);
    const box = await outbox();
    expect(() => box.enqueue(unfit, NOON_MS)).toThrow();
    const { grant, category, property, quantity, subject, timeS, windowS, value, observedPermille, estimatedTime } =
      minimized;
    // @ts-expect-error fields alone are not Minimized
    const made: Minimized = {
      grant,
      category,
      property,
      quantity,
      subject,
      timeS,
      windowS,
      value,
      observedPermille,
      estimatedTime,
    };
    expect(made.value).toBe(minimized.value);
  });

  test('the outbox takes a Release and nothing before it', async () => {
    const { permitted, minimized, release } = genuine();
    const box = await outbox();
    // @ts-expect-error an observation never leaves
    expect(() => box.enqueue(observation, NOON_MS)).toThrow(TypeError);
    // @ts-expect-error permitted is not minimized
    expect(() => box.enqueue(permitted, NOON_MS)).toThrow(TypeError);
    // @ts-expect-error minimized still has its subject
    expect(() => box.enqueue(minimized, NOON_MS)).toThrow(TypeError);
    // @ts-expect-error the fields of a release are no release
    expect(() => box.enqueue(release.fields(), NOON_MS)).toThrow(TypeError);
    // @ts-expect-error nor is something with its one method
    expect(() => box.enqueue({ fields: () => release.fields() }, NOON_MS)).toThrow(TypeError);
    expect(box.enqueue(release, NOON_MS).at(-1)?.[0]).toBe('journal.add');
  });

  test('a Release cannot be constructed', () => {
    // @ts-expect-error the constructor is private
    expect(() => new Release(Symbol('Release.of'), {})).toThrow(TypeError);
  });
});

describe('wall 2, run time: what looks alike throws', () => {
  const { release } = genuine();
  const AnyRelease = Release as unknown as new (...args: unknown[]) => Release;
  const unknownThings: [string, () => unknown][] = [
    ['nothing', () => undefined],
    ['null', () => null],
    ['a text', () => 'release'],
    ['an object of its prototype', () => Object.create(Release.prototype)],
    ['an object that inherits from a release', () => Object.create(release)],
    ['a copy of its properties', () => Object.assign(Object.create(Release.prototype), release)],
    ['a spread', () => ({ ...release })],
    ['a structured clone', () => structuredClone(release)],
    ['JSON and back', () => JSON.parse(JSON.stringify(release))],
    ['a proxy', () => new Proxy(release, {})],
    ['a changed prototype', () => Object.setPrototypeOf({ fields: () => release.fields() }, Release.prototype)],
    ['Reflect.construct without the door', () => Reflect.construct(AnyRelease, [Symbol('Release.of'), {}])],
    ['Reflect.construct of another class', () => Reflect.construct(Object, [release], AnyRelease)],
    [
      'a subclass',
      () =>
        new (class extends AnyRelease {
          override fields() {
            return super.fields();
          }
        })(Symbol('Release.of'), release.fields()),
    ],
  ];

  test.each(unknownThings)('%s', async (_, make) => {
    const box = await outbox();
    expect(() => box.enqueue(make() as Release, NOON_MS)).toThrow(TypeError);
    expect(box.sequence).toBe(0);
  });

  test('the door is not found on the class', () => {
    const found = [...Object.getOwnPropertySymbols(Release), ...Object.getOwnPropertyNames(Release)];
    expect(found.map(String).sort()).toEqual(['isGenuine', 'length', 'name', 'of', 'prototype']);
    expect(Object.getOwnPropertyNames(release)).toEqual([]);
  });

  test('what a release says cannot be changed', () => {
    const fields = release.fields() as { value: number };
    expect(() => {
      fields.value = 1;
    }).toThrow(TypeError);
    expect(release.fields().value).toBe(5);
  });

  test('and its method cannot be replaced, on it or on its class', async () => {
    const { release: own } = genuine();
    const lie = () => ({ ...release.fields(), value: 666 });
    expect(() => Object.defineProperty(own, 'fields', { value: lie })).toThrow(TypeError);
    expect(() => Object.defineProperty(Release.prototype, 'fields', { value: lie })).toThrow(TypeError);
    expect(JSON.stringify((await outbox()).enqueue(own, NOON_MS))).not.toContain('666');
  });
});

describe('names', () => {
  test('are made for the agreement, the key epoch of the record’s own time, and the subject', () => {
    const { minimized } = genuine();
    const epoch = Math.floor(NOON_MS / (30 * 86_400_000));
    expect(pseudonymize(minimized, 4, keys).fields()).toMatchObject({
      writeKey: keys.writeKey(4, epoch, 0),
      epoch,
      subject: 0,
      agreement: 1,
    });
  });

  test('are cached without changing, however many there are', () => {
    const first = keys.writeKey(1, 2, 3);
    expect(keys.writeKey(1, 2, 3)).toBe(first);
    for (let subject = 0; subject < 4200; subject += 1) keys.writeKey(9, 9, subject);
    expect(keys.writeKey(1, 2, 3)).toBe(first);
  });

  test('need a secret and an operator of 32 bytes', () => {
    expect(() => new HomeKeys(Buffer.alloc(31), Buffer.alloc(32))).toThrow(TypeError);
    expect(() => new HomeKeys(Buffer.alloc(32), Buffer.alloc(33))).toThrow(TypeError);
  });

  test('and nothing of the secret shows on the object that holds it', () => {
    const secret = Buffer.from('this is a secret of 32 bytes!!!!');
    const held = new HomeKeys(secret, Buffer.alloc(32));
    expect(JSON.stringify(held)).not.toContain('secret');
    expect(Object.getOwnPropertyNames(held)).toEqual(['hub']);
  });
});
