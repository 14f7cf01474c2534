import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeStatestream, statestreamPayloadBytes } from '../../../../devices/dialects/statestream.ts';
import { statestreamSettings } from '../../../../devices/dialects/statestream-settings.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { Memory, written } from '../vectors/memory.ts';

const AT = 'statestream';

/** An entity whose attributes came before its state. */
function home(entity: string, attributes: Readonly<Record<string, unknown>>): Memory {
  const memory = new Memory(decodeStatestream, AT);
  for (const [name, value] of Object.entries(attributes))
    memory.hear(`${AT}/${entity}/${name}`, JSON.stringify(value), true);
  return memory;
}

/** What a state says, then what was dropped of it as `-reason count`. */
function hear(memory: Memory, entity: string, state: string): string[] {
  const result = memory.hear(`${AT}/${entity}/state`, state);
  const dropped = 'refused' in result ? [] : Object.entries(result.dropped);
  return [...written(result), ...dropped.map(([reason, count]) => `-${reason} ${count}`)];
}

const watts = { device_class: 'power', unit_of_measurement: 'W', state_class: 'measurement' };
const counter = { device_class: 'energy', unit_of_measurement: 'kWh', state_class: 'total_increasing' };

test.each<[string, object, string, string]>([
  ['binary_sensor/door', { device_class: 'door' }, 'on', 'contact.state 1'],
  ['binary_sensor/door', { device_class: 'door' }, 'off', 'contact.state 0'],
  ['binary_sensor/w', { device_class: 'window' }, 'on', 'contact.state 1'],
  ['binary_sensor/g', { device_class: 'garage_door' }, 'off', 'contact.state 0'],
  ['binary_sensor/pir', { device_class: 'motion' }, 'on', 'occupancy.state 1'],
  ['binary_sensor/room', { device_class: 'occupancy' }, 'off', 'occupancy.state 0'],
  ['binary_sensor/bolt', { device_class: 'lock' }, 'on', 'lock.state 2'],
  ['binary_sensor/case', { device_class: 'tamper' }, 'on', 'tamper.state 1'],
  ['binary_sensor/cell', { device_class: 'battery' }, 'on', 'battery.low 1'],
  ['lock/front', {}, 'locked', 'lock.state 1'],
  ['lock/front', {}, 'unlocked', 'lock.state 2'],
  ['lock/front', {}, 'jammed', 'lock.state 4'],
  ['switch/plug', {}, 'on', 'switch.state 1'],
  ['sensor/fridge', watts, '81.5', 'power.active 81500'],
  ['sensor/fridge', { ...watts, unit_of_measurement: 'kW' }, '-0.4', 'power.active -400000'],
  ['sensor/meter', counter, '12.5', 'energy.import 12500000'],
  ['sensor/grid_export', counter, '1', 'energy.export 1000000'],
  ['sensor/cell', { device_class: 'battery', unit_of_measurement: '%' }, '80', 'battery.percent 80'],
  ['sensor/mains', { device_class: 'voltage', unit_of_measurement: 'V' }, '101', 'voltage 101000'],
  ['sensor/amps', { device_class: 'current', unit_of_measurement: 'A' }, '0.5', 'current 500'],
])('%s %j %s', (entity, attributes, state, reading) => {
  const expected = [`${entity} ${reading}`, `${entity} device.online 1`];
  expect(hear(home(entity, { ...attributes }), entity, state)).toEqual(expected.sort());
});

test.each<[string, string, object, string, string[]]>([
  ['a bolt on its way is no state', 'lock/front', {}, 'locking', ['-null 1']],
  ['unknown', 'binary_sensor/door', { device_class: 'door' }, 'unknown', ['-null 1']],
  ['no class, no meaning', 'binary_sensor/x', {}, 'on', ['-unknownProperty 1']],
  ['a class without meaning', 'binary_sensor/x', { device_class: 'plug' }, 'on', ['-unknownProperty 1']],
  ['a code', 'sensor/last_pin_code', {}, '1234', ['-secret 1']],
  ['no unit yet', 'sensor/fridge', { device_class: 'power' }, '80', ['-unknownProperty 1']],
  ['an unknown unit', 'sensor/fridge', { ...watts, unit_of_measurement: 'hp' }, '80', ['-unknownProperty 1']],
  ['a total that can fall', 'sensor/meter', { ...counter, state_class: 'total' }, '1', ['-unknownProperty 1']],
  ['no number', 'sensor/fridge', watts, 'eighty', ['-malformed 1']],
  ['endless', 'sensor/fridge', watts, '8'.repeat(500), ['-malformed 1']],
])('%s', (_says, entity, attributes, state, expected) => {
  expect(hear(home(entity, { ...attributes }), entity, state)).toEqual(expected);
});

test('an entity that cannot be reached is offline and says nothing else', () => {
  const memory = home('binary_sensor/door', { device_class: 'door' });
  expect(hear(memory, 'binary_sensor/door', 'unavailable')).toEqual(['binary_sensor/door device.online 0']);
});

describe('attributes', () => {
  test('only what decides a meaning is remembered, and only of what has one', () => {
    const memory = new Memory(decodeStatestream, AT);
    const say = (attribute: string, value: unknown) =>
      memory.hear(`${AT}/sensor/x/${attribute}`, JSON.stringify(value), true);
    expect(say('unit_of_measurement', 'W')).toEqual({ readings: [], dropped: { unknownProperty: 1 } });
    expect(say('device_class', 'temperature')).toEqual({ readings: [], dropped: { unknownProperty: 1 } });
    expect(say('icon', 'mdi:door')).toEqual({ refused: 'ignored' });
    expect(say('friendly_name', 'Aoi’s room')).toEqual({ readings: [], dropped: { secret: 1 } });
    expect(say('code', '1234')).toEqual({ readings: [], dropped: { secret: 1 } });
    expect(say('device_class', 'power')).toMatchObject({ things: [{ thing: 'sensor/x', kinds: [] }] });
    expect(say('unit_of_measurement', 'W')).toMatchObject({ things: [{ kinds: ['power.active', 'device.online'] }] });
    // The same again changes nothing: each changed claim is a commit.
    expect(say('unit_of_measurement', 'W')).toEqual({ readings: [], dropped: {} });
    expect(say('unit_of_measurement', null)).toMatchObject({ things: [{ kinds: [] }] });
    expect(say('device_class', { a: 1 })).toMatchObject({ things: [{ kinds: [] }] });
  });

  test('an attribute that is no JSON is refused', () => {
    const memory = new Memory(decodeStatestream, AT);
    expect(memory.hear(`${AT}/sensor/x/device_class`, 'power', true)).toEqual({ refused: 'notJson' });
  });
});

test.each([
  ['other/sensor/x/state', 'foreignTopic'],
  [`${AT}/person/aoi/state`, 'ignored'],
  [`${AT}/device_tracker/phone/state`, 'ignored'],
  [`${AT}/device_tracker/phone/latitude`, 'ignored'],
  [`${AT}/lock/front`, 'ignored'],
  [`${AT}/lock/front/state/more`, 'ignored'],
  [`${AT}/lock/Front Door/state`, 'ignored'],
])('%s is refused as %s', (topic, refused) => {
  expect(new Memory(decodeStatestream, AT).hear(topic, 'home')).toEqual({ refused });
});

test('nothing and too much are refused', () => {
  const memory = new Memory(decodeStatestream, AT);
  expect(memory.hear(`${AT}/lock/front/state`, '')).toEqual({ refused: 'empty' });
  const much = 'x'.repeat(statestreamPayloadBytes() + 1);
  expect(memory.hear(`${AT}/lock/front/state`, much)).toEqual({ refused: 'oversize' });
});

test('whatever comes, nothing is thrown and every value is plausible', () => {
  const topic = fc.tuple(
    fc.constantFrom('binary_sensor', 'sensor', 'lock', 'switch', 'person'),
    fc.constantFrom('x', 'pin'),
    fc.constantFrom('state', 'device_class', 'unit_of_measurement', 'state_class', 'x'),
  );
  const payload = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom('on', 'off', '"power"', '"W"', '"door"', '1e9', 'NaN', 'locked'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(topic, payload), { maxLength: 20 }), (messages) => {
      const memory = new Memory(decodeStatestream, AT);
      for (const [levels, said] of messages) {
        const result = memory.hear([AT, ...levels].join('/'), said);
        for (const { kind, value } of 'refused' in result ? [] : result.readings)
          expect(isPlausible(kind, value)).toBe(true);
      }
    }),
  );
});

test('the settings name the account and ask for attributes', () => {
  const text = statestreamSettings({ server: 'mqtt://hub:1883', user: 'ha', password: 'pw', base: 'ss' });
  expect(text).toContain('Broker: hub   Port: 1883   Username: ha   Password: pw');
  expect(text).toContain('base_topic: "ss"');
  expect(text).toContain('publish_attributes: true');
});
