import { describe, expect, test } from 'vitest';
import { NOTHING_KNOWN, type ThingClaim } from '../../../../devices/dialects/dialect.ts';
import { decodeZigbee2mqtt } from '../../../../devices/dialects/zigbee2mqtt.ts';

const numeric = (property: string, unit?: string, endpoint?: string) => ({
  ...{ type: 'numeric', name: property, property, access: 1, unit, endpoint },
});
const binary = (property: string, on: unknown, off: unknown, endpoint?: string) => ({
  ...{ type: 'binary', name: property, property, access: 1, value_on: on, value_off: off, endpoint },
});
const device = (name: string, model: string, exposes: unknown, more: object = {}) => ({
  ieee_address: '0x00158d00045a1b2c',
  type: 'EndDevice',
  friendly_name: name,
  definition: { model, vendor: 'Maker', exposes },
  ...more,
});

function claims(...devices: unknown[]): readonly ThingClaim[] {
  const result = decodeZigbee2mqtt(
    { topic: 'z/bridge/devices', payload: Buffer.from(JSON.stringify(devices)), retained: true, base: 'z' },
    NOTHING_KNOWN,
  );
  if ('refused' in result || result.things === undefined) throw new Error('not read');
  return result.things;
}

describe('what a list of devices says', () => {
  test('a door contact, whatever value_on names', () => {
    const [door] = claims(
      device('door1', 'MCCGQ11LM', [numeric('battery', '%'), binary('contact', false, true), numeric('voltage', 'mV')]),
    );
    expect(door).toEqual({
      thing: 'door1',
      hardware: '0x00158d00045a1b2c',
      vendor: 'Maker',
      model: 'MCCGQ11LM',
      kinds: ['battery.percent', 'contact.state', 'battery.voltage'],
      categories: {},
      traits: { voltage: 'batteryMillivolt' },
    });
  });

  test('a model with the opposite value_on is read like all others', () => {
    const [door] = claims(device('d', 'TERNCY-DC01', [binary('contact', true, false)]));
    expect(door?.traits).toEqual({});
  });

  test('a plug with its features nested, and its mains voltage', () => {
    const [plug] = claims(
      device('plug', 'TS011F_plug_1', [
        { type: 'switch', features: [{ ...binary('state', 'ON', 'OFF'), access: 7 }] },
        numeric('power', 'W'),
        numeric('voltage', 'V'),
        { ...binary('child_lock', 'LOCK', 'UNLOCK'), access: 3 },
      ]),
    );
    expect(plug?.kinds).toEqual(['switch.state', 'power.active', 'voltage']);
    expect(plug?.traits).toEqual({ voltage: 'mainsVolt' });
  });

  test('a lock: its PIN composite stays out', () => {
    const [lock] = claims(
      device('lock', 'YRD426NRSC', [
        {
          type: 'lock',
          features: [
            binary('state', 'LOCK', 'UNLOCK'),
            { type: 'enum', property: 'lock_state', access: 1, values: ['locked'] },
          ],
        },
        { type: 'composite', property: 'pin_code', access: 7, features: [numeric('power', 'W')] },
      ]),
    );
    expect(lock?.kinds).toEqual(['lock.state']);
  });

  test('a meter of the whole home', () => {
    const [meter] = claims(device('meter', 'EMIZB-141', [numeric('power', 'W'), numeric('energy', 'kWh')]));
    expect(meter?.categories).toEqual({ 'power.active': 'power.total', 'energy.import': 'power.total' });
  });

  test('one phase is not the whole home', () => {
    const [meter] = claims(
      device('meter', 'EMIZB-151', [numeric('power', 'W'), numeric('power_phase_b', 'W'), numeric('energy', 'kWh')]),
    );
    expect(meter?.kinds).toEqual(['energy.import']);
    expect(meter?.traits.unread).toEqual(['power']);
  });

  test('a float switch is no door', () => {
    const [tank] = claims(device('tank', 'POK003', [binary('contact', 'ON', 'OFF')]));
    expect(tank?.categories).toEqual({ 'contact.state': 'device.health' });
    expect(tank?.traits).toEqual({ contact: 'onIsClosed' });
  });

  test('units the dialect does not know are not read', () => {
    const [pulses] = claims(device('p', 'ZiPulses', [numeric('energy'), numeric('current', 'mA')]));
    expect(pulses?.kinds).toEqual(['current']);
    expect(pulses?.traits).toEqual({ current: 'mA', unread: ['energy'] });
  });

  test('each endpoint is a thing, and the messages are read so', () => {
    const things = claims(
      device('duo', 'X', [
        { type: 'switch', endpoint: 'left', features: [{ ...binary('state_left', 'ON', 'OFF'), endpoint: 'left' }] },
        numeric('power_left', 'W', 'left'),
        numeric('power_bottom_left', 'W', 'bottom_left'),
        numeric('linkquality', 'lqi'),
      ]),
    );
    expect(things.map(({ thing, kinds }) => [thing, kinds])).toEqual([
      ['duo', ['link.quality']],
      ['duo/bottom_left', ['power.active']],
      ['duo/left', ['switch.state', 'power.active']],
    ]);
    const known = { ...NOTHING_KNOWN, claim: (thing: string) => things.find((each) => each.thing === thing) };
    const message = '{"state_left":"ON","power_left":1,"power_bottom_left":2}';
    const result = decodeZigbee2mqtt(
      { topic: 'z/duo', payload: Buffer.from(message), retained: false, base: 'z' },
      known,
    );
    expect('readings' in result && result.readings.map(({ thing, value }) => [thing, value]).sort()).toEqual([
      ['duo/bottom_left', 2000],
      ['duo/left', 1],
      ['duo/left', 1000],
    ]);
  });

  test('an unsupported device exists and measures nothing', () => {
    const [thing] = claims(device('new', 'x', [], { definition: null }));
    expect(thing).toMatchObject({ thing: 'new', kinds: [], traits: {} });
    expect(thing).not.toHaveProperty('model');
  });

  test('the coordinator is no device, and a broken entry harms no other', () => {
    const broken = device('b', 'x', { not: 'a list' });
    const things = claims(
      device('c', 'x', [], { type: 'Coordinator' }),
      7,
      broken,
      device('d', 'x', [numeric('power', 'W')]),
    );
    expect(things.map(({ thing }) => thing)).toEqual(['b', 'd']);
  });

  test('what can only be set is not observed', () => {
    const [thing] = claims(device('d', 'x', [{ ...binary('contact', false, true), access: 2 }]));
    expect(thing?.kinds).toEqual([]);
  });
});
