import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOTHING_KNOWN } from '../../../../devices/dialects/dialect.ts';
import {
  decodeHomeassistant,
  homeassistantPayloadBytes,
  homeassistantTopics,
} from '../../../../devices/dialects/homeassistant.ts';
import { homeassistantSettings } from '../../../../devices/dialects/homeassistant-settings.ts';
import { LIMITS } from '../../../../devices/limits.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { config, Home } from './homeassistant-kit.ts';

describe('refused', () => {
  test.each([
    ['other/x', 'ON', 'foreignTopic'],
    ['homer/x', 'ON', 'foreignTopic'],
    ['home/x', 'ON', 'ignored'],
    ['homeassistant/status', 'online', 'ignored'],
    ['homeassistant/a/b/c/d/config', '{}', 'ignored'],
    ['home/lock/set', '{"LOCK":"1234"}', 'command'],
    ['home/lock/command', 'LOCK', 'command'],
    [config('lock'), 'not json', 'notJson'],
    [config('lock'), '[]', 'notObject'],
    [config('lock'), '{"stat_t":"a","stat_t":"b"}', 'duplicateKey'],
    [config('lock'), ' '.repeat(256 * 1024 + 1), 'oversize'],
    [config('lock'), Object.fromEntries(Array.from({ length: LIMITS.jsonKeys + 1 }, (_, n) => [n, n])), 'oversize'],
    [
      config('device'),
      { dev: { ids: 'a' }, cmps: Object.fromEntries(Array.from({ length: 501 }, (_, n) => [n, { name: 'x' }])) },
      'oversize',
    ],
  ])('%s', (topic, payload, refused) => {
    expect(new Home().hear(topic, payload)).toEqual([refused]);
  });

  test('a value that is empty or too long', () => {
    const home = new Home();
    home.say(config('lock'), { stat_t: 's' });
    expect(home.hear('s', '')).toEqual(['empty']);
    expect(home.hear('s', ' '.repeat(LIMITS.payloadBytes + 1))).toEqual(['oversize']);
    expect(home.hear(config('device'), { cmps: {} })).toEqual(['-malformed 1']);
  });
});

describe.each(['homeassistant-discovery', 'esphome'])('%s.jsonl', (file) => {
  const home = new Home();
  const lines = readFileSync(`test/fixtures/dialects/${file}.jsonl`, 'utf8').trim().split('\n');
  test.each(lines.map((line) => JSON.parse(line)))('$topic: $meaning', ({ base, topic, payload, expect: expected }) => {
    const result = home.say(topic, payload, base ?? 'home');
    if ('refused' in result) return expect(result).toEqual(expected);
    const readings = result.readings.map(({ thing, kind, value }) => `${thing} ${kind} ${value}`);
    expect({ ...result, readings }).toMatchObject(expected);
    if (expected.things !== undefined) expect(result.things).toEqual(expected.things);
    expect(result.dropped).toEqual(expected.dropped ?? {});
  });
});

test('secrets of an announcement or a value are in no result', () => {
  const home = new Home();
  const secret = 'CANARY-4711';
  const entity = {
    stat_t: 's',
    dev_cla: 'door',
    val_tpl: '{{ value_json.door }}',
    json_attr_t: secret,
    cmd_t: secret,
    cmd_tpl: secret,
    code: secret,
    dev: { ids: 'hw', name: 'Door', sn: secret, cu: secret, cns: [['mac', secret]], sa: secret },
    o: { name: secret, url: secret },
  };
  const said = [
    home.say(config('binary_sensor'), entity),
    home.say('s', { door: 'ON', last_pin: secret, ssid: secret }),
    home.say('home/x/set', { LOCK: secret }),
  ];
  expect(JSON.stringify(said)).not.toContain(secret);
  expect(JSON.stringify(said)).toContain('contact.state');
});

describe('whatever the bytes', () => {
  const words = fc.constantFrom(
    'homeassistant',
    'device',
    'sensor',
    'lock',
    'a',
    'config',
    '',
    'set',
    's',
    '__proto__',
  );
  const key = fc.constantFrom(
    '~',
    'dev',
    'cmps',
    'stat_t',
    'avty',
    'avty_t',
    'dev_cla',
    'val_tpl',
    'unit_of_meas',
    'p',
    'ids',
    '__proto__',
  );
  const value = fc.oneof(
    fc.constantFrom('~/s', 's', 'door', 'lock', 'battery', '%', '{{ value }}', 'sensor'),
    fc.jsonValue(),
  );
  const object = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value)))));
  const payload = fc.oneof(
    fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
    object.map((each) => Buffer.from(JSON.stringify(each))),
  );
  const topic = fc.oneof(
    fc.array(words, { maxLength: 5 }).map((each) => each.join('/')),
    fc.constantFrom(config('lock'), config('device'), 's'),
  );

  test('nothing throws and every reading is plausible', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(topic, payload), { maxLength: 8 }), (messages) => {
        const home = new Home();
        home.say(config('sensor', 'p'), {
          dev_cla: 'power',
          unit_of_meas: 'W',
          stat_t: 's',
          val_tpl: '{{ value_json.p }}',
        });
        for (const [at, bytes] of messages) {
          const result = home.say(at, bytes);
          if ('refused' in result) continue;
          for (const { kind, value, thing } of result.readings) {
            expect(isPlausible(kind, value)).toBe(true);
            expect(thing.length).toBeLessThanOrEqual(LIMITS.thingNameCharacters);
          }
        }
      }),
    );
  });
});

test('topics, sizes and settings', () => {
  expect(homeassistantTopics('home')).toEqual(['homeassistant/#', 'home/#']);
  expect(homeassistantPayloadBytes(config('lock'), 'home')).toBe(256 * 1024);
  expect(homeassistantPayloadBytes('home/x', 'home')).toBe(LIMITS.payloadBytes);
  const text = homeassistantSettings({ server: 'mqtt://10.0.0.2:1884', user: 'esp 1', password: 'p"', base: 'home' });
  for (const part of [
    '"10.0.0.2"',
    'port: 1884',
    '"esp 1"',
    '"p\\""',
    '"home/esp-1"',
    'discovery_prefix: homeassistant',
  ])
    expect(text).toContain(part);
  expect(
    decodeHomeassistant({ topic: 's', payload: Buffer.from('1'), retained: false, base: 'home' }, NOTHING_KNOWN),
  ).toEqual({
    refused: 'foreignTopic',
  });
});
