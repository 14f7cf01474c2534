import { describe, expect, test } from 'vitest';
import type { Claim, ThingClaim } from '../../../../devices/dialects/dialect.ts';
import { announced } from '../../../../gateway/intake/announcement.ts';
import {
  categoryOf,
  type Device,
  DeviceTable,
  forgetDevice,
  newDevice,
  storeDevice,
} from '../../../../gateway/intake/device-table.ts';
import { LIMITS } from '../../../../gateway/limits.ts';

const claim = (hardware?: string): Claim => ({
  ...(hardware === undefined ? {} : { hardware }),
  kinds: ['contact.state'],
  categories: {},
  traits: { voltage: 'batteryVolt' },
});

function tableWith(...devices: Partial<Device>[]): DeviceTable {
  const table = new DeviceTable([], 0);
  for (const [index, more] of devices.entries())
    table.put({
      id: index + 1,
      source: 's',
      thing: `t${index + 1}`,
      claim: claim(`h${index + 1}`),
      categoryOverride: undefined,
      room: undefined,
      approvedAtMs: 5,
      meaning: undefined,
      person: undefined,
      ...more,
    });
  return table;
}

const said = (thing: string, hardware?: string): ThingClaim => ({ thing, ...claim(hardware) });
const faces = (devices: readonly Device[]) => devices.map(({ id, thing, approvedAtMs }) => [id, thing, approvedAtMs]);

describe('a list of things', () => {
  test('that says nothing new changes nothing', () => {
    expect(announced(tableWith({}, {}), 's', [said('t2', 'h2'), said('t1', 'h1')])).toEqual({
      devices: [],
      gone: [],
      tooMany: 0,
    });
  });

  test('gives new things fresh ids, unapproved', () => {
    const { devices } = announced(tableWith({}), 's', [said('t1', 'h1'), said('a'), said('b', 'h9')]);
    expect(faces(devices)).toEqual([
      [2, 'a', undefined],
      [3, 'b', undefined],
    ]);
  });

  test('that calls the same hardware another name keeps the device, its room and its approval', () => {
    const { devices, gone } = announced(tableWith({ room: 'hall' }), 's', [said('kitchen door', 'h1')]);
    expect(devices).toMatchObject([{ id: 1, thing: 'kitchen door', approvedAtMs: 5, room: 'hall' }]);
    expect(gone).toEqual([]);
  });

  test('in which names changed places follows the hardware', () => {
    const { devices, gone } = announced(tableWith({}, {}), 's', [said('t2', 'h1'), said('t1', 'h2')]);
    expect(faces(devices)).toEqual([
      [1, 't2', 5],
      [2, 't1', 5],
    ]);
    expect(gone).toEqual([]);
  });

  test('in which other hardware has taken a name makes it a new thing that nobody approved', () => {
    const { devices, gone } = announced(tableWith({}), 's', [said('t1', 'other')]);
    expect(faces(devices)).toEqual([[2, 't1', undefined]]);
    expect(faces(gone)).toEqual([[1, 't1', 5]]);
  });

  test('describes a thing that spoke before it was announced, and that keeps its approval', () => {
    const { devices } = announced(tableWith({ claim: claim() }), 's', [said('t1', 'h7')]);
    expect(devices).toMatchObject([{ id: 1, approvedAtMs: 5, claim: { hardware: 'h7' } }]);
  });

  test('of another source speaks of other things', () => {
    const { devices, gone } = announced(tableWith({}), 'other', [said('t1', 'h1')]);
    expect(faces(devices)).toEqual([[2, 't1', undefined]]);
    expect(gone).toEqual([]);
  });

  test('longer than a home may have counts the rest; known things keep their place', () => {
    const table = tableWith(...Array.from({ length: LIMITS.devices - 1 }, () => ({})));
    const { devices, tooMany } = announced(table, 's', [said('x'), said('y'), said('renamed', 'h5')]);
    expect(faces(devices)).toEqual([
      [LIMITS.devices, 'x', undefined],
      [5, 'renamed', 5],
    ]);
    expect(tooMany).toBe(1);
  });
});

describe('the table', () => {
  test('never forgets the highest id it gave, and frees the names of what is removed', () => {
    const table = tableWith({}, {});
    table.remove(2);
    table.remove(99);
    expect([table.highestId, table.size]).toEqual([2, 1]);
    expect(new DeviceTable([], 41).highestId).toBe(41);
    expect(table.find('s', 't2')).toBeUndefined();
    expect(table.known('s').claim('t1')?.traits).toEqual({ voltage: 'batteryVolt' });
    expect(table.known('s').claim('t2')).toBeUndefined();
    expect(forgetDevice(2).map(([statement, id]) => [statement, id])).toEqual([
      ['device.forget', 2],
      ['lastValue.forget', 2],
      ['history.forgetDevice', 2],
    ]);
  });

  test('leaves a name with the thing that has it now', () => {
    const table = tableWith({}, {});
    const [first] = table.all();
    table.put({ ...(first as Device), thing: 't2' });
    table.remove(2);
    expect(table.find('s', 't2')?.id).toBe(1);
    expect(table.find('s', 't1')).toBeUndefined();
    expect(newDevice(3, 's', 'x')).toMatchObject({ id: 3, approvedAtMs: undefined, room: undefined });
  });

  test('reads what it stored', () => {
    const [device] = tableWith({
      categoryOverride: 'power.total',
      room: 'hall',
      person: 2,
      meaning: { of: 'input.state', is: 'door', inverted: true },
    }).all();
    if (!device) throw new Error('no device');
    const [, id, source, thing, text, category_override, room, approved_at, meaning, person] = storeDevice(device) as [
      string,
      number,
      string,
      string,
      string,
      string,
      string,
      number,
      string,
      number,
    ];
    const row = { id, source, thing, claim: text, category_override, room, approved_at, meaning, person };
    expect(new DeviceTable([row], 1).get(1)).toEqual(device);
    const bare = { ...row, category_override: null, room: null, approved_at: null, meaning: null, person: null };
    expect(new DeviceTable([bare], 1).get(1)).toMatchObject({
      categoryOverride: undefined,
      room: undefined,
      approvedAtMs: undefined,
      meaning: undefined,
      person: undefined,
    });
  });

  test('gives a category by the resident first, for power and energy alone, then by the model', () => {
    const device = { ...tableWith({}).all()[0], categoryOverride: 'power.total' } as Device;
    expect(categoryOf(device, 'power.active')).toBe('power.total');
    expect(categoryOf(device, 'energy.import')).toBe('power.total');
    expect(categoryOf(device, 'contact.state')).toBeUndefined();
    const meter = {
      ...device,
      categoryOverride: undefined,
      claim: { ...claim(), categories: { 'power.active': 'power.total' } },
    } as Device;
    expect(categoryOf(meter, 'power.active')).toBe('power.total');
  });

  test('finds things by the topics they were announced under and are read from, until they change or go', () => {
    const routed = (topic: string) => ({
      ...claim('hw'),
      traits: { routes: [{ topic, by: 'config', kind: 'contact.state' as const }] },
    });
    const table = tableWith({ claim: routed('a') }, {});
    const [first] = table.all();
    const at = (topic: string) =>
      table
        .known('s')
        .at(topic)
        .map(({ thing }) => thing);
    expect([at('a'), at('config'), at('b')]).toEqual([['t1'], ['t1'], []]);
    expect([table.announced('s'), table.announced('other')]).toEqual([['a'], []]);
    expect(table.known('other').at('a')).toEqual([]);
    expect([table.known('s').hardware('hw')?.thing, table.known('other').hardware('hw')]).toEqual(['t1', undefined]);
    table.put({ ...(first as Device), claim: routed('b') });
    expect([at('a'), at('config'), at('b')]).toEqual([[], ['t1'], ['t1']]);
    table.remove(1);
    expect([at('b'), at('config'), table.announced('s')]).toEqual([[], [], []]);
  });
});
