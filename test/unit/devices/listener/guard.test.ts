import fc from 'fast-check';
import { generate } from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../../devices/limits.ts';
import { Attempts } from '../../../../devices/listener/attempts.ts';
import { isOwnFilter, refusalOf } from '../../../../devices/listener/permission.ts';
import { TopicGuard } from '../../../../devices/listener/topic-guard.ts';
import { anyOf } from '../../../../devices/topic-filter.ts';

/** Passes bytes in pieces of the given sizes, the rest in one; returns what came out or why it ended. */
function pass(bytes: Buffer, sizes: readonly number[]): Buffer | string {
  const guard = new TopicGuard(LIMITS);
  const out: Buffer[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const chunk = Buffer.from(bytes.subarray(at, at + size));
    at += size;
    const reason = guard.pass(chunk);
    if (reason !== undefined) return reason;
    out.push(chunk);
  }
  return Buffer.concat(out);
}

describe('topic guard', () => {
  const packets = Buffer.concat([
    generate({ cmd: 'connect', clientId: 'a+b#c', keepalive: 1, clean: true, protocolId: 'MQTT', protocolVersion: 4 }),
    generate({
      cmd: 'publish',
      topic: 'a/+x/é',
      payload: 'p+#/',
      qos: 1,
      messageId: 0x2b23,
      dup: false,
      retain: false,
    }),
    generate({ cmd: 'subscribe', messageId: 2, subscriptions: [{ topic: 'a/+/#', qos: 1 }] }),
    generate({ cmd: 'publish', topic: 'b', payload: Buffer.alloc(300, 0x2b), qos: 0, dup: false, retain: false }),
  ]);

  test('marks wildcards in published topics and touches nothing else, however the bytes are cut', () => {
    const expected = Buffer.from(packets);
    expected[expected.indexOf('a/+x') + 2] = 1;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 30 }), (sizes) => {
        expect(pass(packets, sizes)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  test.each(['\u0000', '\u0007', '\u001b', '\u007f'])(
    'marks the control character %j, which a terminal could obey',
    (character) => {
      const cut = { qos: 0, dup: false, retain: false } as const;
      const packet = (topic: string) => generate({ cmd: 'publish', topic, payload: 'x', ...cut });
      const begun = [packet('a')];
      const out = pass(
        Buffer.concat(
          [...begun, packet('aYb')].map((each, at) => {
            if (at === 1) each[each.indexOf('Y')] = character.charCodeAt(0);
            return each;
          }),
        ),
        [],
      );
      expect(out).toEqual(Buffer.concat([...begun, packet('a\u0001b')]));
    },
  );

  test('any bytes end in bytes of the same length or in a reason', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(9)), (bytes, sizes) => {
        const out = pass(Buffer.from(bytes), sizes);
        return typeof out === 'string'
          ? ['oversizePacket', 'protocolError', 'tlsHandshake'].includes(out)
          : out.length === bytes.length;
      }),
      { numRuns: 500 },
    );
  });
});

describe('permission', () => {
  test.each([
    ['z/door', 10, undefined],
    ['z/door', LIMITS.payloadBytes, undefined],
    ['z/door', LIMITS.payloadBytes + 1, 'oversizePayload'],
    ['z/bridge/devices', LIMITS.bridgeDevicesBytes, undefined],
    ['z/bridge/definitions', LIMITS.bridgeDevicesBytes, undefined],
    ['z', 1, 'foreignTopic'],
    ['zz/door', 1, 'foreignTopic'],
    ['$SYS/x', 1, 'systemTopic'],
    ['z/\u0001/x', 1, 'wildcardTopic'],
    ['z/#', 1, 'wildcardTopic'],
    ['z/+/x', 1, 'wildcardTopic'],
    [`z${'/a'.repeat(40)}`, 1, 'deepTopic'],
    ['z/\u0002', 1, 'deepTopic'],
  ] as const)('%j with %i bytes: %s', (topic, bytes, reason) => {
    expect(refusalOf(topic, bytes, { dialect: 'zigbee2mqtt', base: 'z', isOwnTopic: anyOf(['z/#']) })).toBe(reason);
  });

  test.each([
    ['z/#', true],
    ['z', true],
    ['z/a/set', true],
    ['#', false],
    ['+/a', false],
    ['zz/#', false],
  ])('filter %s: %s', (filter, own) => {
    expect(isOwnFilter(filter, 'z')).toBe(own);
  });
});

describe('wrong passwords', () => {
  const limits = { freeAttempts: 2, attemptDelayMs: 500, attemptMemoryMs: 1_000, attemptAddresses: 3 };

  test('are free at first, then slower up to the limit, then forgotten', () => {
    const attempts = new Attempts(limits);
    const delays = [0, 1, 2, 3, 4, 5, 6].map((at) => attempts.failed('a', at));
    expect(delays).toEqual([0, 0, 100, 200, 400, 500, 500]);
    expect(attempts.failed('b', 6)).toBe(0);
    expect(attempts.failed('a', 2_000)).toBe(0);
  });

  test('a right one clears the address', () => {
    const attempts = new Attempts(limits);
    for (let at = 0; at < 5; at += 1) attempts.failed('a', at);
    attempts.succeeded('a');
    expect(attempts.failed('a', 5)).toBe(0);
  });

  test('memory is bounded', () => {
    const attempts = new Attempts(limits);
    for (let at = 0; at < 100; at += 1) attempts.failed(`address ${at}`, at);
    expect(attempts.size).toBe(3);
  });
});
