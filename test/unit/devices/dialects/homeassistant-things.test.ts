import { describe, expect, test } from 'vitest';
import { NOTHING_KNOWN } from '../../../../devices/dialects/dialect.ts';
import { decodeHomeassistant } from '../../../../devices/dialects/homeassistant.ts';
import { LIMITS } from '../../../../devices/limits.ts';
import { config, Home } from './homeassistant-kit.ts';

describe('things', () => {
  const dev = { ids: ['id1', 'id2'], name: 'Kitchen', mf: 'Maker', mdl: 'M1', sn: 'SERIAL' };
  const door = { dev_cla: 'door', stat_t: 'k/door', avty_t: 'k/up', dev };
  const battery = { dev_cla: 'battery', unit_of_meas: '%', stat_t: 'k/battery', avty_t: 'k/up', dev };

  test('entities of one device make one thing, whichever comes first', () => {
    const [one, two] = [new Home(), new Home()];
    one.say(config('binary_sensor', 'door'), door);
    one.say(config('sensor', 'battery'), battery);
    two.say(config('sensor', 'battery'), battery);
    two.say(config('binary_sensor', 'door'), door);
    expect(one.names).toHaveLength(1);
    expect(one.known.claim('Kitchen')).toEqual(two.known.claim('Kitchen'));
    expect(one.known.claim('Kitchen')).toMatchObject({ hardware: 'id1', vendor: 'Maker', model: 'M1' });
    expect(one.hear('k/door', 'ON')).toEqual(['Kitchen contact.state 1']);
    expect(one.hear('k/up', 'offline')).toEqual(['Kitchen device.online 0']);
    const before = one.known.claim('Kitchen');
    one.say(config('binary_sensor', 'door'), door);
    expect(one.known.claim('Kitchen')).toEqual(before);
  });

  test('a second entity of a kind is a thing of its own, and stays it', () => {
    const home = new Home();
    const relay = (n: number) => ({ stat_t: `k/relay${n}`, dev });
    home.say(config('switch', 'left'), relay(1));
    home.say(config('switch', 'right'), relay(2));
    expect(home.names).toEqual(['Kitchen: switch.state', 'Kitchen/right: switch.state']);
    home.say(config('switch', 'left'), '');
    home.say(config('switch', 'right'), relay(2));
    expect(home.hear('k/relay2', 'ON')).toEqual(['Kitchen/right switch.state 1']);
    expect(home.hear('k/relay1', 'ON')).toEqual(['foreignTopic']);
  });

  test('an announcement replaces the one before it, an empty one ends it', () => {
    const home = new Home();
    home.say(config('binary_sensor', 'door'), door);
    home.say(config('sensor', 'battery'), battery);
    home.say(config('binary_sensor', 'door'), { ...door, stat_t: 'k/new' });
    expect(home.hear('k/door', 'ON')).toEqual(['foreignTopic']);
    expect(home.hear('k/new', 'ON')).toEqual(['Kitchen contact.state 1']);
    home.say(config('binary_sensor', 'door'), '');
    expect(home.names).toEqual(['Kitchen: battery.percent device.online']);
    home.say(config('sensor', 'battery'), { dev_cla: 'humidity', unit_of_meas: '%', stat_t: 'k/h', dev });
    expect(home.names).toEqual(['Kitchen: ']);
    expect(home.hear(config('sensor', 'never'), '')).toEqual(['empty']);
  });

  test('another device of the same name has its id in its name', () => {
    const home = new Home();
    home.say(config('binary_sensor', 'a'), door);
    home.say(config('binary_sensor', 'b'), { ...door, dev: { cns: [['mac', 'aa:bb']], name: 'Kitchen' } });
    expect(home.names).toEqual([
      'Kitchen: contact.state device.online',
      'Kitchen (aa:bb): contact.state device.online',
    ]);
  });

  test('a renamed device keeps what it has', () => {
    const home = new Home();
    home.say(config('binary_sensor', 'door'), door);
    home.say(config('sensor', 'battery'), { ...battery, dev: { ...dev, name: 'Pantry' } });
    expect(home.names).toEqual(['Pantry: contact.state device.online battery.percent']);
  });

  test('a whole device in one announcement', () => {
    const home = new Home();
    const cmps = {
      a: { p: 'binary_sensor', dev_cla: 'door', val_tpl: '{{ value_json.open }}', pl_on: true, pl_off: false },
      b: { p: 'sensor', dev_cla: 'battery', unit_of_meas: '%', val_tpl: '{{ value_json.bat }}' },
      c: { p: 'switch', '~': 'own', stat_t: '~/relay', val_tpl: '{{ value }}' },
      gone: { p: 'switch' },
      d: { p: 'sensor', dev_cla: 'temperature', unit_of_meas: '°C' },
    };
    const topic = 'homeassistant/device/id1/config';
    const whole = { dev, o: { name: 'x' }, cmps, '~': 'k', stat_t: '~/state', avty_t: '~/up' };
    expect(home.hear(topic, whole)).toEqual(['-unknownProperty 1']);
    expect(home.hear('k/state', { open: true, bat: 40 }).sort()).toEqual([
      'Kitchen battery.percent 40',
      'Kitchen contact.state 1',
    ]);
    expect(home.hear('own/relay', 'ON')).toEqual(['Kitchen switch.state 1']);
    expect(home.hear('k/up', 'online')).toEqual(['Kitchen device.online 1']);
    home.say(topic, '');
    expect(home.names).toEqual(['Kitchen: ']);
  });

  test('no name is longer than allowed', () => {
    const home = new Home();
    const long = { ids: 'i'.repeat(128), name: 'n'.repeat(128) };
    for (const each of ['a', 'b'.repeat(80)]) home.say(config('switch', each), { stat_t: each, dev: long });
    home.say(config('switch', 'c'), { stat_t: 'c', dev: { ...long, ids: 'j'.repeat(128) } });
    expect(home.names).toHaveLength(3);
    for (const name of home.names) expect(name.length).toBeLessThanOrEqual(LIMITS.thingNameCharacters + 20);
  });
});

test.each(['platform', 'device_class', 'unit_of_measurement', 'state_topic', 'value_template', 'availability', 'name'])(
  'an object where %s should be a word ends nothing',
  (key) => {
    const hostile = { toString: null };
    const part = { p: 'sensor', device_class: 'power', unit_of_measurement: 'W', state_topic: 'a', [key]: hostile };
    for (const [topic, config] of [
      ['homeassistant/sensor/x/config', part],
      ['homeassistant/device/x/config', { dev: { ids: 'a', [key]: hostile }, o: { name: 'o' }, cmps: { one: part } }],
    ] as const) {
      const message = { topic, payload: Buffer.from(JSON.stringify(config)), retained: true, base: 'home' };
      expect(() => decodeHomeassistant(message, NOTHING_KNOWN)).not.toThrow();
    }
  },
);
