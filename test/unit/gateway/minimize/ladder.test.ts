import { describe, expect, test } from 'vitest';
import { KINDS, vocabularyOf } from '../../../../devices/vocabulary.ts';
import {
  COUNTED_CODE,
  DEFAULT_WINDOW_S,
  gatheringOf,
  type LadderKind,
  leavingKind,
  type Profile,
  profileOf,
  SPOKEN_FOR_BY,
} from '../../../../gateway/minimize/profile.ts';
import { BANDS, CATEGORIES, type Category, LEVELS, type Level, PROPERTIES } from '../../../../proto/lists.ts';

const LADDER_KINDS = Object.keys(PROPERTIES) as LadderKind[];
const RUNGS: readonly Level[] = ['L5', 'L4', 'L3', 'L2'];
const DAY_S = 86_400;

/** One line for each kind: what leaves at each level, finest first. */
function lines(kind: LadderKind): string[] {
  return LEVELS.toReversed().flatMap((level) => {
    const profile = profileOf(kind, level);
    if (!profile) return [];
    const steps = profile.steps.map((step) => {
      if (step.operator === 'round') return `round ${step.toMultiplesOf}`;
      return step.operator === 'band' ? `band ${step.bands.join(' ')}` : `suppress ${step.what} < ${step.below}`;
    });
    return [`${level} ${[profile.operator, ...steps].join(', ')} / ${profile.windowS} = ${profile.quantity}`];
  });
}

const STATE = [
  'L5 keep / 0 = state',
  'L4 lastState / offer = last_state',
  'L3 count, band 0 1 2 4 8 16 32 64 / 14400 = count_band',
  'L2 count / 86400 = count',
];

describe('the ladder, rung by rung', () => {
  test.each([
    'contact.state',
    'occupancy.state',
    'lock.state',
    'battery.low',
    'device.online',
    'tamper.state',
  ] as const)('of %s', (kind) => expect(lines(kind)).toEqual(STATE));

  test('of power', () => {
    expect(lines('power.active')).toEqual([
      'L5 keep, round 1 / 0 = power_w',
      'L4 mean, round 10 / offer = mean_power_w',
      'L3 mean, suppress observedPermille < 250, round 1, band 0 50 100 200 400 800 1600 3200 6400 12800 / 14400 = mean_power_band_w',
      'L2 sum, suppress observedPermille < 250, round 100 / 86400 = energy_wh',
    ]);
  });

  test('of a counter, which leaves as differences alone', () => {
    expect(lines('energy.import')).toEqual([
      'L5 sumOfDifferences, round 10 / 900 = energy_wh',
      'L4 sumOfDifferences, round 10 / offer = energy_wh',
      'L3 sumOfDifferences, suppress observedPermille < 250, round 1, band 0 200 400 800 1600 3200 6400 12800 25600 51200 / 14400 = energy_band_wh',
      'L2 sumOfDifferences, suppress observedPermille < 250, round 100 / 86400 = energy_wh',
    ]);
    for (const level of RUNGS) expect(profileOf('energy.import', level)?.operator).toBe('sumOfDifferences');
  });

  test('of a battery', () => {
    expect(lines('battery.percent')).toEqual([
      'L5 keep / 0 = percent',
      'L4 lastState, round 5 / offer = percent',
      'L3 lastState, band 0 10 25 50 75 / 14400 = percent_band',
      'L2 lastState, band 0 10 25 50 75 / 86400 = percent_band',
    ]);
  });

  test('each category leaves as these kinds, and as no other', () => {
    const kinds = (category: Category) => KINDS.filter((kind) => leavingKind(category, kind) !== undefined);
    const table = Object.fromEntries((Object.keys(CATEGORIES) as Category[]).map((one) => [one, kinds(one)]));
    expect(table).toEqual({
      'contact.doorWindow': ['contact.state'],
      'presence.person': ['occupancy.state'],
      'presence.animal': ['occupancy.state'],
      'power.total': ['power.active', 'energy.import'],
      'power.appliance': ['power.active', 'energy.import'],
      'lock.state': ['lock.state'],
      'lock.keyHolder': [],
      'device.health': ['battery.percent', 'battery.low', 'tamper.state', 'device.online'],
      'home.mesh': [],
      'household.segment': [],
    });
    for (const kind of KINDS.filter((one) => vocabularyOf(one).property === undefined))
      for (const category of Object.keys(CATEGORIES) as Category[]) expect(leavingKind(category, kind)).toBeUndefined();
  });

  test('counts count what is entered, and only what a device can say', () => {
    expect(COUNTED_CODE).toEqual({
      ...{ 'contact.state': 1, 'occupancy.state': 1, 'lock.state': 2 },
      ...{ 'battery.low': 1, 'device.online': 0, 'tamper.state': 1 },
    });
    const counting = LADDER_KINDS.filter((kind) => profileOf(kind, 'L2')?.operator === 'count');
    expect(counting.sort()).toEqual(Object.keys(COUNTED_CODE).sort());
    expect(SPOKEN_FOR_BY).toEqual({ 'energy.import': 'power.active' });
  });

  test('what gathers has its operator, what is kept has none', () => {
    for (const kind of LADDER_KINDS)
      for (const level of LEVELS) {
        const profile = profileOf(kind, level);
        const gathering = gatheringOf(kind, level);
        expect(gathering?.profile).toBe(profile?.operator === 'keep' ? undefined : profile);
        if (gathering)
          expect(gathering.operator.close([])).toEqual(
            profile?.operator === 'count' ? { value: 0, coveredMs: undefined } : undefined,
          );
      }
  });
});

/** The least window of a profile in seconds, and how many different values one can say (of the vocabulary's plausible range). */
function windowS({ windowS: length }: Profile, offerS: number): number {
  return length === 'offer' ? offerS : length;
}
function valuesOf(kind: LadderKind, profile: Profile, offerS: number): number {
  const { minimum, maximum, unit } = vocabularyOf(kind);
  const scale = unit === 'mW' || unit === 'mWh' ? 1000 : 1;
  const hours =
    profile.operator === 'sum' || profile.operator === 'sumOfDifferences' ? windowS(profile, offerS) / 3600 : 1;
  const powerRange =
    unit === '' || unit === '%' ? maximum - minimum : (unit === 'mWh' ? 100_000 : (maximum - minimum) / scale) * hours;
  // A count of a day: a sensor that changes every ten seconds.
  const range = profile.operator === 'count' ? 8640 : powerRange;
  const { values } = profile.steps.reduce<{ values: number }>(
    ({ values: before }, step) => {
      if (step.operator === 'round') return { values: Math.ceil(range / step.toMultiplesOf) + 1 };
      if (step.operator === 'suppress') return { values: before };
      const { signed } = Object.values(BANDS).find(({ edges }) => edges === step.bands) ?? { signed: false };
      return { values: signed ? 2 * step.bands.length - 1 : step.bands.length };
    },
    { values: range + 1 },
  );
  return values;
}

describe('down the ladder nothing gets finer', () => {
  test.each(LADDER_KINDS)('%s: in time, in how often, and in how much can be told in a day', (kind) => {
    for (const offerS of [900, 1800, 3600]) {
      const rungs = RUNGS.map((level) => profileOf(kind, level)).filter((one) => one !== undefined);
      expect(rungs).toHaveLength(4);
      const told = rungs.map((profile) => {
        // Event by event has no bound: a value each second stands for it.
        const lengthS = Math.max(1, windowS(profile, offerS));
        return { lengthS, bits: (DAY_S / lengthS) * Math.log2(valuesOf(kind, profile, offerS)) };
      });
      for (const [at, one] of told.entries()) {
        const finer = told[at - 1];
        if (!finer) continue;
        expect(one.lengthS).toBeGreaterThanOrEqual(finer.lengthS);
        expect(one.bits).toBeLessThanOrEqual(finer.bits);
      }
    }
  });

  test('the least that is told at L3 and L2 of something measured spans a window of the next finer level', () => {
    for (const kind of ['power.active', 'energy.import'] as const)
      for (const [level, finerS] of [
        ['L3', 3600],
        ['L2', 14_400],
      ] as const) {
        const profile = profileOf(kind, level);
        const step = profile?.steps.find(({ operator }) => operator === 'suppress');
        const share = step?.operator === 'suppress' ? step.below / 1000 : 0;
        expect(share * Number(profile?.windowS)).toBeGreaterThanOrEqual(finerS);
      }
    expect(DEFAULT_WINDOW_S).toBe(900);
  });
});
