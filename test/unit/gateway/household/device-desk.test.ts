import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InnerHome, NOON_MS } from '../../../kit/inner-home.ts';

let home: InnerHome;
beforeEach(async () => {
  home = await InnerHome.open();
});
afterEach(() => home.remove());

const desk = () => home.core.devices;
const described = (name: string, hardware = '0x01') => [
  { friendly_name: name, ieee_address: hardware, definition: { vendor: 'v', model: 'm', exposes: [] } },
];
const words = (answer: { ok: boolean; problem?: { error: { en: string } } }) => answer.problem?.error.en ?? 'yes';
const onDisk = () => home.query<{ id: number; approved_at: number | null; claim: string }>('SELECT * FROM device');

describe('credentials', () => {
  test('are made with a password shown once, kept as a hash, and known after a restart', async () => {
    const made = await desk().add('z2m-1', 'zigbee2mqtt');
    if (!made.ok) throw new Error('not made');
    const { password } = made.value;
    expect(desk().authenticate('z2m-1', Buffer.from(password))).toEqual({
      source: 'z2m-1',
      dialect: 'zigbee2mqtt',
      base: 'zigbee2mqtt',
    });
    expect(desk().authenticate('z2m-1', Buffer.from('wrong'))).toBeUndefined();
    expect(desk().authenticate('nobody', Buffer.from(password))).toBeUndefined();
    expect(desk().authenticate('nobody', Buffer.alloc(0))).toBeUndefined();
    expect(
      JSON.stringify(await home.query('SELECT hex(password_hash) AS hash, hex(salt) AS salt FROM credential')),
    ).not.toContain(Buffer.from(password).toString('hex').toUpperCase());
    home = await home.reopen();
    expect(desk().authenticate('z2m-1', Buffer.from(password))).toMatchObject({ source: 'z2m-1' });
    expect(desk().credentials()).toEqual([
      { name: 'z2m-1', dialect: 'zigbee2mqtt', base: 'zigbee2mqtt', addedAtMs: NOON_MS },
    ]);
    expect(words(await desk().remove('z2m-1'))).toBe('yes');
    expect(desk().authenticate('z2m-1', Buffer.from(password))).toBeUndefined();
  });

  test.each([
    ['a name with a space', ['my plug', 'zigbee2mqtt'], 'cannot be a name'],
    ['an empty name', ['', 'zigbee2mqtt'], 'cannot be a name'],
    ['a name that is too long', ['a'.repeat(41), 'zigbee2mqtt'], 'cannot be a name'],
    ['an unknown dialect', ['a', 'klingon'], 'is not known'],
    ['a dialect every object has', ['a', 'toString'], 'is not known'],
    ['a base with a wildcard', ['a', 'zigbee2mqtt', 'home/#'], 'cannot be a base topic'],
    ['a base of the server', ['a', 'zigbee2mqtt', '$SYS'], 'cannot be a base topic'],
    ['a base that begins with a slash', ['a', 'zigbee2mqtt', '/x'], 'cannot be a base topic'],
  ] as const)('with %s are refused', async (_, [name, dialect, ...base], expected) => {
    expect(words(await desk().add(name, dialect, ...base))).toContain(expected);
    expect(desk().credentials()).toEqual([]);
  });

  test('cannot be made twice', async () => {
    await desk().add('one', 'zigbee2mqtt', 'z1');
    expect(words(await desk().add('one', 'zigbee2mqtt'))).toContain('exists already');
  });
});

describe('devices', () => {
  test('are approved by id, by name, or all that wait; once approved, at the first moment', async () => {
    await Promise.all(['a', 'b', 'c'].map((thing) => home.publish(thing, { contact: true })));
    expect(
      desk()
        .all()
        .every(({ approvedAtMs }) => approvedAtMs === undefined),
    ).toBe(true);
    await desk().approve(['1', 'b'], { room: 'kitchen', category: 'power.total' });
    home.machine.pass(1000);
    await desk().approve('all', {});
    await desk().approve(['a'], { room: 'hall' });
    expect(
      desk()
        .all()
        .map((one) => [one.thing, one.room, one.categoryOverride, one.approvedAtMs]),
    ).toEqual([
      ['a', 'hall', 'power.total', NOON_MS],
      ['b', 'kitchen', 'power.total', NOON_MS],
      ['c', undefined, undefined, NOON_MS + 1000],
    ]);
  });

  test('that nobody knows, and categories that do not exist, are refused', async () => {
    await home.publish('a', { contact: true });
    expect(words(await desk().approve(['a', 'x'], {}))).toContain('No device "x"');
    expect(words(await desk().approve(['a'], { category: 'weather' }))).toContain('no category');
    expect(words(await desk().remove('x'))).toContain('No device "x"');
    expect((await onDisk())[0]?.approved_at).toBeNull();
  });

  test('approved while their source describes them stay approved, in memory and on disk', async () => {
    await home.publish('plug', { power: 1 });
    const approving = desk().approve(['plug'], {});
    const describing = home.publish('bridge/devices', described('plug'));
    await approving;
    await describing;
    expect(desk().all()[0]).toMatchObject({ approvedAtMs: NOON_MS, claim: { hardware: '0x01' } });
    expect((await onDisk())[0]?.approved_at).toBe(NOON_MS);
    expect(JSON.parse((await onDisk())[0]?.claim ?? '{}')).toMatchObject({ hardware: '0x01' });
  });

  test('whose approval the disk refuses are not approved', async () => {
    await home.publish('plug', { power: 1 });
    home.store.shouldFail = () => true;
    await expect(desk().approve(['plug'], {})).rejects.toThrow();
    expect(desk().all()[0]?.approvedAtMs).toBeUndefined();
    await expect(desk().remove('plug')).rejects.toThrow();
    expect(desk().all()).toHaveLength(1);
  });

  test('that are removed are forgotten with what they said; their id is not used again', async () => {
    const id = await home.approve('door', { contact: true });
    await home.publish('door', { contact: false });
    await home.core.writeLazily();
    await home.publish('door', { contact: true });
    await home.publish('door', { contact: false });
    expect(words(await desk().remove('door'))).toBe('yes');
    await home.core.writeLazily();
    const tables = ['device', 'last_value', 'history'];
    const left = await Promise.all(tables.map(async (table) => (await home.query(`SELECT * FROM ${table}`)).length));
    expect(left).toEqual([0, 0, 0]);
    expect(home.core.state.lastValues.ofDevice(id)).toEqual([]);
    await home.publish('door', { contact: false });
    expect(
      desk()
        .all()
        .map((one) => [one.id, one.approvedAtMs]),
    ).toEqual([[id + 1, undefined]]);
  });
});
