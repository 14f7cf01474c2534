import { describe, expect, test } from 'vitest';
import { type DialectResult, NOTHING_KNOWN } from '../../../../devices/dialects/dialect.ts';
import { decodePlain, plainSettings } from '../../../../devices/dialects/plain.ts';
import { LIMITS } from '../../../../devices/limits.ts';
import type { Kind } from '../../../../devices/vocabulary.ts';

const read = (topic: string, payload: string): DialectResult =>
  decodePlain({ topic, payload: Buffer.from(payload), retained: false, base: 'home' }, NOTHING_KNOWN);

describe('messages', () => {
  test.each([
    ['home/door/contact', 'open', 'door contact.state 1'],
    ['home/door/contact', 'closed', 'door contact.state 0'],
    ['home/window/contact', 'ajar', 'window contact.state 2'],
    ['home/upstairs/hall/occupancy', 'on', 'upstairs/hall occupancy.state 1'],
    ['home/door/lock', 'locked', 'door lock.state 1'],
    ['home/door/lock', 'unlocked', 'door lock.state 2'],
    ['home/lamp/switch', 'off', 'lamp switch.state 0'],
    ['home/plug/power', '12.3456', 'plug power.active 12346'],
    ['home/plug/energy', '1.5', 'plug energy.import 1500000'],
    ['home/plug/voltage', '100.1', 'plug voltage 100100'],
    ['home/plug/current', '-0.5', 'plug current -500'],
    ['home/door/battery', ' 80 ', 'door battery.percent 80'],
    ['home/door/tamper', 'on', 'door tamper.state 1'],
    ['home/door/status', 'offline', 'door device.online 0'],
  ])('%s %s', (topic, payload, expected) => {
    const result = read(topic, payload);
    if ('refused' in result) return expect.unreachable(result.refused);
    expect(result.readings.map(({ thing, kind, value }) => `${thing} ${kind} ${value}`)).toEqual([expected]);
    expect(result.dropped).toEqual({});
  });

  test.each([
    ['home/door/contact', 'tilted', { malformed: 1 }],
    ['home/door/contact', 'unknown', { null: 1 }],
    ['home/plug/power', 'nan', { null: 1 }],
    ['home/plug/battery', '101', { outOfRange: 1 }],
    ['home/door/pin', '1234', { secret: 1 }],
    ['home/door/mood', 'good', { unknownProperty: 1 }],
    ['home/door/constructor', 'x', { unknownProperty: 1 }],
  ])('%s %s is dropped and counted', (topic, payload, dropped) => {
    expect(read(topic, payload)).toEqual({ readings: [], dropped });
  });

  test.each([
    ['other/door/contact', 'open', 'foreignTopic'],
    ['homer/door/contact', 'open', 'foreignTopic'],
    ['home/contact', 'open', 'ignored'],
    ['home/door/contact', '', 'empty'],
    ['home/lock/set', '1234', 'command'],
    ['home/door/contact', 'x'.repeat(LIMITS.labelCharacters + 1), 'oversize'],
    [`home/${'x'.repeat(LIMITS.thingNameCharacters + 1)}/contact`, 'open', 'oversize'],
  ])('%s is refused', (topic, payload, refused) => {
    expect(read(topic, payload)).toEqual({ refused });
  });
});

test('a thing is what it has said so far, described anew only when it says something else', () => {
  const say = (property: string, payload: string, kinds?: readonly Kind[]) =>
    decodePlain(
      { topic: `home/door/${property}`, payload: Buffer.from(payload), retained: false, base: 'home' },
      { ...NOTHING_KNOWN, claim: () => kinds && { kinds, categories: {}, traits: {} } },
    );
  const claim = { thing: 'door', categories: {}, traits: {} };
  expect(say('contact', 'open')).toMatchObject({ things: [{ ...claim, kinds: ['contact.state'] }] });
  expect(say('battery', '9', ['contact.state'])).toMatchObject({
    things: [{ ...claim, kinds: ['contact.state', 'battery.percent'] }],
  });
  expect(say('contact', 'open', ['contact.state'])).not.toHaveProperty('things');
});

test('the settings name server, account and topics', () => {
  const text = plainSettings({ server: 'mqtt://10.0.0.2:1883', user: 'esp', password: 'p', base: 'home' });
  for (const part of ['mqtt://10.0.0.2:1883', 'esp', 'home/front-door/contact', 'occupancy (off, on)'])
    expect(text).toContain(part);
});
