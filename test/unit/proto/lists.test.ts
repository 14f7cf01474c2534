import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as lists from '../../../proto/lists.ts';
import { ATTESTATIONS, REFUSAL_REASONS } from '../../../proto/wire.ts';

const folder = fileURLToPath(new URL('../../../proto/', import.meta.url));
const source = readFileSync(`${folder}engawa/wire/v1/cell.proto`, 'utf8');

/** An enumeration of the .proto file as name → number, its prefix and the zero left out. */
function enumeration(name: string): Record<string, number> {
  const body = source.match(new RegExp(`enum ${name} \\{([^}]*)\\}`))?.[1] ?? '';
  const prefix = name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  const pairs = [...body.matchAll(/(\w+) = (\d+);/g)].map(([, key = '', number]) => [
    key.slice(prefix.length + 1),
    Number(number),
  ]);
  return Object.fromEntries(pairs.filter(([, number]) => number !== 0));
}

const shout = (name: string) =>
  name
    .replace(/(?<=[a-z])(?=[A-Z])/g, '_')
    .replaceAll('.', '_')
    .toUpperCase();
const shouted = (list: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(list).map(([name, number]) => [shout(name), number]));

describe('the closed lists', () => {
  it('are the enumerations of the wire', () => {
    expect(enumeration('Category')).toEqual(shouted(lists.CATEGORIES));
    expect(enumeration('Property')).toEqual(shouted(lists.PROPERTIES));
    const quantities = Object.entries(lists.QUANTITIES).map(([name, { wire }]) => [name, wire]);
    expect(enumeration('Quantity')).toEqual(shouted(Object.fromEntries(quantities)));
    expect(enumeration('RefusalReason')).toEqual(shouted(REFUSAL_REASONS));
    expect(enumeration('Attestation')).toEqual(shouted(ATTESTATIONS));
  });

  it('are found by number, and nothing else is', () => {
    for (const [name, number] of Object.entries(lists.CATEGORIES)) expect(lists.categoryOf(number)).toBe(name);
    for (const [name, number] of Object.entries(lists.PROPERTIES)) expect(lists.propertyOf(number)).toBe(name);
    for (const [name, { wire }] of Object.entries(lists.QUANTITIES)) expect(lists.quantityOf(wire)).toBe(name);
    expect([lists.categoryOf(0), lists.propertyOf(99), lists.quantityOf(0)]).toEqual([undefined, undefined, undefined]);
    expect(lists.stateName('lock.state', 4)).toBe('jammed');
    expect(lists.stateName('lock.state', 9)).toBeUndefined();
    expect(lists.stateName('power.active', 0)).toBeUndefined();
  });

  it.each([
    ['count_band', 0, { lowest: 0, highest: 0 }],
    ['count_band', 1, { lowest: 1, highest: 1 }],
    ['count_band', 8, { lowest: 8, highest: 15 }],
    ['count_band', 64, { lowest: 64 }],
    ['count_band', 3, undefined],
    ['count_band', -8, undefined],
    ['mean_power_band_w', 0, { lowest: -49, highest: 49 }],
    ['mean_power_band_w', 50, { lowest: 50, highest: 99 }],
    ['mean_power_band_w', 12_800, { lowest: 12_800 }],
    ['mean_power_band_w', -50, { lowest: -99, highest: -50 }],
    ['mean_power_band_w', -12_800, { highest: -12_800 }],
    ['energy_band_wh', 0, { lowest: 0, highest: 199 }],
    ['percent_band', 75, { lowest: 75 }],
    ['mean_power_w', 50, undefined],
    ['count', 0, undefined],
  ] as const)('say what %s of %i stands for', (quantity, value, bounds) => {
    expect(lists.boundsOf(quantity, value)).toEqual(bounds);
  });

  it('have bands that begin at zero, rise, and leave no whole value out', () => {
    for (const [name, { edges, signed }] of Object.entries(lists.BANDS)) {
      expect(edges[0]).toBe(0);
      const ends = edges.map((edge) => lists.boundsOf(name as lists.BandQuantity, edge));
      for (const [at, { lowest = Number.NaN }] of ends.map((each) => each ?? {}).entries())
        if (at > 0) expect(lowest).toBe((ends[at - 1]?.highest ?? Number.NaN) + 1);
      expect(ends[0]?.lowest).toBe(signed ? -(ends[0]?.highest ?? 0) : 0);
      expect(ends.at(-1)?.highest).toBeUndefined();
    }
  });

  it('hold nothing on the wire that could carry a name', () => {
    expect(source.match(/^\s*(repeated )?(string|float|double|map|google)\b/gm)).toBeNull();
    expect(Object.keys(lists.PURPOSES)).toHaveLength(13);
  });
});

describe('the generated code', () => {
  it('is what the .proto file gives today', () => {
    execFileSync(process.execPath, [`${folder}generate.ts`, '--check'], { stdio: 'pipe' });
  });

  it('comes from a file that passes buf lint', () => {
    execFileSync(`${folder}../node_modules/.bin/buf`, ['lint'], { cwd: folder, stdio: 'pipe' });
  });
});
