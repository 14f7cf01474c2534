import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decoded, DialectResult } from '../../../../devices/dialects/dialect.ts';
import { DROP_REASONS, NOTHING_KNOWN, REFUSAL_REASONS } from '../../../../devices/dialects/dialect.ts';
import { decodeZigbee2mqtt } from '../../../../devices/dialects/zigbee2mqtt.ts';
import { PROPERTIES } from '../../../../devices/dialects/zigbee2mqtt-properties.ts';
import { LIMITS } from '../../../../devices/limits.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { VECTORS } from '../vectors/zigbee2mqtt.ts';

const BASE = 'zigbee2mqtt';

function read(topic: string, payload: string | Buffer): DialectResult {
  return decodeZigbee2mqtt({ topic, payload: Buffer.from(payload), retained: false, base: BASE }, NOTHING_KNOWN);
}

function written(result: Decoded): string[] {
  return result.readings.map(
    ({ thing, kind, value, quality }) => `${thing} ${kind} ${value}${quality === 'uncertain' ? '?' : ''}`,
  );
}

describe('messages', () => {
  test.each(VECTORS)('$says', ({ topic, payload, readings, dropped, refused, traits }) => {
    const message = { topic, payload: Buffer.from(payload), retained: false, base: BASE };
    const result = decodeZigbee2mqtt(message, {
      ...NOTHING_KNOWN,
      claim: (thing) => traits?.[thing] && { kinds: [], categories: {}, traits: traits[thing] },
    });
    if (refused !== undefined) return expect(result).toEqual({ refused });
    if ('refused' in result) return expect.unreachable(result.refused);
    expect(written(result).sort()).toEqual([...(readings ?? [])].sort());
    expect(result.dropped).toEqual(dropped ?? {});
  });

  test('the bridge says whether it is up', () => {
    expect(read('zigbee2mqtt/bridge/state', '{"state":"offline"}')).toMatchObject({ bridgeOnline: false });
    expect(read('zigbee2mqtt/bridge/state', 'online')).toMatchObject({ bridgeOnline: true });
    expect(read('zigbee2mqtt/bridge/state', 'x')).toMatchObject({ dropped: { malformed: 1 } });
  });

  test('a base topic with slashes, and a longer one beside it', () => {
    const at = (topic: string) =>
      decodeZigbee2mqtt(
        { topic, payload: Buffer.from('{"contact":true}'), retained: false, base: 'home/zigbee' },
        NOTHING_KNOWN,
      );
    expect(at('home/zigbee/a/b')).toMatchObject({ readings: [{ thing: 'a/b', kind: 'contact.state', value: 0 }] });
    expect(at('home/zigbee/bridge/info')).toEqual({ refused: 'ignored' });
    expect(at('home/zigbee2/a')).toEqual({ refused: 'foreignTopic' });
    expect(at('home/a')).toEqual({ refused: 'foreignTopic' });
  });

  test('the result does not depend on the order of keys', () => {
    const one = read('zigbee2mqtt/l', '{"state":"LOCK","lock_state":"unlocked"}');
    expect(read('zigbee2mqtt/l', '{"lock_state":"unlocked","state":"LOCK"}')).toEqual(one);
  });
});

describe('hostile payloads', () => {
  test('one megabyte is refused unread', () => {
    expect(read('zigbee2mqtt/d', Buffer.alloc(1_000_000, 0x7b))).toEqual({ refused: 'oversize' });
  });

  test('nesting is refused before it is parsed', () => {
    const deep = `{"contact":${'['.repeat(LIMITS.jsonDepth)}${']'.repeat(LIMITS.jsonDepth)}}`;
    expect(read('zigbee2mqtt/d', deep)).toEqual({ refused: 'tooDeep' });
    expect(read('zigbee2mqtt/bridge/devices', '['.repeat(1_000_000))).toEqual({ refused: 'tooDeep' });
  });

  test('brackets inside strings are text', () => {
    expect(read('zigbee2mqtt/d', `{"update":"${'['.repeat(100)}","contact":true}`)).toMatchObject({
      readings: [{ value: 0 }],
    });
  });

  test('bytes that are no text', () => {
    expect(read('zigbee2mqtt/d', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))).toEqual({ refused: 'notText' });
  });

  test('too many keys', () => {
    const many = JSON.stringify(
      Object.fromEntries(Array.from({ length: LIMITS.jsonKeys + 1 }, (_, at) => [`k${at}`, 1])),
    );
    expect(read('zigbee2mqtt/d', many)).toEqual({ refused: 'oversize' });
  });

  test('a name longer than any', () => {
    expect(read(`zigbee2mqtt/${'n'.repeat(300)}`, '{"contact":true}')).toEqual({ refused: 'oversize' });
    expect(read(`zigbee2mqtt/${'n'.repeat(300)}/availability`, 'online')).toEqual({ refused: 'oversize' });
  });
});

/** True when a result has only plausible readings of the thing that was named, and reasons of the closed lists. */
function isSound(result: DialectResult, thing: string): boolean {
  if ('refused' in result) return REFUSAL_REASONS.includes(result.refused);
  return (
    result.readings.every((each) => each.thing === thing && isPlausible(each.kind, each.value)) &&
    Object.keys(result.dropped).every((reason) => (DROP_REASONS as readonly string[]).includes(reason))
  );
}

describe('any payload', () => {
  const property = fc.oneof(fc.constantFrom(...PROPERTIES.keys()), fc.string(), fc.constant('__proto__'));
  const odd = fc.constantFrom<unknown>(
    'ON',
    'OFF',
    'LOCK',
    'locked',
    'online',
    -0,
    1e308,
    '12.4',
    [],
    {},
    null,
    true,
    0.1,
  );

  test('bytes never throw and never become a reading unless they are an object', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const result = read('zigbee2mqtt/d', Buffer.from(bytes));
        return isSound(result, 'd') && ('refused' in result || result.readings.length === 0 || bytes.includes(0x7b));
      }),
      { numRuns: 500 },
    );
  });

  test('objects never throw; what is read is plausible and was said under a known name', () => {
    fc.assert(
      fc.property(fc.dictionary(property, fc.oneof(odd, fc.jsonValue())), (message) => {
        const known = Object.keys(message).filter((key) => PROPERTIES.has(key)).length;
        const result = read('zigbee2mqtt/d', JSON.stringify(message));
        return isSound(result, 'd') && ('refused' in result || result.readings.length <= known);
      }),
      { numRuns: 1_000 },
    );
  });

  test('every property is either read or counted', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (message) => {
        const result = read('zigbee2mqtt/d', JSON.stringify(message));
        if ('refused' in result) return result.refused === 'oversize' || result.refused === 'tooDeep';
        const counted = Object.values(result.dropped).reduce((sum, count) => sum + count, 0);
        return counted + result.readings.length >= Object.keys(message).length;
      }),
      { numRuns: 500 },
    );
  });

  test('any topic and any list of devices', () => {
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), (topic, value) => {
        const bytes = Buffer.from(JSON.stringify(value));
        read(`zigbee2mqtt/${topic}`, bytes);
        const list = read(
          'zigbee2mqtt/bridge/devices',
          Buffer.from(JSON.stringify([value, { friendly_name: 'x', definition: value }])),
        );
        return 'refused' in list || list.readings.length === 0;
      }),
      { numRuns: 500 },
    );
  });
});
