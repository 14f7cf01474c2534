import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KnownThing, Route } from '../../../../devices/dialects/dialect.ts';
import { readRoutes, readValue } from '../../../../devices/dialects/routes.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';

const route = (more: Partial<Route> = {}): Route => ({
  topic: 't',
  by: 'c',
  kind: 'power.active',
  factor: 1000,
  ...more,
});
const thing = (name: string, ...routes: Route[]): KnownThing => ({
  thing: name,
  claim: { kinds: [], categories: {}, traits: { routes } },
});
const door = route({ kind: 'contact.state', words: { ON: 1, OFF: 0 } });

describe('one value', () => {
  test.each([
    ['12.3', { value: 12_300 }],
    [12.3, { value: 12_300 }],
    [' -0.0 ', { value: 0 }],
    ['1e2', { value: 100_000 }],
    ['.5', { value: 500 }],
    ['nan', { drop: 'null' }],
    [null, { drop: 'null' }],
    ['unavailable', { drop: 'null' }],
    ['', { drop: 'null' }],
    ['0x10', { drop: 'malformed' }],
    ['1,5', { drop: 'malformed' }],
    ['Infinity', { drop: 'malformed' }],
    [true, { drop: 'malformed' }],
    [[1], { drop: 'malformed' }],
    [{}, { drop: 'malformed' }],
    ['1e9', { drop: 'outOfRange' }],
    [Number.POSITIVE_INFINITY, { drop: 'malformed' }],
  ])('%j', (said, found) => {
    expect(readValue(route(), said)).toEqual(found);
  });

  test.each([
    ['ON', { value: 1 }],
    [' OFF ', { value: 0 }],
    ['on', { drop: 'malformed' }],
    ['unknown', { drop: 'null' }],
    ['toString', { drop: 'malformed' }],
  ])('the word %j', (said, found) => {
    expect(readValue(door, said)).toEqual(found);
  });

  test('a JSON value counts as the word it is written as', () => {
    expect(readValue({ kind: 'occupancy.state', words: { true: 1, '0': 0 } }, true)).toEqual({ value: 1 });
    expect(readValue({ kind: 'occupancy.state', words: { true: 1, '0': 0 } }, 0)).toEqual({ value: 0 });
  });

  test('is always plausible', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double(), fc.integer()), fc.double(), (said, factor) => {
        const found = readValue(route({ factor }), said);
        expect('drop' in found || isPlausible('power.active', found.value)).toBe(true);
      }),
    );
  });
});

describe('a message on an announced topic', () => {
  test('is read for every thing that announced it, from its own place', () => {
    const payload = Buffer.from('{"contact":"ON","e":{"power":"4.2"},"pin":"1234"}');
    const things = [
      thing('door', { ...door, path: ['contact'] }, route({ topic: 'other' })),
      thing('plug', route({ path: ['e', 'power'] }), route({ path: ['e', 'energy'] })),
    ];
    expect(readRoutes('t', payload, things)).toEqual({
      readings: [
        { thing: 'door', kind: 'contact.state', value: 1, quality: 'good' },
        { thing: 'plug', kind: 'power.active', value: 4200, quality: 'good' },
      ],
      dropped: {},
    });
  });

  test('what is null or wrong is dropped and counted, what is not said is nothing', () => {
    const payload = Buffer.from('{"a":null,"b":"x","constructor2":1}');
    const things = [thing('x', ...['a', 'b', 'c', 'constructor'].map((name) => route({ path: [name] })))];
    expect(readRoutes('t', payload, things)).toEqual({ readings: [], dropped: { null: 1, malformed: 1 } });
  });

  test('a text that is no UTF-8 or no JSON says nothing that is kept', () => {
    expect(readRoutes('t', Buffer.from([0xff]), [thing('x', door)])).toEqual({
      readings: [],
      dropped: { malformed: 1 },
    });
    expect(readRoutes('t', Buffer.from('{'), [thing('x', { ...door, path: ['a'] })])).toEqual({
      readings: [],
      dropped: {},
    });
    expect(readRoutes('t', Buffer.from('ON'), [])).toEqual({ readings: [], dropped: {} });
  });

  test('never throws, whatever the bytes', () => {
    const things = [thing('x', door, route(), { ...door, path: ['a', 'b'] })];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => readRoutes('t', Buffer.from(bytes), things)).not.toThrow();
      }),
    );
  });
});
