import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DROP_REASONS, NOTHING_KNOWN, REFUSAL_REASONS } from '../../../../devices/dialects/dialect.ts';
import { decodeShelly1, shelly1PayloadBytes } from '../../../../devices/dialects/shelly1.ts';
import { shelly1Settings } from '../../../../devices/dialects/shelly1-settings.ts';
import { CHANNELS, DEVICE_TOPICS, MODELS } from '../../../../devices/dialects/shelly1-topics.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { Memory, written } from '../vectors/memory.ts';
import { SHELLY1 } from '../vectors/shelly1.ts';

const fresh = () => new Memory(decodeShelly1, 'shellies');

describe('messages', () => {
  test.each(SHELLY1)('$says', ({ topic, payload, readings, dropped, refused }) => {
    const result = fresh().hear(topic, payload);
    if (refused !== undefined) return expect(result).toEqual({ refused });
    if ('refused' in result) return expect.unreachable(result.refused);
    expect(written(result)).toEqual([...(readings ?? [])].sort());
    expect(result.dropped).toEqual(dropped ?? {});
  });

  test('bytes that are no text, and more bytes than any', () => {
    expect(fresh().hear('shellies/p/relay/0', Buffer.from([0xff]))).toEqual({ refused: 'notText' });
    expect(fresh().hear('shellies/p/relay/0', Buffer.alloc(shelly1PayloadBytes() + 1))).toEqual({
      refused: 'oversize',
    });
  });
});

describe('things', () => {
  const announce = JSON.stringify({
    ...{ id: 'plug', model: 'SHPLG-S', mac: 'A4CF1273C13B', ip: '192.168.1.20', new_fw: false, fw_ver: 'v1.11.8' },
  });

  test('a reading brings its thing once, and each kind once', () => {
    const home = fresh();
    expect(home.hear('shellies/plug/relay/0', 'on')).toMatchObject({
      things: [{ thing: 'plug/relay/0', vendor: 'Shelly', kinds: ['switch.state', 'device.online'] }],
    });
    expect(home.hear('shellies/plug/relay/0', 'off')).not.toHaveProperty('things');
    expect(home.hear('shellies/plug/relay/0/power', '5')).toMatchObject({
      things: [{ thing: 'plug/relay/0', kinds: ['power.active', 'switch.state', 'device.online'] }],
    });
    expect(home.hear('shellies/plug/relay/0/power', '6')).not.toHaveProperty('things');
  });

  test('a device that is gone takes its things with it, and no others', () => {
    const home = fresh();
    home.hear('shellies/plug/relay/0', 'on');
    home.hear('shellies/plug/relay/1', 'on');
    home.hear('shellies/other/relay/0', 'on');
    expect(written(home.hear('shellies/plug/online', 'false', true))).toEqual([
      'plug/relay/0 device.online 0',
      'plug/relay/1 device.online 0',
    ]);
    expect(written(home.hear('shellies/other/online', 'true', true))).toEqual(['other/relay/0 device.online 1']);
    expect(home.hear('shellies/other/online', 'x')).toMatchObject({ readings: [], dropped: { malformed: 1 } });
  });

  test('an announcement brings the things a model has', () => {
    const home = fresh();
    expect(home.hear('shellies/announce', announce)).toMatchObject({
      readings: [],
      things: [
        {
          ...{ thing: 'plug/relay/0', hardware: 'plug/relay/0', vendor: 'Shelly', model: 'SHPLG-S' },
          kinds: ['power.active', 'energy.import', 'switch.state', 'device.online'],
        },
      ],
      dropped: { secret: 2, unknownProperty: 2 },
    });
    expect(home.hear('shellies/plug/announce', announce)).not.toHaveProperty('things');
    expect(home.hear('shellies/plug/relay/0', 'on')).not.toHaveProperty('things');
    expect(written(home.hear('shellies/plug/online', 'true'))).toEqual(['plug/relay/0 device.online 1']);
  });

  test('of a model that nobody lists, what was seen gets the model', () => {
    const home = fresh();
    const said = '{"id":"em","model":"SHEM-9"}';
    expect(home.hear('shellies/announce', said)).not.toHaveProperty('things');
    home.hear('shellies/em/emeter/0/power', '5');
    expect(home.hear('shellies/announce', said)).toMatchObject({ things: [{ thing: 'em/emeter/0', model: 'SHEM-9' }] });
  });

  test('an announcement without an id, and the whole state of a device', () => {
    expect(fresh().hear('shellies/announce', '{"id":"a/b","model":"SHDW-2"}')).not.toHaveProperty('things');
    expect(fresh().hear('shellies/announce', '{"id":1,"model":"SHDW-2"}')).not.toHaveProperty('things');
    expect(fresh().hear('shellies/plug/info', '{"mac":"A4","wifi_sta":{"ssid":"x"}}')).toEqual({
      readings: [],
      dropped: { secret: 1, unknownProperty: 1 },
    });
  });
});

describe('whatever is said', () => {
  const place = fc.oneof(
    fc.constantFrom('online', 'status', 'info', 'announce', ...DEVICE_TOPICS.keys()),
    fc
      .constantFrom(...[...CHANNELS].flatMap(([name, values]) => Object.keys(values).map((each) => [name, each])))
      .map(([name, value]) => (value === '' ? `${name}/0` : `${name}/0/${value}`)),
    fc.string(),
  );
  const word = fc.oneof(fc.constantFrom('on', 'open', 'true', '-1', '999', '1e99', '-0'), fc.double().map(String));

  function isSound(home: Memory, topic: string, payload: Buffer): boolean {
    const result = home.hear(topic, payload);
    if ('refused' in result) return REFUSAL_REASONS.includes(result.refused);
    return (
      result.readings.every((each) => isPlausible(each.kind, each.value)) &&
      result.readings.every((each) => home.known.claim(each.thing)?.kinds.includes(each.kind)) &&
      Object.keys(result.dropped).every((reason) => (DROP_REASONS as readonly string[]).includes(reason))
    );
  }

  test('never throws; what is read is plausible and of a kind that was claimed', () => {
    const home = fresh();
    const said = fc.oneof(
      word,
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .dictionary(fc.constantFrom('motion', 'bat', 'active', 'id', 'model', '__proto__'), fc.jsonValue())
        .map((value) => JSON.stringify(value)),
      fc.constantFrom(...MODELS.keys()).map((model) => JSON.stringify({ id: 'plug', model })),
    );
    fc.assert(
      fc.property(place, said, (at, text) => isSound(home, `shellies/plug/${at}`, Buffer.from(text))),
      { numRuns: 1_000 },
    );
  });

  test('bytes never throw', () => {
    const home = fresh();
    fc.assert(
      fc.property(place, fc.uint8Array({ maxLength: 200 }), (at, bytes) =>
        isSound(home, `shellies/${at}`, Buffer.from(bytes)),
      ),
      { numRuns: 500 },
    );
  });

  test('network names and addresses stay here', () => {
    const secrets = { mac: 'C4N4RY', ip: 'C4N4RY', ssid: 'C4N4RY', fw_ver: 'C4N4RY', wifi_sta: { ssid: 'C4N4RY' } };
    const home = fresh();
    const results = ['announce', 'plug/announce', 'plug/info', 'plug/status'].map((at) =>
      home.hear(`shellies/${at}`, JSON.stringify({ id: 'plug', model: 'SHPLG-S', bat: 5, ...secrets })),
    );
    expect(JSON.stringify(results)).not.toContain('C4N4RY');
    expect(JSON.stringify(results)).toContain('SHPLG-S');
  });
});

test('the lines to paste survive a shell', () => {
  const lines = shelly1Settings({ server: 'mqtt://hub:1883', user: "o'plug", password: 'p&"$', base: 'shellies' });
  expect(lines.split('\n')).toEqual([
    `curl -G http://DEVICE/settings --data-urlencode 'mqtt_enable=true' --data-urlencode 'mqtt_server=hub:1883' --data-urlencode 'mqtt_user=o'\\''plug' --data-urlencode 'mqtt_pass=p&"$' --data-urlencode 'mqtt_max_qos=1'`,
    'curl http://DEVICE/reboot',
    '',
  ]);
});

test('an object where a value should be is dropped', () => {
  const payload = Buffer.from('{"motion":{"toString":null},"bat":{"valueOf":1,"toString":2}}');
  const message = { topic: 'shellies/shellymotionsensor-1/status', payload, retained: false, base: 'shellies' };
  const result = decodeShelly1(message, NOTHING_KNOWN);
  expect('refused' in result ? result : result.dropped).toEqual({ malformed: 2 });
});
