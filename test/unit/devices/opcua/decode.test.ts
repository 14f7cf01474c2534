import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type DialectResult,
  type Known,
  type KnownThing,
  NOTHING_KNOWN,
  type ThingClaim,
} from '../../../../devices/dialects/dialect.ts';
import { decodeOpcua, MAPPING_TOPIC, valuePayload } from '../../../../devices/opcua/decode.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';

const POINTS = [
  { nodeId: 'i=1', thing: 'heating', kind: 'power.active', factor: 1000 },
  { nodeId: 'i=2', thing: 'heating', kind: 'energy.import', factor: 1000 },
  { nodeId: 'i=3', thing: 'door', kind: 'contact.state', words: { true: 1, false: 0 } },
];
const GOOD = 0;
const UNCERTAIN = 0x40_90_00_00;
const BAD_SENSOR_FAILURE = 0x80_8c_00_00;

const decode = (topic: string, payload: Buffer, known: Known = NOTHING_KNOWN): DialectResult =>
  decodeOpcua({ topic, payload, retained: false, base: '' }, known);
const map = (points: readonly object[], known?: Known): readonly ThingClaim[] => {
  const result = decode(MAPPING_TOPIC, Buffer.from(JSON.stringify({ points })), known);
  return 'things' in result ? (result.things ?? []) : [];
};
/** What the device table knows after these announcements. */
const knowing = (claims: readonly ThingClaim[]): Known => {
  const things = claims.map(({ thing, ...claim }): KnownThing => ({ thing, claim }));
  const at = (topic: string): KnownThing[] =>
    things.filter(({ claim }) => claim.traits.routes?.some((route) => route.topic === topic || route.by === topic));
  return { ...NOTHING_KNOWN, at };
};
const known = knowing(map(POINTS));

describe('the mapping file', () => {
  test('announces its things, with a route for each node', () => {
    expect(map(POINTS)).toMatchObject([
      {
        thing: 'heating',
        kinds: ['power.active', 'energy.import'],
        traits: {
          routes: [
            { topic: 'i=1', by: MAPPING_TOPIC, path: ['value'], factor: 1000 },
            { topic: 'i=2', by: MAPPING_TOPIC, path: ['value'] },
          ],
        },
      },
      { thing: 'door', kinds: ['contact.state'], traits: { routes: [{ topic: 'i=3', words: { true: 1, false: 0 } }] } },
    ]);
  });

  test('takes the routes from what it names no more', () => {
    const things = map(POINTS.slice(0, 1), known);
    expect(things).toMatchObject([
      { thing: 'heating', kinds: ['power.active'] },
      { thing: 'door', kinds: ['contact.state'], traits: { routes: [] } },
    ]);
    const after = knowing(things);
    expect(decode('i=3', valuePayload(GOOD, true), after)).toEqual({ readings: [], dropped: {} });
    expect(decode('i=2', valuePayload(GOOD, 1), after)).toEqual({ readings: [], dropped: {} });
  });

  test('that cannot be used is refused', () => {
    expect(decode(MAPPING_TOPIC, Buffer.from('{}'))).toEqual({ refused: 'notObject' });
  });
});

describe('a value of an OPC UA server', () => {
  test.each<[string, string, number, unknown, string]>([
    ['watts', 'i=1', GOOD, 12.3456, 'heating power.active 12346 good'],
    ['export', 'i=1', GOOD, -3, 'heating power.active -3000 good'],
    ['uncertain', 'i=1', UNCERTAIN, 1, 'heating power.active 1000 uncertain'],
    ['64 bits as text', 'i=2', GOOD, '5000000', 'heating energy.import 5000000000 good'],
    ['open', 'i=3', GOOD, true, 'door contact.state 1 good'],
    ['closed', 'i=3', GOOD, false, 'door contact.state 0 good'],
  ])('is read: %s', (_, node, status, value, reading) => {
    const result = decode(node, valuePayload(status, value), known);
    const readings = 'readings' in result ? result.readings : [];
    expect(readings.map(({ thing, kind, value, quality }) => `${thing} ${kind} ${value} ${quality}`)).toEqual([
      reading,
    ]);
  });

  test.each<[string, string, number, unknown, object]>([
    ['bad', 'i=1', BAD_SENSOR_FAILURE, 12, { null: 1 }],
    ['reserved severity', 'i=1', 0xc0_00_00_00, 12, { null: 1 }],
    ['nothing', 'i=1', GOOD, null, { null: 1 }],
    ['not a number', 'i=1', GOOD, Number.NaN, { null: 1 }],
    ['no scalar', 'i=1', GOOD, {}, { malformed: 1 }],
    ['a truth where a number is meant', 'i=1', GOOD, true, { malformed: 1 }],
    ['too much', 'i=1', GOOD, 1e9, { outOfRange: 1 }],
    ['an unknown word', 'i=3', GOOD, 'half', { malformed: 1 }],
    ['a node that is not mapped', 'i=9', GOOD, 1, {}],
  ])('is no reading: %s', (_, node, status, value, dropped) => {
    expect(decode(node, valuePayload(status, value), known)).toEqual({ readings: [], dropped });
  });

  test('whatever it is, gives plausible readings or none', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('i=1', 'i=2', 'i=3', MAPPING_TOPIC),
        fc.oneof(
          fc.uint8Array().map((bytes) => Buffer.from(bytes)),
          fc.json().map((text) => Buffer.from(text)),
          fc.tuple(fc.nat(0xff_ff_ff_ff), fc.jsonValue()).map(([status, value]) => valuePayload(status, value)),
        ),
        (topic, payload) => {
          const result = decode(topic, payload, known);
          if (!('readings' in result)) return;
          for (const { kind, value } of result.readings) expect(isPlausible(kind, value)).toBe(true);
        },
      ),
    );
  });
});
