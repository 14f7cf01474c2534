import { describe, expect, test } from 'vitest';
import { decodeShelly } from '../../../../devices/dialects/shelly.ts';
import { Memory, written } from '../vectors/memory.ts';
import { blu, ID, notify } from '../vectors/shelly.ts';

const fresh = () => new Memory(decodeShelly, 'shelly');

describe('Bluetooth sensors', () => {
  /** What each object's set and clear mean, by its number and name. */
  const MEANINGS: readonly (readonly [number, string, string, number, number])[] = [
    [0x11, 'opening', 'contact.state', 1, 0],
    [0x15, 'battery_low', 'battery.low', 1, 0],
    [0x1a, 'door', 'contact.state', 1, 0],
    [0x1b, 'garage_door', 'contact.state', 1, 0],
    [0x1f, 'lock', 'lock.state', 2, 1],
    [0x21, 'motion', 'occupancy.state', 1, 0],
    [0x23, 'occupancy', 'occupancy.state', 1, 0],
    [0x25, 'presence', 'occupancy.state', 1, 0],
    [0x2b, 'tamper', 'tamper.state', 1, 0],
    [0x2d, 'window', 'contact.state', 1, 0],
  ];
  const list = (object: unknown) => {
    const row = {
      key: 'bthomesensor:200',
      status: { id: 200, value: true },
      config: { obj_id: object, addr: 'aa:bb' },
    };
    return JSON.stringify({ id: 1, src: ID, result: { components: [row, { key: 3 }, null] } });
  };

  test.each(MEANINGS)('%i %s', (id, name, kind, set, clear) => {
    const home = fresh();
    home.hear('shelly/gw/events/rpc', notify({ 'switch:0': { output: true } }));
    expect(written(home.hear('shelly/rpc', list(id)))).toEqual([`${ID}/bthomesensor:200 ${kind} ${set}`]);
    const later = home.hear('shelly/gw/events/rpc', notify({ 'bthomesensor:200': { id: 200, value: false } }));
    expect(written(later)).toEqual([`gw/bthomesensor:200 ${kind} ${clear}`]);
    const byScript = (value: number) => home.hear('shelly/gw/events/rpc', blu('60:EF:AB:42:e4:c8', { [name]: value }));
    expect(written(byScript(1))).toEqual([`gw/blu:42e4c8 ${kind} ${set}`]);
    expect(written(byScript(0))).toEqual([`gw/blu:42e4c8 ${kind} ${clear}`]);
  });

  test('an object that is not read', () => {
    expect(fresh().hear('shelly/rpc', list(0x02))).toEqual({ readings: [], dropped: { unknownProperty: 1 } });
  });

  test('a sensor heard by two devices is one thing', () => {
    const home = fresh();
    const said = blu('60:ef:ab:42:e4:c8', { window: 1, battery: 100, illuminance: 13 });
    const readings = ['gw/blu:42e4c8 battery.percent 100', 'gw/blu:42e4c8 contact.state 1'];
    expect(written(home.hear('shelly/gw/events/rpc', said))).toEqual(readings);
    expect(written(home.hear('shelly/plug/events/rpc', said))).toEqual(readings);
    expect(home.hear('shelly/plug/events/rpc', said)).not.toHaveProperty('things');
    expect(home.hear('shelly/gw/events/rpc', said)).not.toHaveProperty('things');
    expect(written(home.hear('shelly/plug/online', 'false'))).toEqual([]);
  });

  test('one without an address', () => {
    expect(fresh().hear('shelly/gw/events/rpc', blu('x', { window: 1 }))).toMatchObject({ dropped: { malformed: 1 } });
  });
});
