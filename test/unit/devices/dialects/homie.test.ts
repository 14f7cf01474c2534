import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeHomie, homiePayloadBytes, homieTopics } from '../../../../devices/dialects/homie.ts';
import { homieSettings } from '../../../../devices/dialects/homie-settings.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { Memory, written } from '../vectors/memory.ts';

const AT = 'homie/5/dev';
const describing = (node: string, id: string, property: object) =>
  JSON.stringify({ homie: '5.0', name: 'Aoi’s room', nodes: { [node]: { properties: { [id]: property } } } });

/** A device with one property, described. */
function home(node: string, id: string, property: object): Memory {
  const memory = new Memory(decodeHomie, 'homie');
  memory.hear(`${AT}/$description`, describing(node, id, property), true);
  return memory;
}
const bool = (format?: string) => ({ datatype: 'boolean', format });
const words = (format: string, settable = false) => ({ datatype: 'enum', format, settable });
const float = (unit: string) => ({ datatype: 'float', unit });

test.each<[string, string, object, string, string]>([
  ['contact', 'open', bool('closed,open'), 'true', 'contact.state 1'],
  ['contact', 'open', bool('closed,open'), 'false', 'contact.state 0'],
  ['contact', 'state', bool('open,closed'), 'true', 'contact.state 0'],
  ['door', 'open', bool(), 'true', 'contact.state 1'],
  ['door', 'closed', bool(), 'true', 'contact.state 0'],
  ['window', 'state', words('closed,tilted,open'), 'tilted', 'contact.state 2'],
  ['lock', 'locked', bool(), 'true', 'lock.state 1'],
  ['lock', 'locked', bool(), 'false', 'lock.state 2'],
  ['lock', 'state', bool('unlocked,locked'), 'true', 'lock.state 1'],
  ['lock', 'state', words('locked,unlocked,jammed', true), 'jammed', 'lock.state 4'],
  ['lock', 'state', words('LOCKED,UNLOCKED'), 'UNLOCKED', 'lock.state 2'],
  ['pir', 'motion', bool(), 'true', 'occupancy.state 1'],
  ['presence', 'state', words('vacant,occupied'), 'vacant', 'occupancy.state 0'],
  ['case', 'tamper', bool('clear,tampered'), 'true', 'tamper.state 1'],
  ['battery', 'state', words('normal,low'), 'low', 'battery.low 1'],
  ['relay', 'state', bool('off,on'), 'true', 'switch.state 1'],
  ['meter', 'power', float('W'), '-1.5', 'power.active -1500'],
  ['meter', 'power', float('kW'), '1.5', 'power.active 1500000'],
  ['meter', 'energy', float('Wh'), '5', 'energy.import 5000'],
  ['meter', 'energy', float('kWh'), '5', 'energy.import 5000000'],
  ['meter', 'export', float('kWh'), '5', 'energy.export 5000000'],
  ['export', 'energy', float('kWh'), '5', 'energy.export 5000000'],
  ['meter', 'voltage', float('V'), '100.5', 'voltage 100500'],
  ['meter', 'current', float('mA'), '7', 'current 7'],
  ['battery', 'level', float('%'), '80', 'battery.percent 80'],
  ['battery', 'voltage', float('V'), '2.9', 'battery.voltage 2900'],
])('%s/%s %j %s', (node, id, property, payload, reading) => {
  expect(written(home(node, id, property).hear(`${AT}/${node}/${id}`, payload))).toEqual([`dev/${node} ${reading}`]);
});

test.each<[string, string, object]>([
  ['contact', 'contact', bool()],
  ['valve', 'open', bool()],
  ['valve', 'state', bool('closed,open')],
  ['gate', 'state', words('closed,open', true)],
  ['light', 'power', bool()],
  ['dimmer', 'level', float('%')],
  ['battery', 'power', float('W')],
  ['export', 'power', float('W')],
  ['meter', 'max-power', float('W')],
  ['meter', 'energy-today', float('kWh')],
  ['meter', 'power', float('VA')],
  ['meter', 'power', float('constructor')],
  ['meter', 'power', { datatype: 'string', unit: 'W' }],
  ['mood', 'state', words('good,bad')],
])('%s/%s %j could mean anything, so it is not read', (node, id, property) => {
  const memory = new Memory(decodeHomie, 'homie');
  const dropped = { unknownProperty: 1 };
  expect(memory.hear(`${AT}/$description`, describing(node, id, property))).toEqual({
    readings: [],
    things: [],
    dropped,
  });
  expect(memory.hear(`${AT}/${node}/${id}`, 'true')).toEqual({ readings: [], dropped });
});

describe('a device', () => {
  test.each([
    ['ready', 1],
    ['sleeping', 1],
    ['disconnected', 0],
    ['lost', 0],
  ])('that is %s', (state, online) => {
    expect(written(home('door', 'open', bool()).hear(`${AT}/$state`, state))).toEqual([
      `dev/door device.online ${online}`,
    ]);
  });

  test('that begins is neither there nor away', () => {
    expect(home('door', 'open', bool()).hear(`${AT}/$state`, 'init')).toEqual({ readings: [], dropped: { null: 1 } });
  });

  test('loses what its next description leaves out, and everything with an empty one', () => {
    const memory = home('door', 'open', bool());
    const left = { thing: 'dev/door', kinds: [], categories: {}, traits: { routes: [] } };
    expect(memory.hear(`${AT}/$description`, describing('meter', 'power', float('W')))).toMatchObject({
      things: [{ thing: 'dev/meter', kinds: ['power.active', 'device.online'] }, left],
    });
    expect(memory.hear(`${AT}/$description`, '')).toMatchObject({ things: [{ thing: 'dev/meter', kinds: [] }] });
    expect(memory.hear(`${AT}/$description`, '')).toEqual({ refused: 'empty' });
  });
});

test.each([
  [`${AT}/lock/state/set`, '1234', 'command'],
  [`${AT}/lock/state/$target`, 'locked', 'ignored'],
  [`${AT}/$alert/battery`, 'Battery is low', 'ignored'],
  [`${AT}/$log/info`, 'Aoi came home', 'ignored'],
  ['homie/5/$broadcast/alert', 'x', 'ignored'],
  ['homie/dev/$state', 'alert', 'ignored'],
  ['other/5/dev/$state', 'ready', 'foreignTopic'],
  [`${AT}/$state`, '', 'empty'],
  [`${AT}/$description`, '{', 'notJson'],
  [`${AT}/$description`, '[]', 'notObject'],
  [`${AT}/door/open`, 'x'.repeat(70_000), 'oversize'],
])('%s is refused', (topic, payload, refused) => {
  expect(new Memory(decodeHomie, 'homie').hear(topic, payload)).toEqual({ refused });
});

test('names and codes are not kept', () => {
  const memory = new Memory(decodeHomie, 'homie');
  const description = JSON.stringify({
    name: 'CANARY',
    nodes: { lock: { name: 'CANARY', properties: { 'pin-code': { ...bool(), name: 'CANARY' }, locked: bool() } } },
  });
  const described = memory.hear(`${AT}/$description`, description);
  expect(described).toMatchObject({ dropped: { secret: 1 } });
  expect(JSON.stringify(described)).not.toContain('CANARY');
  expect(memory.hear(`${AT}/lock/pin-code`, '1234')).toEqual({ readings: [], dropped: { secret: 1 } });
});

test('whatever the bytes it never throws and reads only what is plausible', () => {
  const memory = home('meter', 'power', float('kW'));
  const topic = fc.constantFrom('$description', '$state', 'meter/power', 'x/y', '$alert/x');
  const said = fc.oneof(fc.uint8Array(), fc.string(), fc.json(), fc.double().map(String));
  const nodes = fc.json().map((json) => `{"nodes":{"a":{"properties":{"b":${json}}},"c":${json}}}`);
  fc.assert(
    fc.property(topic, fc.oneof(said, nodes), (name, payload) => {
      const message = { topic: `${AT}/${name}`, payload: Buffer.from(payload), retained: false, base: 'homie' };
      const result = decodeHomie(message, memory.known);
      if ('refused' in result) return;
      for (const { kind, value } of result.readings) expect(isPlausible(kind, value)).toBe(true);
    }),
  );
});

test('topics, sizes and settings', () => {
  expect(homieTopics('homie')).toEqual(['homie/5/#']);
  expect(homiePayloadBytes(`${AT}/$description`, 'homie')).toBeGreaterThan(homiePayloadBytes(`${AT}/a/b`, 'homie'));
  const text = homieSettings({ server: 'mqtt://10.0.0.2:1883', user: 'u', password: 'p', base: 'homie' });
  for (const part of ['mqtt://10.0.0.2:1883', 'QoS 1', 'homie/5/']) expect(text).toContain(part);
});
