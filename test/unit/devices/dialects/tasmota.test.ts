import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTasmota, tasmotaPayloadBytes } from '../../../../devices/dialects/tasmota.ts';
import { tasmotaSettings } from '../../../../devices/dialects/tasmota-settings.ts';
import { isPlausible } from '../../../../devices/vocabulary.ts';
import { Memory } from '../vectors/memory.ts';

const MAC = 'AABBCCAA11BB';
const CONFIG = `tasmota/discovery/${MAC}/config`;
const SENSORS = `tasmota/discovery/${MAC}/sensors`;

interface Config {
  readonly [key: string]: unknown;
}
const config = (more: Config = {}): string =>
  JSON.stringify({
    ...{ t: 'hall', ft: '%prefix%/%topic%/', tp: ['cmnd', 'stat', 'tele'], mac: MAC, hn: 'host-1', md: 'Dual R3' },
    ...{ onln: 'Online', ofln: 'Offline', state: ['OFF', 'ON', 'TOGGLE', 'HOLD'], rl: [1, 0], swc: [-1], swn: [null] },
    ...more,
  });

/** A source, with a device that announced itself where settings are given. */
function home(more?: Config): Memory {
  const memory = new Memory(decodeTasmota, 'tasmota');
  if (more !== undefined) memory.hear(CONFIG, config(more), true);
  return memory;
}

/** What a message says, as `thing kind value`, then what was dropped as `-reason count`, or why it was refused. */
function hear(memory: Memory, topic: string, said: unknown): string[] {
  const result = memory.hear(topic, typeof said === 'string' ? said : JSON.stringify(said));
  if ('refused' in result) return [`refused ${result.refused}`];
  const readings = result.readings.map(({ thing, kind, value }) => `${thing} ${kind} ${value}`);
  return [...readings.sort(), ...Object.entries(result.dropped).map(([reason, count]) => `-${reason} ${count}`)];
}

describe('a device that announces nothing', () => {
  test.each<[string, string, unknown, string[]]>([
    ['a relay', 'stat/plug/RESULT', { POWER: 'ON' }, ['plug switch.state 1']],
    ['the second of several', 'stat/plug/RESULT', { POWER2: 'OFF' }, ['plug/2 switch.state 0']],
    ['a bare word', 'stat/plug/POWER', 'ON', ['plug switch.state 1']],
    ['a word that is no state', 'stat/plug/POWER', 'TOGGLE', ['-null 1']],
    ['an input', 'tele/plug/SENSOR', { Switch1: 'ON' }, ['plug/Switch1 input.state 1']],
    ['what happened to it', 'stat/plug/RESULT', { Switch2: { Action: 'OFF' } }, ['plug/Switch2 input.state 0']],
    ['power', 'tele/plug/SENSOR', { ENERGY: { Power: 81.5 } }, ['plug power.active 81500']],
    ['fed in', 'tele/plug/SENSOR', { ENERGY: { Power: -400 } }, ['plug power.active -400000']],
    ['the counter', 'tele/plug/SENSOR', { ENERGY: { Total: 12.5 } }, ['plug energy.import 12500000']],
    ['the other way', 'tele/plug/SENSOR', { ENERGY: { ExportActive: 1 } }, ['plug energy.export 1000000']],
    [
      'each phase',
      'tele/plug/SENSOR',
      { ENERGY: { Total: { Phase1: 1, Phase2: 2 } } },
      ['plug/1 energy.import 1000000', 'plug/2 energy.import 2000000'],
    ],
    [
      'each channel',
      'tele/plug/SENSOR',
      { ENERGY: { Power: [1, 2] } },
      ['plug/1 power.active 1000', 'plug/2 power.active 2000'],
    ],
    [
      'volts and ampere',
      'tele/plug/SENSOR',
      { ENERGY: { Voltage: 101, Current: 0.5 } },
      ['plug current 500', 'plug voltage 101000'],
    ],
    [
      'not what a day was',
      'tele/plug/SENSOR',
      { ENERGY: { Today: 1, Yesterday: 2, Period: 3 } },
      ['-unknownProperty 3'],
    ],
    ['a number as text', 'tele/plug/SENSOR', { ENERGY: { Power: '80' } }, ['-malformed 1']],
    ['nothing measured', 'tele/plug/SENSOR', { ENERGY: { Power: null } }, ['-null 1']],
    ['a phase without number', 'tele/plug/SENSOR', { ENERGY: { Power: { All: 5 } } }, ['-malformed 1']],
    ['no meter', 'tele/plug/SENSOR', { ENERGY: 5 }, ['-malformed 1']],
    ['the network', 'tele/plug/STATE', { Wifi: { SSId: 'home' } }, ['-secret 1']],
    ['a serial number', 'tele/plug/SENSOR', { TIC: { ADCO: '021528603314' } }, ['-secret 1']],
    ['somebody’s tag', 'tele/plug/SENSOR', { IBEACON: { MAC: 'A4C1387FC1E1', STATE: 'ON' } }, ['-secret 1']],
    ['the prefix last', 'a/b/tele/SENSOR', { ENERGY: { Power: 1 } }, ['a/b power.active 1000']],
    ['a button', 'stat/plug/RESULT', { Button1: { Action: 'SINGLE' } }, ['-unknownProperty 1']],
    ['a command', 'cmnd/plug/POWER', 'ON', ['refused command']],
    ['a command, the prefix last', 'a/cmnd/POWER', 'ON', ['refused command']],
    ['a rule’s own topic', 'stat/plug/PIR1', 'ON', ['refused ignored']],
    ['without a name', 'stat/RESULT', { POWER: 'ON' }, ['refused ignored']],
    ['another program’s', 'home/plug', 'ON', ['refused foreignTopic']],
    ['below the base', 'tasmota/plug', 'ON', ['refused ignored']],
    ['no JSON', 'tele/plug/SENSOR', '{', ['refused notJson']],
    ['no object', 'tele/plug/SENSOR', '[]', ['refused notObject']],
    ['nothing', 'tele/plug/SENSOR', '', ['refused empty']],
    ['too much', 'tele/plug/SENSOR', 'x'.repeat(tasmotaPayloadBytes() + 1), ['refused oversize']],
  ])('%s', (_says, topic, said, expected) => {
    expect(hear(home(), topic, said)).toEqual(expected);
  });

  test('can be reached as its last will says, once it has said something', () => {
    const memory = home();
    expect(hear(memory, 'tele/plug/LWT', 'Online')).toEqual([]);
    hear(memory, 'stat/plug/RESULT', { POWER: 'ON' });
    expect(hear(memory, 'tele/plug/LWT', 'Offline')).toEqual(['plug device.online 0']);
  });
});

describe('a device that announced itself', () => {
  test('is read in its own words, at its own topics', () => {
    const own = { ft: 'house/%topic%/%prefix%/', tp: ['do', 'is', 'says'], state: ['AUS', 'AN', 'UM', 'HALT'] };
    const memory = home({ ...own, onln: 'da', ofln: 'weg' });
    expect(hear(memory, 'house/hall/is/RESULT', { POWER: 'AN' })).toEqual(['house/hall switch.state 1']);
    expect(hear(memory, 'house/hall/says/STATE', { POWER: 'AUS' })).toEqual(['house/hall switch.state 0']);
    expect(hear(memory, 'house/hall/says/STATE', { POWER: 'ON' })).toEqual(['-malformed 1']);
    expect(hear(memory, 'house/hall/says/LWT', 'weg')).toEqual(['house/hall device.online 0']);
  });

  test.each([
    ['%hostname%/%prefix%', 'host-1/stat/RESULT'],
    ['%topic%_%id%/%prefix%', 'hall_AA11BB/stat/RESULT'],
    ['%topic%', 'stat/hall/RESULT'],
  ])('FullTopic %s is understood', (ft, topic) => {
    expect(hear(home({ ft }), topic, { POWER: 'ON' })).toEqual([
      `${topic
        .replace(/\/?stat\/?/, '/')
        .replace('/RESULT', '')
        .replace(/^\//, '')} switch.state 1`,
    ]);
  });

  test('a relay that is the only one is the device; several are each their own; lights and shutters are not read', () => {
    expect(hear(home({ rl: [1, 0] }), 'stat/hall/RESULT', { POWER1: 'ON' })).toEqual(['hall switch.state 1']);
    const several = home({ rl: [1, 1, 2, 3] });
    expect(hear(several, 'stat/hall/RESULT', { POWER1: 'ON', POWER2: 'OFF' })).toEqual([
      'hall/1 switch.state 1',
      'hall/2 switch.state 0',
    ]);
    expect(hear(several, 'stat/hall/RESULT', { POWER3: 'ON' })).toEqual(['-unknownProperty 1']);
    expect(hear(several, 'stat/hall/POWER2', 'ON')).toEqual(['refused ignored']);
  });

  test('its wired inputs are read, under the names they were given', () => {
    const memory = home({ swc: [15, -1, 0], swn: ['Gate', null, null] });
    expect(hear(memory, 'tele/hall/SENSOR', { Gate: 'ON', Switch3: 'OFF' })).toEqual([
      'hall/Switch1 input.state 1',
      'hall/Switch3 input.state 0',
    ]);
    expect(hear(memory, 'stat/hall/RESULT', { Gate: { Action: 'OFF' } })).toEqual(['hall/Switch1 input.state 0']);
    expect(hear(memory, 'tele/hall/SENSOR', { Switch2: 'ON' })).toEqual(['-unknownProperty 1']);
  });

  test('its meter is read as its sample shows it, and each value once', () => {
    const memory = home({});
    const sample = { sn: { ENERGY: { Power: 0, Total: 0 } }, ver: 1 };
    expect(memory.hear(SENSORS, JSON.stringify(sample), true)).toMatchObject({
      things: [{ thing: 'hall', hardware: MAC, model: 'Dual R3' }],
    });
    const said = { ENERGY: { Power: 5, Total: 1, Voltage: 100 } };
    expect(hear(memory, 'tele/hall/SENSOR', said)).toEqual([
      'hall energy.import 1000000',
      'hall power.active 5000',
      'hall voltage 100000',
    ]);
    // The same announcements again change nothing: each changed claim is a commit.
    expect(memory.hear(CONFIG, config(), true)).toEqual({ readings: [], things: [], dropped: {} });
    expect(memory.hear(SENSORS, JSON.stringify(sample), true)).toEqual({ readings: [], things: [], dropped: {} });
  });

  test('that is taken back is read no more; that changes loses what it has no more', () => {
    const memory = home({ rl: [1, 1] });
    memory.hear(CONFIG, config({ rl: [1, 0] }), true);
    expect(hear(memory, 'stat/hall/RESULT', { POWER: 'ON' })).toEqual(['hall switch.state 1']);
    expect(memory.known.claim('hall/2')?.kinds).toEqual([]);
    memory.hear(CONFIG, '', true);
    expect(memory.known.claim('hall')?.kinds).toEqual([]);
    expect(memory.hear(CONFIG, '', true)).toEqual({ refused: 'empty' });
  });

  test('keeps its things when it is given another topic', () => {
    const memory = home({});
    memory.hear(CONFIG, config({ t: 'attic' }), true);
    expect(memory.known.hardware(MAC)?.thing).toBe('attic');
  });

  test.each<[string, string, string[]]>([
    ['no topic', config({ t: null }), ['-malformed 1']],
    ['no prefixes', config({ tp: ['cmnd'] }), ['-malformed 1']],
    ['a wildcard in it', config({ t: '+' }), ['-malformed 1']],
    ['a topic of its prefix alone', config({ ft: '%prefix%/%hostname%', hn: '' }), ['-malformed 1']],
    ['an endless topic', config({ ft: '%topic%/'.repeat(15), t: 'x'.repeat(100) }), ['-malformed 1']],
    ['no JSON', '{', ['refused notJson']],
    ['no object', '1', ['refused notObject']],
  ])('%s: it is not taken for one', (_says, said, expected) => {
    expect(hear(home(), CONFIG, said)).toEqual(expected);
  });

  test('a sample before the settings, or without sensors, is not read', () => {
    expect(hear(home(), SENSORS, { sn: { ENERGY: { Power: 0 } } })).toEqual(['-unknownProperty 1']);
    expect(hear(home({}), SENSORS, { ver: 1 })).toEqual(['-malformed 1']);
    expect(hear(home(), 'tasmota/discovery/x/config', '{}')).toEqual(['refused ignored']);
  });
});

describe('a Zigbee bridge', () => {
  const received = (device: object) => ({ ZbReceived: { '0x1A2B': { Device: '0x1A2B', Endpoint: 1, ...device } } });
  test.each<[string, object, string[]]>([
    ['closed is zero', { Name: 'door', Contact: 0 }, ['bridge/door contact.state 0']],
    ['open is one', { Name: ' door ', Contact: 1 }, ['bridge/door contact.state 1']],
    ['without a name', { Contact: 1 }, ['bridge/0x1A2B contact.state 1']],
    ['somebody moves', { Occupancy: 1 }, ['bridge/0x1A2B occupancy.state 1']],
    ['Power is a switch', { Power: 1 }, ['bridge/0x1A2B switch.state 1']],
    ['ActivePower is power', { ActivePower: 42 }, ['bridge/0x1A2B power.active 42000']],
    ['another socket', { Endpoint: 2, Power: 0 }, ['bridge/0x1A2B/2 switch.state 0']],
    [
      'a battery',
      { BatteryPercentage: 80, BatteryVoltage: 2.9 },
      ['bridge/0x1A2B battery.percent 80', 'bridge/0x1A2B battery.voltage 2900'],
    ],
    ['the radio', { LinkQuality: 99 }, ['bridge/0x1A2B link.quality 99']],
    ['a counter as hexadecimal text', { EnergyTotal: '0x000000000000' }, ['-unknownProperty 1']],
    ['what a remote control wants', { '0006!02': '', Power: 2 }, ['-unknownProperty 2']],
    ['no such endpoint', { Endpoint: 999, Power: 1 }, ['-malformed 1']],
  ])('%s', (_says, device, expected) => {
    expect(hear(home(), 'tele/bridge/SENSOR', received(device))).toEqual(expected);
  });

  test('a device keeps its name and its hardware is its long address once that is told', () => {
    const memory = home();
    hear(memory, 'tele/bridge/SENSOR', {
      ZbInfo: {
        '0x1A2B': {
          Device: '0x1A2B',
          Name: 'door',
          IEEEAddr: '0x00158D0001D82999',
          ModelId: 'lumi.sensor_magnet',
          Contact: 0,
        },
      },
    });
    expect(memory.known.claim('bridge/door')).toMatchObject({
      hardware: '0x00158D0001D82999',
      model: 'lumi.sensor_magnet',
    });
    expect(hear(memory, 'tele/bridge/1A2B/SENSOR', received({ Name: 'door', Contact: 1 }))).toEqual([
      'bridge/door contact.state 1',
    ]);
  });
});

test('whatever comes, nothing is thrown and every value is plausible', () => {
  const topic = fc.oneof(
    fc.constantFrom(CONFIG, SENSORS, 'tele/hall/SENSOR', 'stat/hall/RESULT', 'stat/hall/POWER1', 'tele/hall/LWT'),
    fc.string(),
  );
  const value = fc.oneof(fc.jsonValue(), fc.constantFrom('ON', 'OFF', 1, 0, -1, 1e300));
  const object = fc.dictionary(
    fc.constantFrom('POWER', 'POWER1', 'Switch1', 'ENERGY', 'ZbReceived', 'sn', 'ft', 't', 'rl'),
    value,
  );
  const payload = fc.oneof(
    fc.string(),
    fc.json(),
    object.map((one) => JSON.stringify(one)),
    fc.constant(config()),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(topic, payload), { maxLength: 20 }), (messages) => {
      const memory = home();
      for (const [at, said] of messages) {
        const result = memory.hear(at, said);
        for (const { kind, value: read } of 'refused' in result ? [] : result.readings)
          expect(isPlausible(kind, read)).toBe(true);
      }
    }),
  );
});

test('the line to paste names the account and sets the topics it may use', () => {
  const account = { user: 'plugs', password: 'pw', base: 'tasmota' };
  expect(tasmotaSettings({ ...account, server: 'mqtt://192.0.2.1:1883' })).toBe(
    'Backlog MqttHost 192.0.2.1; MqttPort 1883; MqttUser plugs; MqttPassword pw; FullTopic %prefix%/%topic%/; SetOption19 0; SetOption3 1; TelePeriod 60\n',
  );
  expect(tasmotaSettings({ ...account, server: 'mqtts://192.0.2.1:8883' })).toContain('Only builds with TLS');
});
