import { describe, expect, test } from 'vitest';
import { readTemplate } from '../../../../devices/dialects/homeassistant-templates.ts';
import { config, Home } from './homeassistant-kit.ts';

const binary = (device_class: string, more: object = {}) => ['binary_sensor', { device_class, ...more }] as const;
const sensor = (device_class: string, unit_of_measurement: string, more: object = {}) =>
  ['sensor', { device_class, unit_of_measurement, ...more }] as const;
const counter = { state_class: 'total_increasing' };
const at = (template: string) => ({ value_template: template });

describe('what an announced value means', () => {
  test.each([
    ['door', binary('door'), 'ON', ['x contact.state 1']],
    ['door', binary('door'), 'OFF', ['x contact.state 0']],
    ['window', binary('window'), 'ON', ['x contact.state 1']],
    ['opening', binary('opening'), 'ON', ['x contact.state 1']],
    ['garage door', binary('garage_door'), 'OFF', ['x contact.state 0']],
    ['lock sensor on', binary('lock'), 'ON', ['x lock.state 2']],
    ['lock sensor off', binary('lock'), 'OFF', ['x lock.state 1']],
    ['motion', binary('motion'), 'ON', ['x occupancy.state 1']],
    ['occupancy', binary('occupancy'), 'OFF', ['x occupancy.state 0']],
    ['presence', binary('presence'), 'ON', ['x occupancy.state 1']],
    ['tamper', binary('tamper'), 'ON', ['x tamper.state 1']],
    ['low battery', binary('battery'), 'ON', ['x battery.low 1']],
    ['good battery', binary('battery'), 'OFF', ['x battery.low 0']],
    ['own words', binary('door', { pl_on: 'auf', pl_off: 'zu' }), 'auf', ['x contact.state 1']],
    [
      'words that are no text',
      binary('door', { payload_on: false, payload_off: true }),
      'false',
      ['x contact.state 1'],
    ],
    ['another word', binary('door'), 'ajar', ['-malformed 1']],
    ['an unknown state', binary('door'), 'None', ['-null 1']],
    ['JSON', binary('door', at("{{ value_json['a'].b }}")), { a: { b: 'ON' } }, ['x contact.state 1']],
    ['JSON without it', binary('door', at('{{ value_json.a }}')), { b: 'ON' }, []],
    [
      "Python's truth",
      binary('motion', { ...at('{{ value_json.on }}'), payload_on: 'True', payload_off: 'False' }),
      { on: false },
      ['x occupancy.state 0'],
    ],
    ['a choice', binary('door', at("{{ 'ON' if value_json.a else 'OFF' }}")), { a: true }, ['x contact.state 1']],
    [
      'the other choice',
      binary('door', at("{{ 'OFF' if value_json.a else 'ON' }}")),
      { a: true },
      ['x contact.state 0'],
    ],
    ['a comparison', binary('door', at("{{ iif(value == 'open', 'ON', 'OFF') }}")), 'closed', ['x contact.state 0']],
    [
      'a comparison that says little',
      binary('door', at("{{ iif(value == 'tilt', 'ON', 'OFF') }}")),
      'x',
      ['-malformed 1'],
    ],
    ['a switch', ['switch', {}], 'ON', ['x switch.state 1']],
    ['a switch with states', ['switch', { stat_on: '1', stat_off: '0', pl_on: 'go' }], '0', ['x switch.state 0']],
    ['locked', ['lock', {}], 'LOCKED', ['x lock.state 1']],
    ['unlocked', ['lock', {}], 'UNLOCKED', ['x lock.state 2']],
    ['jammed', ['lock', {}], 'JAMMED', ['x lock.state 4']],
    ['locking', ['lock', {}], 'LOCKING', ['-null 1']],
    ['unlocking', ['lock', {}], 'UNLOCKING', ['-null 1']],
    ['own lock words', ['lock', { stat_locked: '1', stat_unlocked: '0' }], '0', ['x lock.state 2']],
    ['W', sensor('power', 'W'), '152.4', ['x power.active 152400']],
    ['kW', sensor('power', 'kW'), '-1.5', ['x power.active -1500000']],
    ['mW', sensor('power', 'mW'), '70', ['x power.active 70']],
    ['Wh', sensor('energy', 'Wh', counter), '2', ['x energy.import 2000']],
    ['kWh', sensor('energy', 'kWh', counter), '2', ['x energy.import 2000000']],
    ['MWh', sensor('energy', 'MWh', counter), '2', ['x energy.import 2000000000']],
    ['V', sensor('voltage', 'V'), '100.5', ['x voltage 100500']],
    ['a battery volt', sensor('voltage', 'V', { ent_cat: 'diagnostic' }), '3.1', ['x battery.voltage 3100']],
    ['A', sensor('current', 'A'), '0.5', ['x current 500']],
    ['mA', sensor('current', 'mA'), '5', ['x current 5']],
    ['battery', sensor('battery', '%'), '87.4', ['x battery.percent 87']],
    ['too full a battery', sensor('battery', '%'), '255', ['-outOfRange 1']],
    ['nan', sensor('power', 'W'), 'nan', ['-null 1']],
    [
      'a filtered number',
      sensor('power', 'W', at('{{ value_json.p | float(0) | round(1) }}')),
      { p: 2 },
      ['x power.active 2000'],
    ],
    ['an absent number', sensor('power', 'W', at('{{ value_json.p | default(0) }}')), { q: 2 }, []],
  ] as const)('%s', (_says, [component, fields], payload, expected) => {
    const home = new Home();
    expect(home.hear(config(component), { stat_t: 'far/away', ...fields })).toEqual([]);
    expect(home.hear('far/away', payload)).toEqual(expected);
  });

  test.each([
    ['a plug that has power', binary('power'), 'unknownProperty'],
    ['a plugged cable', binary('plug'), 'unknownProperty'],
    ['connectivity', binary('connectivity'), 'unknownProperty'],
    ['a class from Object', binary('constructor'), 'unknownProperty'],
    ['no class', ['binary_sensor', {}], 'unknownProperty'],
    ['a setting', ['switch', { ent_cat: 'config' }], 'unknownProperty'],
    ['a light', ['light', {}], 'unknownProperty'],
    ['horsepower', sensor('power', 'hp'), 'unknownProperty'],
    ['a balance', sensor('energy', 'kWh', { state_class: 'total' }), 'unknownProperty'],
    ['VA', sensor('apparent_power', 'VA'), 'unknownProperty'],
    ['a program', sensor('power', 'W', at('{{ states("sensor.y") }}')), 'unknownProperty'],
    ['a calculation', sensor('power', 'W', at('{{ value | float * 10 }}')), 'unknownProperty'],
    ['bytes', sensor('power', 'W', { encoding: '' }), 'unknownProperty'],
    ['a value on the command topic', ['lock', { cmd_t: 'far/away' }], 'unknownProperty'],
    ['the same word twice', binary('door', { pl_on: 'x', pl_off: 'x' }), 'malformed'],
    ['a wildcard', binary('door', { stat_t: 'far/#' }), 'malformed'],
    ["the server's topic", binary('door', { stat_t: '$SYS/x' }), 'malformed'],
    ['an announcement as value', binary('door', { stat_t: config('lock') }), 'malformed'],
    ['no topic', binary('door', { stat_t: 7 }), 'malformed'],
  ] as const)('%s is not read', (_says, [component, fields], reason) => {
    const home = new Home();
    expect(home.hear(config(component), { stat_t: 'far/away', ...fields })).toEqual([`-${reason} 1`]);
    expect(home.names).toEqual([]);
  });

  test('what an entity is called can say that energy leaves, or that a secret does', () => {
    const home = new Home();
    home.say(config('sensor', 'grid_export'), {
      dev_cla: 'energy',
      unit_of_meas: 'kWh',
      stat_cla: 'total_increasing',
      stat_t: 'e',
    });
    expect(home.hear('e', '1')).toEqual(['grid_export energy.export 1000000']);
    expect(home.hear(config('sensor', 'last_pin_code'), { stat_t: 'p' })).toEqual(['-secret 1']);
  });

  test('delays are kept, in milliseconds, where they mean something', () => {
    const home = new Home();
    home.say(config('binary_sensor'), { dev_cla: 'motion', stat_t: 's', off_dly: 30, exp_aft: 3600 });
    expect(home.known.claim('x')?.traits.routes?.[0]).toMatchObject({ offAfterMs: 30_000, expireAfterMs: 3_600_000 });
    home.say(config('binary_sensor'), { dev_cla: 'motion', stat_t: 's', off_dly: -1, exp_aft: 1e12 });
    expect(Object.keys(home.known.claim('x')?.traits.routes?.[0] ?? {})).toEqual(['topic', 'by', 'kind', 'words']);
  });
});

describe('whether a thing can be reached', () => {
  const door = { dev_cla: 'door', stat_t: '~/s', '~': 'p/q' };
  test.each([
    ['one topic', { avty_t: '~/a', pl_avail: 'up', pl_not_avail: 'down' }, 'down', ['x device.online 0']],
    ['a list of one', { avty: { t: '~/a' } }, 'online', ['x device.online 1']],
    ['JSON', { avty: [{ t: '~/a', val_tpl: '{{ value_json.state }}' }] }, { state: 'offline' }, ['x device.online 0']],
    ['several, the latest', { avty: [{ t: '~/a' }, { t: 'b' }] }, 'online', ['x device.online 1']],
    ['one topic twice', { avty: [{ t: '~/a' }, { t: 'p/q/a' }], avty_mode: 'all' }, 'online', ['x device.online 1']],
  ])('%s', (_says, more, payload, expected) => {
    const home = new Home();
    expect(home.hear(config('binary_sensor'), { ...door, ...more })).toEqual([]);
    expect(home.hear('p/q/a', payload)).toEqual(expected);
  });

  const several = (mode: string) => ({ ...door, avty: [{ t: '~/a' }, { t: 'b' }], avty_mode: mode });
  const online = (value: number) => [`x device.online ${value}`];
  test.each([
    ['all', 'one that is away decides', [['b', 'offline', online(0)]]],
    ['all', 'one that is there does not', [['b', 'online', []]]],
    [
      'all',
      'when every one is there it can be reached',
      [
        ['b', 'online', []],
        ['p/q/a', 'online', online(1)],
        ['b', 'offline', online(0)],
        ['p/q/a', 'online', online(0)],
        ['b', 'online', online(1)],
      ],
    ],
    ['any', 'one that is there decides', [['b', 'online', online(1)]]],
    [
      'any',
      'when every one is away it cannot be reached',
      [
        ['b', 'offline', []],
        ['p/q/a', 'offline', online(0)],
        ['p/q/a', 'online', online(1)],
      ],
    ],
    [
      'all',
      'a word nobody announced changes nothing',
      [
        ['b', 'maybe', ['-malformed 1']],
        ['p/q/a', 'online', []],
      ],
    ],
  ] as const)('of several topics under %s: %s', (mode, _says, messages) => {
    const home = new Home();
    home.say(config('binary_sensor'), several(mode));
    for (const [topic, payload, expected] of messages) expect(home.hear(topic, payload)).toEqual(expected);
  });

  test('what several topics said is remembered when the announcement comes again', () => {
    const home = new Home();
    home.say(config('binary_sensor'), several('all'));
    home.say('p/q/a', 'online');
    const before = home.known.claim('x');
    expect(home.say(config('binary_sensor'), several('all'))).toMatchObject({ things: [{ ...before, thing: 'x' }] });
    expect(home.hear('b', 'online')).toEqual(online(1));
    // Only a new word is a changed claim, which costs a commit.
    expect(home.say('b', 'online')).not.toHaveProperty('things');
  });

  test('where one of several topics cannot be read, none is', () => {
    const home = new Home();
    const unread = { t: 'b', val_tpl: '{{ value | random }}' };
    const dropped = home.hear(config('binary_sensor'), { ...door, avty: [{ t: '~/a' }, unread], avty_mode: 'any' });
    expect(dropped).toEqual(['-unknownProperty 2']);
    expect(home.hear('p/q/a', 'online')).toEqual(['foreignTopic']);
  });
});

test.each([
  '{{ value }} ',
  "{{ value_json['a']['b'] | int }}",
  '{{ value_json["a b"] | is_defined }}',
  "{% if value_json.a == 'x' %}ON{% else %}OFF{% endif %}",
])('the template %s is read', (template) => {
  expect(readTemplate(template)).toBeDefined();
});

test.each([
  '{{ value_json[0] }}',
  '{{ value_json.a.b() }}',
  '{{ value | float / 10 }}',
  '{{ value_json.a | random }}',
  'x',
  7,
])('the template %s is not', (template) => {
  expect(readTemplate(template)).toBeUndefined();
});
