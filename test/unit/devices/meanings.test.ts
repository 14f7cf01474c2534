import { describe, expect, test } from 'vitest';
import type { Reading } from '../../../devices/dialects/dialect.ts';
import {
  askedOf,
  changedKinds,
  isMeaning,
  MEANINGS,
  type Meaning,
  type MeaningName,
  meaningsOf,
  meant,
  meantCategory,
  meantKinds,
  needsMeaning,
} from '../../../devices/meanings.ts';
import { codeName, isPlausible, type Kind } from '../../../devices/vocabulary.ts';

const input = (is: MeaningName, inverted = false): Meaning => ({ of: 'input.state', is, inverted });
const contact = (inverted: boolean): Meaning => ({ of: 'contact.state', is: 'door', inverted });
const reading = (kind: Kind, value: number): Reading => ({ thing: 't', kind, value, quality: 'good' });
const words = (meaning: Meaning | undefined, kind: Kind, value: number) => {
  const read = meant(reading(kind, value), meaning);
  return `${read.kind} ${codeName(read.kind, read.value)}`;
};

describe('a reading as a resident means it', () => {
  test.each<[Meaning | undefined, Kind, string, string]>([
    [input('door'), 'input.state', 'contact.state closed', 'contact.state open'],
    [input('door', true), 'input.state', 'contact.state open', 'contact.state closed'],
    [input('window'), 'input.state', 'contact.state closed', 'contact.state open'],
    [input('motion'), 'input.state', 'occupancy.state clear', 'occupancy.state detected'],
    [input('animal', true), 'input.state', 'occupancy.state detected', 'occupancy.state clear'],
    [input('lock'), 'input.state', 'lock.state unlocked', 'lock.state locked'],
    [input('lock', true), 'input.state', 'lock.state locked', 'lock.state unlocked'],
    [input('switch'), 'input.state', 'switch.state off', 'switch.state on'],
    [contact(false), 'contact.state', 'contact.state closed', 'contact.state open'],
    [contact(true), 'contact.state', 'contact.state open', 'contact.state closed'],
    [undefined, 'input.state', 'input.state off', 'input.state on'],
    [contact(true), 'input.state', 'input.state off', 'input.state on'],
    [input('door', true), 'switch.state', 'switch.state off', 'switch.state on'],
  ])('%o: %s', (meaning, kind, off, on) => {
    expect([words(meaning, kind, 0), words(meaning, kind, 1)]).toEqual([off, on]);
  });

  test('ajar stays ajar, whichever way round', () => {
    expect([words(contact(true), 'contact.state', 2), words(contact(false), 'contact.state', 2)]).toEqual([
      'contact.state ajar',
      'contact.state ajar',
    ]);
  });

  test('every meaning of every input is plausible, and keeps name and quality', () => {
    for (const name of Object.keys(MEANINGS) as MeaningName[])
      for (const inverted of [false, true])
        for (const value of [0, 1]) {
          const read = meant({ ...reading('input.state', value), quality: 'uncertain' }, input(name, inverted));
          expect(isPlausible(read.kind, read.value)).toBe(true);
          expect(read).toMatchObject({ thing: 't', quality: 'uncertain' });
        }
  });
});

test('what can be said depends on what the device says: an input first, then a contact', () => {
  expect(askedOf(['contact.state', 'input.state'])).toBe('input.state');
  expect(askedOf(['battery.percent', 'contact.state'])).toBe('contact.state');
  expect(askedOf(['power.active'])).toBeUndefined();
  expect(meaningsOf('input.state')).toEqual(['door', 'window', 'motion', 'animal', 'lock', 'switch']);
  expect(meaningsOf('contact.state')).toEqual(['door', 'window']);
  expect([isMeaning('door'), isMeaning('toString'), isMeaning('')]).toEqual([true, false, false]);
});

test('a device with an input needs a word about that input', () => {
  expect(needsMeaning(['input.state'], undefined)).toBe(true);
  expect(needsMeaning(['input.state', 'contact.state'], contact(true))).toBe(true);
  expect(needsMeaning(['input.state'], input('lock'))).toBe(false);
  expect(needsMeaning(['contact.state'], undefined)).toBe(false);
});

test('its kinds and its category are those that are meant', () => {
  expect(meantKinds(['input.state', 'device.online'], input('lock'))).toEqual(['lock.state', 'device.online']);
  expect(meantKinds(['contact.state', 'input.state'], input('door'))).toEqual(['contact.state']);
  expect(meantKinds(['input.state'], undefined)).toEqual(['input.state']);
  expect(meantCategory('occupancy.state', input('animal'))).toBe('presence.animal');
  expect(meantCategory('occupancy.state', input('motion'))).toBeUndefined();
  expect(meantCategory('device.online', input('animal'))).toBeUndefined();
  expect(meantCategory('contact.state', undefined)).toBeUndefined();
});

test.each<[Meaning | undefined, Meaning | undefined, Kind[]]>([
  [undefined, undefined, []],
  [undefined, input('door'), ['input.state', 'contact.state']],
  [input('door'), input('window'), []],
  [input('door'), input('door', true), ['contact.state']],
  [input('door'), input('lock'), ['contact.state', 'lock.state']],
  [input('motion'), input('animal'), ['occupancy.state']],
])('from %o to %o these kinds read otherwise: %s', (before, after, kinds) => {
  expect(changedKinds(['input.state', 'device.online'], before, after)).toEqual(kinds);
});

test('a contact that is said to be as it says is as before; turned round it is not', () => {
  expect(changedKinds(['contact.state'], undefined, contact(false))).toEqual([]);
  expect(changedKinds(['contact.state'], undefined, contact(true))).toEqual(['contact.state']);
});
