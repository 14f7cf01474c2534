import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEchonetlite2mqtt, echonetlite2mqttPayloadBytes } from '../../../../devices/dialects/echonetlite2mqtt.ts';
import { echonetlite2mqttSettings } from '../../../../devices/dialects/echonetlite2mqtt-settings.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { Memory } from '../vectors/memory.ts';

const BASE = 'echonetlite2mqtt/elapi/v2/devices';

interface Described {
  readonly [key: string]: unknown;
}
/** A device as the program describes it. */
function describing(deviceType: string, properties: readonly unknown[], more: Described = {}): string {
  const named = properties.map((name) => ({ name, epc: '0xE0' }));
  return JSON.stringify({ id: 'fe01', name: 'thing', deviceType, ip: '192.0.2.1', properties: named, ...more });
}

function home(...described: Parameters<typeof describing>): Memory {
  const memory = new Memory(decodeEchonetlite2mqtt, BASE);
  memory.hear(`${BASE}/thing`, describing(...described), true);
  return memory;
}

/** What a property says, as `thing kind value`, then what was dropped as `-reason count`, or why it was refused. */
function hear(memory: Memory, property: string, said: string): string[] {
  const result = memory.hear(`${BASE}/thing/properties/${property}`, said);
  if ('refused' in result) return [`refused ${result.refused}`];
  const readings = result.readings.map(({ thing, kind, value }) => `${thing} ${kind} ${value}`);
  return [...readings, ...Object.entries(result.dropped).map(([reason, count]) => `-${reason} ${count}`)];
}

test.each([
  ['humanDetectionSensor', 'detection', 'true', 'thing occupancy.state 1'],
  ['humanDetectionSensor', 'detection', 'false', 'thing occupancy.state 0'],
  ['electricLock', 'mainElectricLock', 'true', 'thing lock.state 1'],
  ['electricLock', 'mainElectricLock', 'false', 'thing lock.state 2'],
  ['electricLock', 'subElectricLock', 'false', 'thing/sub lock.state 2'],
  ['electricLock', 'doorOpened', 'true', 'thing contact.state 1'],
  ['electricLock', 'doorOpened', 'false', 'thing contact.state 0'],
  ['electricLock', 'replaceBatteryLevel', 'true', 'thing battery.low 1'],
  ['lvSmartElectricEnergyMeter', 'instantaneousElectricPower', '504', 'thing power.active 504000'],
  ['lvSmartElectricEnergyMeter', 'instantaneousElectricPower', '-1', 'thing power.active -1000'],
  ['Unknown_002901', 'unknown_E0', '30', 'thing contact.state 0'],
  ['Unknown_002901', 'unknown_E0', '31', 'thing contact.state 1'],
  ['Unknown_002901', 'unknown_E0', '38', 'thing contact.state 1'],
  ['Unknown_002901', 'unknown_E0', '39', '-malformed 1'],
  ['humanDetectionSensor', 'detection', 'maybe', '-malformed 1'],
  ['lvSmartElectricEnergyMeter', 'instantaneousElectricPower', 'noData', '-null 1'],
  ['lvSmartElectricEnergyMeter', 'instantaneousElectricPower', 'overflow', '-null 1'],
  ['lvSmartElectricEnergyMeter', 'instantaneousElectricPower', '2147483646', '-outOfRange 1'],
])('%s %s %s', (type, property, said, expected) => {
  expect(hear(home(type, [property]), property, said)).toEqual([expected]);
});

describe('the counters of a smart meter', () => {
  const COUNTER = 'normalDirectionCumulativeElectricEnergy';
  const meter = (properties: readonly string[], propertyValues: object) =>
    home('lvSmartElectricEnergyMeter', [COUNTER, ...properties], { propertyValues });
  const unit = 'unitForCumulativeElectricEnergy';

  test.each<[string, readonly string[], object, string]>([
    ['tenths', [unit], { [unit]: 0.1 }, 'thing energy.import 1489100000'],
    ['thousandths', [unit], { [unit]: 0.001 }, 'thing energy.import 14891000'],
    ['tens', [unit], { [unit]: 10 }, 'thing energy.import 148910000000'],
    ['with a coefficient', [unit, 'coefficient'], { [unit]: 0.1, coefficient: 3 }, 'thing energy.import 4467300000'],
  ])('in %s', (_says, properties, values, expected) => {
    expect(hear(meter(properties, values), COUNTER, '14891')).toEqual([expected]);
  });

  test.each<[string, readonly string[], object]>([
    ['the unit', [unit], {}],
    ['a coefficient that it has', [unit, 'coefficient'], { [unit]: 0.1 }],
    ['a unit that is one', [unit], { [unit]: 'noData' }],
    ['a unit above nothing', [unit], { [unit]: 0 }],
  ])('are not read while the meter has not said %s', (_says, properties, values) => {
    expect(hear(meter(properties, values), COUNTER, '14891')).toEqual(['-unknownProperty 1']);
  });

  test('count for the whole home, the other direction apart', () => {
    const memory = home(
      'lvSmartElectricEnergyMeter',
      ['instantaneousElectricPower', 'reverseDirectionCumulativeElectricEnergy', unit],
      { propertyValues: { [unit]: 1 } },
    );
    expect(memory.known.claim('thing')).toMatchObject({
      hardware: 'fe01',
      categories: { 'power.active': 'power.total' },
    });
    expect(hear(memory, 'reverseDirectionCumulativeElectricEnergy', '2')).toEqual(['thing energy.export 2000000']);
  });
});

describe('descriptions', () => {
  test('a device with an alias is read under its alias, once', () => {
    const memory = new Memory(decodeEchonetlite2mqtt, BASE);
    const said = describing('humanDetectionSensor', ['detection']);
    expect(memory.hear(`${BASE}/fe01`, said, true)).toEqual({ refused: 'ignored' });
    expect(memory.hear(`${BASE}/thing`, said, true)).toMatchObject({ things: [{ thing: 'thing' }] });
  });

  test('one that is described as another loses what it was', () => {
    const memory = home('humanDetectionSensor', ['detection']);
    memory.hear(`${BASE}/thing`, describing('homeAirConditioner', ['detection'], { id: 'fe02' }), true);
    expect(hear(memory, 'detection', 'true')).toEqual(['-unknownProperty 1']);
  });

  test.each<[string, string, string]>([
    ['another class', describing('homeAirConditioner', ['operationStatus']), 'ignored'],
    ['no id', describing('humanDetectionSensor', ['detection'], { id: null }), 'ignored'],
    ['no properties', describing('humanDetectionSensor', []), 'ignored'],
    ['no JSON', '{', 'notJson'],
    ['no object', '[]', 'notObject'],
    ['nothing', '', 'empty'],
    ['too much', 'x'.repeat(echonetlite2mqttPayloadBytes(`${BASE}/thing`, BASE) + 1), 'oversize'],
  ])('%s', (_says, said, refused) => {
    expect(new Memory(decodeEchonetlite2mqtt, BASE).hear(`${BASE}/thing`, said, true)).toEqual({ refused });
  });
});

test.each([
  ['other/thing', 'foreignTopic'],
  [BASE, 'ignored'],
  [`${BASE}/thing/properties`, 'ignored'],
  [`${BASE}/thing/other/x`, 'ignored'],
  [`${BASE}/thing/properties/x/y`, 'ignored'],
  [`${BASE}/thing/properties/x/set`, 'command'],
  [`${BASE}/thing/properties/x/request`, 'command'],
  [`${BASE}/thing/properties/set`, 'command'],
  [`${BASE}/${'x'.repeat(300)}`, 'oversize'],
])('%s is refused as %s', (topic, refused) => {
  expect(new Memory(decodeEchonetlite2mqtt, BASE).hear(topic, 'x')).toEqual({ refused });
});

test.each(['routeBId', 'id', 'installationLocation', 'serialNumber', 'businessFacilityCode'])(
  '%s is counted as secret',
  (property) => {
    expect(hear(home('lvSmartElectricEnergyMeter', [property]), property, 'x')).toEqual(['-secret 1']);
  },
);

test('whatever comes, nothing is thrown and every value is plausible', () => {
  const type = fc.constantFrom('humanDetectionSensor', 'electricLock', 'lvSmartElectricEnergyMeter', 'Unknown_002901');
  const property = fc.constantFrom(
    'detection',
    'mainElectricLock',
    'instantaneousElectricPower',
    'unknown_E0',
    'normalDirectionCumulativeElectricEnergy',
  );
  const described = fc
    .tuple(type, fc.array(property), fc.jsonValue())
    .map(([one, names, propertyValues]) => describing(one, names, { propertyValues }));
  const message = fc.oneof(
    fc.tuple(fc.constant('thing'), fc.oneof(described, fc.json(), fc.string())),
    fc.tuple(
      property.map((name) => `thing/properties/${name}`),
      fc.oneof(fc.string(), fc.constantFrom('true', '30', '1e9', 'noData')),
    ),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 20 }), (messages) => {
      const memory = new Memory(decodeEchonetlite2mqtt, BASE);
      for (const [topic, said] of messages) {
        const result = memory.hear(`${BASE}/${topic}`, said);
        for (const { kind, value } of 'refused' in result ? [] : result.readings)
          expect(isPlausible(kind, value)).toBe(true);
      }
    }),
  );
});

test('the variables name the account', () => {
  const account = { server: 'mqtt://192.0.2.1:1883', user: 'echonet', password: 'pw', base: BASE };
  expect(echonetlite2mqttSettings(account)).toContain(
    'MQTT_BROKER=mqtt://192.0.2.1\nMQTT_PORT=1883\nMQTT_USERNAME=echonet\n',
  );
  expect(echonetlite2mqttSettings({ ...account, server: 'mqtts://192.0.2.1:8883' })).toContain('MQTT_CA_FILE=');
});
