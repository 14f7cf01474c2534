import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exposedBy } from '../../../../firmware-sim/dialects/zigbee2mqtt-exposed.ts';
import { household } from '../../../../firmware-sim/household.ts';
import { playedAs } from '../../../../firmware-sim/models/played.ts';
import type { Expose, Product } from '../../../../firmware-sim/models/product.ts';
import { allProducts, listProducts, nearestProducts, productNamed } from '../../../../firmware-sim/models/products.ts';
import { productOf, tableText } from '../../../../firmware-sim/models/table.ts';
import { speakersOf } from '../../../../firmware-sim/trace.ts';

const numeric = (property: string, unit?: string): Expose => ({
  type: 'numeric',
  property,
  access: 1,
  ...(unit ? { unit } : {}),
});
const flag = (property: string): Expose => ({ type: 'binary', property, access: 1, value_on: true, value_off: false });
const relay: Expose = {
  type: 'switch',
  features: [{ type: 'binary', property: 'state', access: 7, value_on: 'ON', value_off: 'OFF' }],
};
const product = (kind: Product['kind'], ...exposes: Expose[]): Product => ({
  model: 'X1',
  kind,
  vendor: 'Somebody',
  description: 'Something',
  supportsOta: false,
  power: 'Battery',
  modelId: 'x1',
  manufacturer: 'Somebody',
  address: '0x000d6f0000',
  clusters: [],
  exposes,
});

describe('the table of models', () => {
  it('knows the demonstration’s and all others by the name that Zigbee2MQTT gives them', () => {
    expect(productNamed('MCCGQ11LM')).toMatchObject({
      kind: 'contact',
      vendor: 'Aqara',
      power: 'Battery',
      manufacturer: 'LUMI',
    });
    expect(productNamed('E2134')).toMatchObject({ kind: 'motion', vendor: 'IKEA', power: 'Battery' });
    expect(productNamed('SPLZB-131')).toMatchObject({ kind: 'plug', vendor: 'Develco', power: 'Mains (single phase)' });
    for (const name of ['', 'mccgq11lm', 'toString', '__proto__']) expect(productNamed(name), name).toBeUndefined();
  });

  it('has what bridge/devices needs of every model', () => {
    for (const { model, address, modelId, manufacturer, clusters, exposes } of allProducts()) {
      expect(address, model).toMatch(/^0x[0-9a-f]{10}$/);
      expect(`${modelId}${manufacturer}`, model).toMatch(/^[\P{Cc}]+$/u);
      expect(clusters.length, model).toBeGreaterThan(1);
      expect(exposes.length, model).toBeGreaterThan(0);
    }
  });

  it('finds the nearest names, first those that hold the word', () => {
    expect(nearestProducts('mccgq').map(({ model }) => model)).toContain('MCCGQ11LM');
    expect(nearestProducts('SNZB04')[0]?.model).toBe('SNZB-04');
  });

  it('lists what has every word, and says what is like it when nothing has', () => {
    expect(listProducts(['IKEA', 'motion']).split('\n')[0]).toMatch(/^\S+ +motion +IKEA: /);
    expect(listProducts([]).trimEnd().split('\n')).toHaveLength(allProducts().length);
    expect(listProducts(['SNZB-99'])).toMatch(/^no model has SNZB-99 .* names like it are SNZB-0/);
  });

  it('is read as a whole only for a model that the demonstration does not have', () => {
    const folder = mkdtempSync(join(tmpdir(), 'engawa-models-'));
    const root = join(import.meta.dirname, '../../../..');
    const all = readdirSync(join(root, 'firmware-sim'), { recursive: true, withFileTypes: true });
    const files = all.filter((file) => file.isFile() && file.name !== 'catalogue.json');
    const readable = [
      join(root, 'package.json'),
      join(root, 'node_modules/'),
      join(root, 'bin/'),
      ...files.map((file) => join(file.parentPath, file.name)),
    ];
    const permissions = [
      ...readable.map((path) => `--allow-fs-read=${path}`),
      `--allow-fs-write=${folder}`,
      `--allow-fs-read=${folder}`,
    ];
    const sim = (...words: string[]) =>
      spawnSync(process.execPath, ['--permission', ...permissions, join(root, 'bin/sim.ts'), ...words], {
        encoding: 'utf8',
        cwd: folder,
      });
    try {
      const out = join(folder, 'day.jsonl');
      expect(sim('--out', out, '--days', '1', '--start', '2026-11-01').stderr).toMatch(
        /^engawa sim: \d+ messages written$/m,
      );
      expect(sim('models').stderr).toContain('catalogue.json');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is written with each expose once, and read as it was', () => {
    const { clusters: _, ...made } = product('contact', flag('contact'), numeric('battery', '%'));
    const table = JSON.parse(tableText('somewhere', [made, { ...made, model: 'X2' }]));
    expect(table.exposes).toEqual(made.exposes);
    expect(productOf('X2', table.models.X2, table.exposes)).toMatchObject({ ...made, model: 'X2' });
    expect(() => productOf('X2', { ...table.models.X2, exposes: [7] }, table.exposes)).toThrow(RangeError);
  });
});

describe('as what a model is played', () => {
  it.each<[string, string, Expose[], Product['kind'] | undefined]>([
    ['a contact', 'Door sensor', [flag('contact')], 'contact'],
    ['a float switch', 'Water level', [flag('contact')], undefined],
    ['a contact in words', 'Door sensor', [{ ...flag('contact'), value_on: 'ON', value_off: 'OFF' }], undefined],
    ['a radar', 'Presence sensor', [flag('presence')], 'motion'],
    ['a radar with a relay', 'Presence sensor', [flag('presence'), relay], undefined],
    ['a lamp with a radar', 'Lamp', [flag('presence'), { type: 'light', features: [] }], undefined],
    ['a plug', 'Plug', [relay, numeric('power', 'W'), numeric('energy', 'kWh')], 'plug'],
    ['a plug that counts watt-hours', 'Plug', [relay, numeric('power', 'W'), numeric('energy', 'Wh')], undefined],
    ['a meter', 'Meter', [numeric('power', 'W'), numeric('energy', 'kWh')], 'meter'],
    [
      'a meter of phases',
      'Meter',
      [numeric('power', 'W'), numeric('energy', 'kWh'), numeric('power_phase_b', 'W')],
      undefined,
    ],
    ['two sockets', 'Plug', [relay, relay, numeric('power', 'W'), numeric('energy', 'kWh')], undefined],
    ['a door and who walks through', 'Sensor', [flag('contact'), flag('occupancy')], undefined],
  ])('%s', (_name, description, exposes, kind) => {
    expect(playedAs(description, exposes)).toBe(kind);
  });

  it('a household of a model that is not played, or as another kind, is a mistake of the caller', () => {
    const device = { name: 'a', kind: 'contact', watches: 'front_door' } as const;
    expect(() => household(1, [{ ...device, model: 'nothing' }])).toThrow(RangeError);
    expect(() => household(1, [{ ...device, model: 'TS011F_plug_1' }])).toThrow(RangeError);
  });
});

describe('what a product exposes', () => {
  it('is null before it was reported, and an action is no state', () => {
    const action: Expose = { type: 'enum', property: 'action', access: 1, values: ['press'] };
    const settable: Expose = { type: 'enum', property: 'identify', access: 2, values: ['identify'] };
    const { unreported } = exposedBy(product('contact', flag('contact'), numeric('temperature'), action, settable));
    expect(unreported).toEqual({ contact: null, temperature: null });
  });

  it('is all that it says', () => {
    const { of } = exposedBy(product('contact', flag('contact')));
    expect(of({ contact: false, battery: 80 })).toEqual({ contact: false });
    expect(of({ battery: 80 })).toEqual({});
  });

  it('is said in its own words and units', () => {
    const radar = exposedBy(product('motion', flag('presence'), numeric('voltage', 'V'), flag('battery_low')));
    expect(radar.of({ occupancy: true, voltage: 2987, battery: 9 })).toEqual({
      presence: true,
      voltage: 3,
      battery_low: true,
    });
    const plug = exposedBy(product('plug', numeric('current', 'mA'), numeric('voltage', 'V'), relay));
    expect(plug.of({ current: 0.62, voltage: 101, state: 'ON' })).toEqual({ current: 620, voltage: 101, state: 'ON' });
    const outage: Expose = { type: 'enum', property: 'power_outage_memory', access: 5, values: ['on', 'off'] };
    expect(exposedBy(product('plug', outage)).of({ power_outage_memory: 'restore' })).toEqual({});
    const small = { ...numeric('countdown'), value_max: 10 };
    expect(exposedBy(product('plug', small)).of({ countdown: 11 })).toEqual({});
  });

  it('tells who opened a lock in the words of most locks', () => {
    const source: Expose = { type: 'enum', property: 'action_source_name', access: 1, values: ['keypad', 'manual'] };
    const { of } = exposedBy(product('lock', source, numeric('action_user')));
    expect(of({ last_unlock_source: 'keypad', last_unlock_user: '3' })).toEqual({
      action_source_name: 'keypad',
      action_user: 3,
    });
    expect(of({ last_lock_source: 'unattributed', last_lock_user: '0' })).toEqual({
      action_source_name: 'manual',
      action_user: 0,
    });
  });

  it('is what a command can change', () => {
    const device = { name: 'm', kind: 'meter', watches: 'kettle', dialect: 'zigbee2mqtt', model: 'EMIZB-141' } as const;
    const options = { seed: 1, startMs: 0, timeZone: 'UTC', devices: [device] };
    const [speaker] = speakersOf(options);
    const [said] = speaker?.answer('zigbee2mqtt/m/set', '{"state":"OFF"}', 1) ?? [];
    expect(Object.keys(JSON.parse(said?.payload ?? '{}'))).toEqual([
      'battery',
      'energy',
      'linkquality',
      'power',
      'pulse_configuration',
    ]);
  });
});
