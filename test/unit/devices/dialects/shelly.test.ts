import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DROP_REASONS, REFUSAL_REASONS } from '../../../../devices/dialects/dialect.ts';
import { decodeShelly, shellyPayloadBytes } from '../../../../devices/dialects/shelly.ts';
import { BTHOME_NAMES } from '../../../../devices/dialects/shelly-bthome.ts';
import { COMPONENTS } from '../../../../devices/dialects/shelly-components.ts';
import { shellySettings } from '../../../../devices/dialects/shelly-settings.ts';
import { LIMITS } from '../../../../devices/limits.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { Memory, written } from '../vectors/memory.ts';
import { blu, ID, notify, SHELLY } from '../vectors/shelly.ts';

const fresh = () => new Memory(decodeShelly, 'shelly');

describe('messages', () => {
  test.each(SHELLY)('$says', ({ topic, payload, readings, dropped, refused }) => {
    const result = fresh().hear(topic, payload);
    if (refused !== undefined) return expect(result).toEqual({ refused });
    if ('refused' in result) return expect.unreachable(result.refused);
    expect(written(result)).toEqual([...(readings ?? [])].sort());
    expect(result.dropped).toEqual(dropped ?? {});
  });
});

describe('things', () => {
  test('a first reading brings the thing, with what it was seen to say; the same again brings nothing', () => {
    const home = fresh();
    const first = home.hear('shelly/plug/events/rpc', notify({ 'switch:0': { output: true } }));
    expect(first).toMatchObject({
      things: [
        {
          thing: 'plug/switch:0',
          hardware: `${ID}/switch:0`,
          vendor: 'Shelly',
          model: 'shellypro4pm',
          kinds: ['switch.state', 'device.online'],
          categories: {},
        },
      ],
    });
    expect(home.hear('shelly/plug/events/rpc', notify({ 'switch:0': { output: false } }))).not.toHaveProperty('things');
    expect(home.hear('shelly/plug/status/switch:0', '{"output":false}')).not.toHaveProperty('things');
    expect(home.hear('shelly/plug/status/switch:0', '{"apower":1}')).toMatchObject({
      things: [{ hardware: `${ID}/switch:0`, kinds: ['power.active', 'switch.state', 'device.online'] }],
    });
  });

  test('what says nothing that is read is no thing', () => {
    expect(fresh().hear('shelly/plug/status/switch:0', '{"temperature":{"tC":1}}')).not.toHaveProperty('things');
  });

  test('every known thing of a prefix is reachable with it, and no other', () => {
    const home = fresh();
    home.hear('shelly/plug/events/rpc', notify({ 'switch:0': { output: true }, 'switch:1': { output: true } }));
    home.hear('shelly/other/status/switch:0', '{"output":true}');
    expect(written(home.hear('shelly/plug/online', 'false', true))).toEqual([
      'plug/switch:0 device.online 0',
      'plug/switch:1 device.online 0',
    ]);
    expect(written(home.hear('shelly/other/online', 'true', true))).toEqual(['other/switch:0 device.online 1']);
    expect(home.hear('shelly/other/online', 'perhaps')).toMatchObject({ readings: [], dropped: { malformed: 1 } });
    expect(written(home.hear('shelly/unknown/online', 'true'))).toEqual([]);
  });

  test('a device whose prefix was changed keeps its hardware and what it was seen to say', () => {
    const home = fresh();
    home.hear('shelly/plug/events/rpc', notify({ 'switch:0': { output: true, apower: 1 } }));
    expect(home.hear('shelly/kettle/events/rpc', notify({ 'switch:0': { output: true } }))).toMatchObject({
      things: [
        {
          thing: 'kettle/switch:0',
          hardware: `${ID}/switch:0`,
          kinds: ['power.active', 'switch.state', 'device.online'],
          traits: { routes: [{ topic: 'shelly/kettle/online' }] },
        },
      ],
    });
  });

  test('other hardware under the same name takes nothing over', () => {
    const home = fresh();
    home.hear('shelly/plug/events/rpc', notify({ 'switch:0': { apower: 1 } }));
    const other = home.hear(
      'shelly/plug/events/rpc',
      notify({ 'switch:0': { output: true } }, 'shellyplus1-a8032abe54dc'),
    );
    expect(other).toMatchObject({ things: [{ model: 'shellyplus1', kinds: ['switch.state', 'device.online'] }] });
  });

  test('a name longer than any, a message of more components than any', () => {
    expect(fresh().hear(`shelly/${'n'.repeat(250)}/status/switch:0`, '{"output":true}')).toEqual({
      refused: 'oversize',
    });
    const many = Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`switch:${at}`, { output: true }]));
    expect(fresh().hear('shelly/plug/events/rpc', notify(many))).toEqual({ refused: 'oversize' });
    const keys = Object.fromEntries(Array.from({ length: LIMITS.jsonKeys + 1 }, (_, at) => [`k${at}`, 1]));
    expect(fresh().hear('shelly/plug/status/switch:0', JSON.stringify(keys))).toEqual({ refused: 'oversize' });
    expect(fresh().hear('shelly/plug/events/rpc', Buffer.alloc(shellyPayloadBytes() + 1, 0x20))).toEqual({
      refused: 'oversize',
    });
  });
});

describe('answers', () => {
  const answer = (result: unknown) => JSON.stringify({ id: 1, src: ID, dst: 'shelly', result });

  test('of a whole device, under the name it is known by', () => {
    const home = fresh();
    home.hear('shelly/plug/events/rpc', notify({ 'switch:0': { output: true } }));
    const result = home.hear('shelly/rpc', answer({ ble: {}, 'switch:0': { id: 0, apower: 5 }, sys: { mac: 'F0' } }));
    expect(written(result)).toEqual(['plug/switch:0 power.active 5000']);
    expect(result).toMatchObject({ dropped: { secret: 1 } });
  });

  test('of a device not heard before, under its own id', () => {
    const result = fresh().hear('shelly/rpc', answer({ 'switch:0': { output: true } }));
    expect(written(result)).toEqual([`${ID}/switch:0 switch.state 1`]);
    expect(result).toMatchObject({ things: [{ traits: { routes: [{ topic: `${ID}/online` }] } }] });
  });

  test('of one component that shows which it is, and of one that does not', () => {
    expect(written(fresh().hear('shelly/rpc', answer({ id: 1, act_power: -3.5 })))).toEqual([
      `${ID}/em1:1 power.active -3500`,
    ]);
    expect(fresh().hear('shelly/rpc', answer({ id: 0, apower: 3 }))).toEqual({ refused: 'ignored' });
    expect(fresh().hear('shelly/rpc', answer(null))).toEqual({ refused: 'ignored' });
  });
});

describe('whatever is said', () => {
  const component = fc.constantFrom(...COMPONENTS.keys(), 'sys', '__proto__').map((name) => `${name}:0`);
  const fields = [...COMPONENTS.values()].flatMap((each) => Object.keys(each).map((path) => path.split('.')[0] ?? ''));
  const field = fc.constantFrom('value', 'obj_id', 'total', '__proto__', ...fields, ...BTHOME_NAMES);
  const said = fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.double(), fc.boolean(), fc.constantFrom(45, 31, 'x')));
  const topic = fc.oneof(
    fc.constantFrom('shelly/a/events/rpc', 'shelly/rpc', 'shelly/a/online', 'b/online', 'shelly/a/status/switch:0'),
    fc.string().map((rest) => `shelly/${rest}`),
    component.map((name) => `shelly/a/status/${name}`),
  );

  function isSound(home: Memory, place: string, payload: Buffer): boolean {
    const result = home.hear(place, payload);
    if ('refused' in result) return REFUSAL_REASONS.includes(result.refused);
    const kinds = new Set(result.things?.flatMap((each) => each.kinds));
    return (
      result.readings.every((each) => isPlausible(each.kind, each.value)) &&
      result.readings.every(
        (each) => home.known.claim(each.thing)?.kinds.includes(each.kind) ?? kinds.has(each.kind),
      ) &&
      Object.keys(result.dropped).every((reason) => (DROP_REASONS as readonly string[]).includes(reason))
    );
  }

  test('bytes never throw', () => {
    const home = fresh();
    fc.assert(
      fc.property(topic, fc.uint8Array({ maxLength: 200 }), (at, bytes) => isSound(home, at, Buffer.from(bytes))),
    );
  });

  test('objects never throw; what is read is plausible and of a kind that was claimed', () => {
    const home = fresh();
    fc.assert(
      fc.property(topic, fc.dictionary(component, said), said, (at, params, data) =>
        [
          notify(params),
          JSON.stringify({ src: ID, id: 1, result: params }),
          JSON.stringify({ src: ID, id: 1, result: data }),
          JSON.stringify(data),
          blu('60:ef:ab:42:e4:c8', data),
        ].every((text) => isSound(home, at, Buffer.from(text))),
      ),
      { numRuns: 500 },
    );
  });

  test('network names, addresses and keys stay here', () => {
    const canary = { ssid: 'C4N4RY', sta_ip: 'C4N4RY', mac: 'C4N4RY', key: 'C4N4RY', name: 'C4N4RY', output: true };
    const home = fresh();
    const results = [
      home.hear('shelly/a/events/rpc', notify({ wifi: canary, 'switch:0': canary, sys: canary, ts: 'C4N4RY' })),
      home.hear('shelly/a/status/wifi', JSON.stringify(canary)),
      home.hear('shelly/rpc', JSON.stringify({ src: ID, result: { wifi: canary, 'switch:0': canary } })),
      home.hear('shelly/a/events/rpc', blu('60:ef:ab:42:e4:c8', { ...canary, window: 1 })),
    ];
    const shown = JSON.stringify(results, (name, value) => (name === 'hardware' ? '' : value));
    expect(shown).not.toMatch(/C4N4RY|f008d1d8b8b8|60:?ef:?ab:?42/i);
    expect(shown).toContain('contact.state');
  });
});

test('the lines to paste survive a shell and say where to publish', () => {
  const lines = shellySettings({ server: 'mqtt://hub:1883', user: "o'plug #1", password: `p'"$`, base: 'shelly' });
  expect(lines.split('\n')).toEqual([
    `curl -X POST http://DEVICE/rpc -d '{"id":1,"method":"Mqtt.SetConfig","params":{"config":{"enable":true,"server":"hub:1883","user":"o'\\''plug #1","pass":"p'\\''\\"$","topic_prefix":"shelly/o'\\''plug-1","rpc_ntf":true,"status_ntf":true}}}'`,
    `curl -X POST http://DEVICE/rpc -d '{"id":2,"method":"Shelly.Reboot"}'`,
    '',
  ]);
});
