import { describe, expect, test } from 'vitest';
import { classify } from '../../../devices/change.ts';
import type { Reading } from '../../../devices/dialects/dialect.ts';
import { DIALECTS } from '../../../devices/dialects/dialects.ts';
import { LIMITS } from '../../../devices/limits.ts';
import { observe } from '../../../devices/observation.ts';
import { codeName, isPlausible, KINDS, vocabularyOf } from '../../../devices/vocabulary.ts';
import { CATEGORIES, PROPERTIES } from '../../../proto/lists.ts';

describe('vocabulary', () => {
  test('every property of the wire is one kind of the same name, and only those leave', () => {
    const leaving = KINDS.filter((kind) => vocabularyOf(kind).property !== undefined);
    expect([...leaving].sort()).toEqual(Object.keys(PROPERTIES).sort());
    for (const kind of leaving) expect(vocabularyOf(kind).property).toBe(kind);
  });

  test.each(KINDS)('%s has a known category, whole bounds and codes inside them', (kind) => {
    const { category, minimum, maximum, codes, unit } = vocabularyOf(kind);
    expect(Object.keys(CATEGORIES)).toContain(category);
    expect(Number.isSafeInteger(minimum) && Number.isSafeInteger(maximum) && minimum < maximum).toBe(true);
    if (codes !== undefined) expect(unit).toBe('');
    for (let code = minimum; codes !== undefined && code <= maximum; code += 1)
      expect(codeName(kind, code)).toBeDefined();
  });

  test('plausible is a whole number within bounds', () => {
    for (const [value, plausible] of [
      [0, true],
      [1, true],
      [2, true],
      [3, false],
      [-1, false],
      [0.5, false],
      [Number.NaN, false],
    ] as const) {
      expect(isPlausible('contact.state', value)).toBe(plausible);
    }
  });
});

describe('change', () => {
  test.each([
    ['contact.state', 1, undefined, false, 'snapshot'],
    ['contact.state', 1, 0, false, 'change'],
    ['contact.state', 1, 1, false, 'repeat'],
    ['contact.state', 1, 0, true, 'snapshot'],
    ['occupancy.state', 1, 1, false, 'repeat'],
    ['power.active', 5, 5, false, 'sample'],
    ['power.active', 5, undefined, false, 'sample'],
    ['power.active', 5, undefined, true, 'snapshot'],
    ['energy.import', 5, 4, false, 'sample'],
    ['battery.percent', 5, 5, false, 'repeat'],
  ] as const)('%s %i after %s, retained %s: %s', (kind, value, lastKnown, retained, origin) => {
    expect(classify(kind, value, lastKnown, retained)).toBe(origin);
  });
});

describe('observation', () => {
  const reading: Reading = { thing: 'Anna’s door', kind: 'contact.state', value: 1, quality: 'good' };
  const circumstances = { device: 7, atMs: 1_000, estimatedTime: false, origin: 'change' } as const;

  test('knows the device by the hub’s id and nothing of the vendor’s name', () => {
    const observation = observe(reading, circumstances);
    expect(observation).toEqual({
      ...{ device: 7, category: 'contact.doorWindow', property: 'contact.state', value: 1, atMs: 1_000 },
      ...{ estimatedTime: false, quality: 'good', origin: 'change' },
    });
    expect(Object.isFrozen(observation)).toBe(true);
  });

  test('takes the category of the device where it differs', () => {
    expect(observe({ ...reading, kind: 'power.active' }, { ...circumstances, category: 'power.total' }).category).toBe(
      'power.total',
    );
  });

  test('cannot be made of implausible or broken values, nor written by hand', () => {
    expect(() => observe({ ...reading, value: 9 }, circumstances)).toThrow(TypeError);
    expect(() => observe({ ...reading, value: 0.5 }, circumstances)).toThrow(TypeError);
    expect(() => observe(reading, { ...circumstances, atMs: Number.NaN })).toThrow(TypeError);
    // @ts-expect-error an object of the same shape is no Observation
    const forged: ReturnType<typeof observe> = {
      ...circumstances,
      category: 'lock.state',
      property: 'lock.state',
      value: 1,
      quality: 'good',
    };
    expect(forged).toBeDefined();
  });
});

describe('limits', () => {
  test('what one allows, the next does not refuse', () => {
    for (const dialect of Object.values(DIALECTS)) {
      for (const topic of ['bridge/devices', 'events', 'x/config'])
        expect(dialect.payloadBytes(`${dialect.base}/${topic}`, dialect.base)).toBeLessThan(LIMITS.packetBytes);
    }
    expect(LIMITS.payloadBytes).toBeLessThan(LIMITS.bridgeDevicesBytes);
    expect(LIMITS.topicLevels).toBeLessThanOrEqual(100);
    expect(LIMITS.reconnectMs).toBeLessThan(LIMITS.reconnectLongestMs);
    expect(LIMITS.bridgeDevicesBytes + LIMITS.topicBytes + 4).toBeLessThanOrEqual(LIMITS.packetBytes);
  });
});
