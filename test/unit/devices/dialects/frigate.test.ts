import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrigate, frigatePayloadBytes, frigateTopics } from '../../../../devices/dialects/frigate.ts';
import { frigateSettings } from '../../../../devices/dialects/frigate-settings.ts';
import { LIMITS } from '../../../../devices/limits.ts';
import { anyOf } from '../../../../devices/topic-filter.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { Memory, written } from '../vectors/memory.ts';

const fresh = () => new Memory(decodeFrigate, 'frigate');
const PICTURE = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);

describe('counts', () => {
  test.each([
    ['porch/person', '2', 1, 2],
    ['porch/person', '0', 0, 0],
    ['kitchen_counter/cat', '0', 0, 0],
    ['yard/dog', ' 1 ', 1, 1],
  ])('%s %s', (thing, payload, occupied, count) => {
    expect(written(fresh().hear(`frigate/${thing}`, payload))).toEqual([
      `${thing} occupancy.state ${occupied}`,
      `${thing} presence.count ${count}`,
    ]);
  });

  test.each([
    ['-1', { outOfRange: 1 }],
    ['1001', { outOfRange: 1 }],
    ['0.4', { malformed: 1 }],
    ['ON', { malformed: 1 }],
    ['None', { null: 1 }],
  ])('%s is no count', (payload, dropped) => {
    expect(fresh().hear('frigate/porch/person', payload)).toEqual({ readings: [], dropped });
  });

  test.each([
    ['person', {}],
    ...['dog', 'cat', 'bird', 'horse', 'sheep', 'cow', 'bear'].map((label): [string, object] => [
      label,
      { 'occupancy.state': 'presence.animal', 'presence.count': 'presence.animal' },
    ]),
  ])('a %s is a thing of its own, described once', (label, categories) => {
    const home = fresh();
    expect(home.hear(`frigate/yard/${label}`, '1')).toMatchObject({ things: [{ thing: `yard/${label}`, categories }] });
    expect(home.known.claim(`yard/${label}`)?.categories).toEqual(categories);
    expect(home.hear(`frigate/yard/${label}`, '0')).not.toHaveProperty('things');
  });
});

test.each([
  ['frigate/yard/car', '1', 'ignored'],
  ['frigate/yard/person/active', '1', 'ignored'],
  ['frigate/yard/person/snapshot', PICTURE, 'ignored'],
  ['frigate/yard/all', '1', 'ignored'],
  ['frigate//person', '1', 'ignored'],
  ['frigate/events', '{"after":{"sub_label":"Aoi"}}', 'ignored'],
  ['frigate/reviews', '{}', 'ignored'],
  ['frigate/yard/detect/set', 'ON', 'command'],
  ['frigate/restart', '', 'command'],
  ['frigates/yard/person', '1', 'foreignTopic'],
  ['frigate/yard/person', '', 'empty'],
  ['frigate/yard/person', '1'.repeat(LIMITS.labelCharacters + 1), 'oversize'],
  [`frigate/${'x'.repeat(LIMITS.thingNameCharacters)}/person`, '1', 'oversize'],
])('%s is refused', (topic, payload, refused) => {
  expect(fresh().hear(topic, payload)).toEqual({ refused });
});

test('whether Frigate is up', () => {
  expect(fresh().hear('frigate/available', 'online', true)).toEqual({ readings: [], dropped: {}, bridgeOnline: true });
  expect(fresh().hear('frigate/available', 'offline')).toEqual({ readings: [], dropped: {}, bridgeOnline: false });
  expect(fresh().hear('frigate/available', 'maybe')).toEqual({ readings: [], dropped: { malformed: 1 } });
});

test('pictures and events are not subscribed to', () => {
  const isSubscribed = anyOf(frigateTopics('frigate'));
  for (const name of ['available', 'yard/person', 'yard/bear']) expect(isSubscribed(`frigate/${name}`)).toBe(true);
  for (const name of ['events', 'reviews', 'yard/person/snapshot', 'yard/car', 'yard/person/active'])
    expect(isSubscribed(`frigate/${name}`)).toBe(false);
  expect(frigatePayloadBytes('frigate/yard/person/snapshot', 'frigate')).toBeLessThan(1_000);
});

test('whatever the bytes it never throws and reads only what is plausible', () => {
  const topic = fc.constantFrom('available', 'yard/person', 'yard/cat', 'events', 'yard/dog/snapshot');
  fc.assert(
    fc.property(topic, fc.oneof(fc.uint8Array(), fc.double().map(String), fc.string()), (name, said) => {
      const result = fresh().hear(`frigate/${name}`, Buffer.from(said));
      if ('refused' in result) return;
      for (const { kind, value } of result.readings) expect(isPlausible(kind, value)).toBe(true);
    }),
  );
});

test('the settings name server, account and base', () => {
  const text = frigateSettings({ server: 'mqtt://10.0.0.2:1884', user: 'nvr', password: 'p"w', base: 'frigate' });
  for (const part of ['host: "10.0.0.2"', 'port: 1884', 'user: "nvr"', 'password: "p\\"w"', 'qos: 1'])
    expect(text).toContain(part);
});
