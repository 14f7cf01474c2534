import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ThingClaim } from '../../../devices/dialects/dialect.ts';
import { PROPERTIES } from '../../../devices/dialects/zigbee2mqtt-properties.ts';
import {
  claimsOf,
  type Leaf,
  leavesOf,
  type Model,
  models,
  NEED_A_DEVICE,
  needed,
  readCatalogue,
  valuesOf,
} from './catalogue.ts';
import { unreadBecause } from './unread.ts';

const SETTABLE = 2;

/** Another unit than the dialect's, one phase of several, or a plainer sibling. */
const UNREAD_BY_MODEL: readonly string[] = [
  '412175 power',
  'A9MEM1570 power',
  'EMIZB-151 power',
  'ElectricityMeter-ABC-DIY power',
  'Ensystec-Leak-Protect-Zigbee power',
  'Mercury_3ph_Counter power',
  'SDM01W-U01 power',
  'SDM02-U00 power',
  'SDM02-U01 power',
  'SDM02-U02 power',
  'SEM-4-3-20 power',
  'SPM02-U00 power',
  'SPM02-U01 power',
  'SPM02-U02 power',
  'ZG-205Z presence_state',
  'ZiPulses energy',
  'amina S power',
];

/** The thing a value belongs to: its endpoint's, or the device. */
function placeOf({ endpoint }: Leaf, things: readonly ThingClaim[]): ThingClaim {
  const place = things.find(({ thing }) => thing === `d/${endpoint}`) ?? things[0];
  if (!place) throw new Error('a description without a thing');
  return place;
}

/** What is wrong with how a published value is classified, if anything is. */
function faultOf({ model }: Model, leaf: Leaf, place: ThingClaim): string | undefined {
  const isOpaque = leaf.type === 'composite' || leaf.type === 'list';
  const known = isOpaque ? undefined : PROPERTIES.get(leaf.base);
  if (known === undefined) {
    const settable = ((leaf.access ?? 0) & SETTABLE) !== 0;
    const published = { property: leaf.base, type: leaf.type, feature: leaf.feature, settable };
    return unreadBecause(published) === undefined ? `no rule for ${leaf.base}` : undefined;
  }
  const isClaimed = known.kinds.some((kind) => place.kinds.includes(kind));
  // A cover's or a thermostat's `state` is no kind of ours; which words it has is asked below.
  return isClaimed || !isRead(leaf, place) ? undefined : `${model} ${leaf.property} is read and not claimed`;
}

function isRead({ base }: Leaf, place: ThingClaim): boolean {
  return base !== 'state' && PROPERTIES.has(base) && !place.traits.unread?.includes(base);
}

/** The words and flags of a value that no reading comes of. */
function wordsWithout(model: Model, leaf: Leaf): string[] {
  return (leaf.values ?? [leaf.value_on, leaf.value_off])
    .filter((value) => value !== undefined && valuesOf(model, { [leaf.property]: value }).length !== 1)
    .map((value) => `${model.model} ${leaf.property} ${value}`);
}

beforeAll(() => {
  const quiet = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  const silent = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockReturnValue(undefined),
  );
  try {
    readCatalogue();
  } finally {
    for (const spy of [...quiet, ...silent]) spy.mockRestore();
  }
});

afterAll(() => {
  models.length = 0;
});

describe('every model of the catalogue', () => {
  test('none is skipped', () => {
    expect(new Set(needed)).toEqual(new Set(NEED_A_DEVICE));
    expect(needed).toHaveLength(4);
    expect(models.length).toBe(4_516 + 230 - 4);
  });

  test('each published property is read as a claimed kind, or a rule says why not', () => {
    const faults = models.flatMap((model) => {
      const things = claimsOf(model);
      return leavesOf(model.exposes).flatMap((leaf) => faultOf(model, leaf, placeOf(leaf, things)) ?? []);
    });
    expect([...new Set(faults)]).toEqual([]);
  });

  test('contact: what each model says it is, and the three that differ', () => {
    const odd = new Map<string, string>();
    let count = 0;
    for (const model of models)
      for (const leaf of leavesOf(model.exposes).filter(({ base }) => base === 'contact')) {
        count += 1;
        const said = `${leaf.value_on}/${leaf.value_off}`;
        if (said !== 'false/true') odd.set(model.model, said);
        for (const [value, state] of said.includes('ON')
          ? ([
              ['ON', 0],
              ['OFF', 1],
            ] as const)
          : ([
              [true, 0],
              [false, 1],
            ] as const))
          expect(valuesOf(model, { [leaf.property]: value }), model.model).toContain(`contact.state ${state}`);
      }
    expect(count).toBeGreaterThan(130);
    expect(Object.fromEntries(odd)).toEqual({ POK003: 'ON/OFF', POK010: 'ON/OFF', 'TERNCY-DC01': 'true/false' });
  });

  test('every word or flag of what is read has a meaning', () => {
    const unread = new Set(
      models.flatMap((model) => {
        const things = claimsOf(model);
        const read = leavesOf(model.exposes).filter((leaf) => isRead(leaf, placeOf(leaf, things)));
        return read.flatMap((leaf) => wordsWithout(model, leaf));
      }),
    );
    expect([...unread].sort()).toEqual([
      '0402946 door_state error_jammed',
      '0402946 door_state error_unspecified',
      '0402946 door_state undefined',
    ]);
  });
});

test('what is said twice is read from its plain sibling', () => {
  const plain = ['presence', 'occupancy', 'contact'];
  for (const model of models) {
    const leaves = leavesOf(model.exposes);
    for (const { base, type, feature } of leaves)
      if (!PROPERTIES.has(base) && unreadBecause({ property: base, type, feature, settable: false }) === 'twice')
        expect(
          leaves.some((each) => plain.includes(each.base)),
          `${model.model} ${base}`,
        ).toBe(true);
  }
});

test('what is not read for its unit or its siblings, by model', () => {
  const unread = new Set(
    models.flatMap((model) =>
      claimsOf(model).flatMap(({ traits }) => (traits.unread ?? []).map((each) => `${model.model} ${each}`)),
    ),
  );
  expect([...unread].sort()).toEqual(UNREAD_BY_MODEL);
});
