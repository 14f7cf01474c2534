import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Arrived } from '../../../../devices/intake.ts';
import { type Interpretation, interpret, interpretEndings } from '../../../../gateway/intake/interpret.ts';
import { InnerHome, NOON_MS } from '../../../kit/inner-home.ts';

let home: InnerHome;
beforeEach(async () => {
  home = await InnerHome.open();
});
afterEach(() => home.remove());

function look(topic: string, content: unknown, more: Partial<Arrived> = {}): Interpretation {
  const { devices, lastValues } = home.core.state;
  const known = { devices, lastValues, dialectOf: () => 'zigbee2mqtt' as const };
  return interpret(home.message(topic, content, more), known, { ms: NOON_MS, estimated: false });
}
const origins = ({ seen }: Interpretation) =>
  seen.map(({ observation }) => `${observation.property} ${observation.value} ${observation.origin}`);

describe('interpreting', () => {
  test('an unknown thing discovers it and keeps nothing of what it says', () => {
    const found = look('door', { contact: true });
    expect(found.devices.map(({ thing, approvedAtMs }) => [thing, approvedAtMs])).toEqual([['door', undefined]]);
    expect(found.lastValues).toEqual([]);
    expect(found.operations.map(([statement]) => statement)).toEqual(['device.put']);
    expect(home.core.state.devices.all()).toEqual([]);
  });

  test('a first word is where a thing stands, a change is an event, a repetition is none, a retained message never', async () => {
    await home.approve('door', { contact: true });
    expect(origins(look('door', { contact: true }))).toEqual(['contact.state 0 snapshot']);
    await home.publish('door', { contact: true });
    expect(origins(look('door', { contact: true }))).toEqual(['contact.state 0 repeat']);
    expect(look('door', { contact: true }).operations).toEqual([]);
    const changed = look('door', { contact: false });
    expect(origins(changed)).toEqual(['contact.state 1 change']);
    expect(changed.operations).toEqual([['lastValue.put', 1, 'contact.state', 1, NOON_MS]]);
    expect(origins(look('door', { contact: false }, { retained: true }))).toEqual(['contact.state 1 snapshot']);
  });

  test('measurements are samples, and are not written at each', async () => {
    await home.approve('plug', { power: 1 });
    const found = look('plug', { power: 2, energy: 3 });
    expect(origins(found)).toEqual(['power.active 2000 sample', 'energy.import 3000000 sample']);
    expect(found.operations).toEqual([]);
    expect(found.lastValues.map(({ kind }) => kind)).toEqual(['power.active', 'energy.import']);
  });

  test('availability is a state of the thing', async () => {
    await home.approve('plug', { power: 1 });
    await home.publish('plug/availability', { state: 'online' });
    expect(origins(look('plug/availability', { state: 'offline' }))).toEqual(['device.online 0 change']);
  });

  test('what contradicts itself is doubted and not remembered', async () => {
    await home.approve('lock', { lock_state: 'locked' });
    const found = look('lock', { lock_state: 'unlocked', state: 'LOCK' });
    expect(found.seen.map(({ observation }) => observation.quality)).toEqual(['uncertain']);
    expect([found.lastValues, found.operations]).toEqual([[], []]);
  });

  test.each<[string, string, unknown, Record<string, number>]>([
    ['not JSON', 'door', Buffer.from('x'), { notJson: 1 }],
    ['an array', 'door', [1], { notObject: 1 }],
    [
      'a secret, an unknown property and a null',
      'door',
      { pin_code: '1', odd: 2, contact: null },
      { secret: 1, unknownProperty: 1, null: 1 },
    ],
    ['a value out of range', 'plug', { power: 1e9 }, { outOfRange: 1 }],
    ['a command', 'door/set', { state: 'ON' }, {}],
    ['the log of the bridge', 'bridge/logging', { message: 'x' }, {}],
  ])('%s is counted by reason, ordinary traffic is not', (_, topic, content, dropped) => {
    const found = look(topic, content);
    expect(found.dropped).toEqual(dropped);
    expect(found.seen).toEqual([]);
  });

  test('a list describes many things at once, and a rename keeps the device', async () => {
    const list = (...names: string[]) =>
      names.map((friendly_name, index) => ({ friendly_name, ieee_address: `0x${index}`, definition: { exposes: [] } }));
    await home.publish('bridge/devices', list('a', 'b'));
    await home.core.devices.approve('all', {});
    expect(look('bridge/devices', list('a', 'b')).devices).toEqual([]);
    const renamed = look('bridge/devices', list('a', 'c'));
    expect(renamed.devices.map(({ id, thing, approvedAtMs }) => [id, thing, approvedAtMs])).toEqual([
      [2, 'c', NOON_MS],
    ]);
    await home.publish('bridge/devices', list('a', 'c'));
    expect(await home.query('SELECT id, thing FROM device')).toEqual([
      { id: 1, thing: 'a' },
      { id: 2, thing: 'c' },
    ]);
  });

  test('names that changed places while the hub was off do not stop the intake', async () => {
    const entry = (friendly_name: string, ieee_address: string) => ({
      friendly_name,
      ieee_address,
      definition: { exposes: [] },
    });
    await home.publish('bridge/devices', [entry('a', '0x1'), entry('b', '0x2')]);
    expect(await home.publish('bridge/devices', [entry('b', '0x1'), entry('a', '0x2')])).toBe('committed');
    expect(await home.publish('bridge/devices', [entry('b', '0x1'), entry('c', '0x2')])).toBe('committed');
    expect(await home.publish('bridge/devices', [entry('c', '0x2'), entry('a', '0x1')])).toBe('committed');
    const memory = home.core.state.devices.all().map(({ id, thing }) => ({ id, thing }));
    expect(await home.query('SELECT id, thing FROM device ORDER BY id')).toEqual(memory);
  });
});

describe('a value that is not known any more', () => {
  const announce = () => {
    const [device] = home.core.state.devices.all();
    if (!device) throw new Error('no device');
    const kinds = ['occupancy.state', 'power.active', 'tamper.state'] as const;
    const routes = kinds.map((kind) => ({ topic: 't', by: 'c', kind, expireAfterMs: 60_000 }));
    home.core.state.devices.put({ ...device, claim: { ...device.claim, traits: { routes } } });
  };
  beforeEach(async () => {
    await home.approve('hall', { occupancy: true });
    announce();
    await home.publish('hall', { occupancy: true, power: 5, battery: 50 });
  });
  const kinds = () => home.core.state.lastValues.ofDevice(1).map(({ kind }) => kind);

  test('is forgotten when nothing came for the announced time, in memory and on disk; the next one is no event', async () => {
    home.machine.pass(59_999);
    await home.core.tick();
    expect(kinds()).toContain('occupancy.state');
    home.machine.pass(1);
    await home.core.tick();
    expect(kinds()).toEqual(['battery.percent']);
    expect(await home.query('SELECT * FROM last_value')).toEqual([]);
    expect(origins(look('hall', { occupancy: false }))).toEqual(['occupancy.state 0 snapshot']);
  });

  test('is known while it is repeated', async () => {
    for (let minute = 0; minute < 3; minute += 1) {
      home.machine.pass(50_000);
      await home.publish('hall', { occupancy: true });
      await home.core.tick();
    }
    expect(kinds()).toContain('occupancy.state');
  });

  test('counts from the start where the hub was off: what was repeated meanwhile nobody heard', async () => {
    home.machine.pass(3_600_000);
    home = await home.reopen();
    announce();
    home.machine.pass(59_999);
    await home.core.tick();
    expect(kinds()).toEqual(['occupancy.state']);
    home.machine.pass(1);
    await home.core.tick();
    expect(kinds()).toEqual([]);
  });

  test('is on the disk as before when that cannot be written', async () => {
    home.machine.pass(60_000);
    home.store.shouldFail = () => true;
    await home.core.tick();
    home.store.shouldFail = () => false;
    expect(await home.query('SELECT kind FROM last_value')).toEqual([{ kind: 'occupancy.state' }]);
  });
});

describe('an "on" that is over by itself', () => {
  const endings = (atMs: number) => {
    const { devices, lastValues } = home.core.state;
    return interpretEndings({ devices, lastValues, dialectOf: () => 'zigbee2mqtt' }, { ms: atMs, estimated: false });
  };

  beforeEach(async () => {
    await home.approve('hall', { occupancy: false });
    const [device] = home.core.state.devices.all();
    if (!device) throw new Error('no device');
    const routes = [
      { topic: 't', by: 'c', kind: 'occupancy.state', offAfterMs: 90_000 },
      { topic: 't', by: 'c', kind: 'tamper.state', offAfterMs: 10 },
      { topic: 't', by: 'c', kind: 'battery.percent' },
    ] as const;
    home.core.state.devices.put({ ...device, claim: { ...device.claim, traits: { routes } } });
    await home.publish('hall', { occupancy: false, battery: 50 });
  });

  test('ends when it was announced to, once, and every message begins the time anew', async () => {
    expect(endings(NOON_MS + 1e9)).toEqual([]);
    await home.publish('hall', { occupancy: true });
    home.machine.pass(60_000);
    await home.publish('hall', { occupancy: true });
    home.machine.pass(89_999);
    await home.core.tick();
    expect(home.core.state.lastValues.get(1, 'occupancy.state')?.value).toBe(1);
    expect(endings(NOON_MS + 150_000).map(origins)).toEqual([['occupancy.state 0 change']]);
    home.machine.pass(1);
    await home.core.tick();
    expect(home.core.state.lastValues.get(1, 'occupancy.state')).toMatchObject({ value: 0, atMs: NOON_MS + 150_000 });
    expect(endings(NOON_MS + 1e9)).toEqual([]);
    home.core.state.devices.remove(1);
    expect(home.core.state.devices.ending()).toEqual([]);
  });

  test('of a device that is wired the other way round is its own "off", and once', async () => {
    const [device] = home.core.state.devices.all();
    if (!device) throw new Error('no device');
    const routes = [{ topic: 't', by: 'c', kind: 'contact.state', offAfterMs: 1_000 }] as const;
    const meaning = { of: 'contact.state', is: 'door', inverted: true } as const;
    home.core.state.devices.put({ ...device, meaning, claim: { ...device.claim, traits: { routes } } });
    await home.publish('hall', { contact: false });
    expect(endings(NOON_MS + 1_000).map(origins)).toEqual([['contact.state 1 change']]);
    await home.publish('hall', { contact: true });
    expect(endings(NOON_MS + 1e9)).toEqual([]);
  });

  test('noticed long after it, it has no moment', async () => {
    await home.publish('hall', { occupancy: true });
    expect(endings(NOON_MS + 95_000).map(origins)).toEqual([['occupancy.state 0 change']]);
    expect(endings(NOON_MS + 95_001).map(origins)).toEqual([['occupancy.state 0 snapshot']]);
  });
});
