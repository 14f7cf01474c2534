import type { Kind } from '../../devices/vocabulary.ts';
import { BANDS, type Category, type Level, type Property, type Quantity } from '../../proto/lists.ts';
import type { Step } from './coarsen.ts';
import { type OperatorName, WINDOW_OPERATORS, type WindowOperator } from './operators.ts';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** Window of L4 when an offer names none, in seconds; no level is finer in time but event by event. */
export const DEFAULT_WINDOW_S = 900;

/** How one kind of value leaves at one level: what gathers, over which window (`offer`: as the offer states; 0: event by event), what coarsens it then, and as which quantity. */
export interface Profile {
  readonly operator: OperatorName;
  readonly windowS: number | 'offer';
  readonly steps: readonly Step[];
  readonly quantity: Quantity;
}

/** The levels at which a kind leaves; at every other level it is dropped. */
type Ladder = Readonly<Partial<Record<Level, Profile>>>;

const to = (toMultiplesOf: number): Step => ({ operator: 'round', toMultiplesOf });
const banded = (quantity: keyof typeof BANDS): Step => ({ operator: 'band', bands: BANDS[quantity].edges });

/** What stands for less than a quarter of its window is not told: it would speak of a shorter time than the next finer level does. */
const A_QUARTER: Step = { operator: 'suppress', what: 'observedPermille', below: 250 };

/** States (doors, presence, locks, upkeep): events at L5, the last state at L4, counts below, in bands and then of the day. */
const STATE: Ladder = {
  L5: { operator: 'keep', windowS: 0, steps: [], quantity: 'state' },
  L4: { operator: 'lastState', windowS: 'offer', steps: [], quantity: 'last_state' },
  L3: { operator: 'count', windowS: 4 * HOUR_S, steps: [banded('count_band')], quantity: 'count_band' },
  L2: { operator: 'count', windowS: DAY_S, steps: [], quantity: 'count' },
};

/** Power: each sample at L5, mean power to 10 W at L4 and in bands at L3, the day's energy to 100 Wh at L2. */
const POWER: Ladder = {
  L5: { operator: 'keep', windowS: 0, steps: [to(1)], quantity: 'power_w' },
  L4: { operator: 'mean', windowS: 'offer', steps: [to(10)], quantity: 'mean_power_w' },
  L3: {
    operator: 'mean',
    windowS: 4 * HOUR_S,
    steps: [A_QUARTER, to(1), banded('mean_power_band_w')],
    quantity: 'mean_power_band_w',
  },
  L2: { operator: 'sum', windowS: DAY_S, steps: [A_QUARTER, to(100)], quantity: 'energy_wh' },
};

/** A counter leaves as differences alone, and a difference needs a window: at L5 the shortest there is. */
const COUNTER: Ladder = {
  L5: { operator: 'sumOfDifferences', windowS: DEFAULT_WINDOW_S, steps: [to(10)], quantity: 'energy_wh' },
  L4: { operator: 'sumOfDifferences', windowS: 'offer', steps: [to(10)], quantity: 'energy_wh' },
  L3: {
    operator: 'sumOfDifferences',
    windowS: 4 * HOUR_S,
    steps: [A_QUARTER, to(1), banded('energy_band_wh')],
    quantity: 'energy_band_wh',
  },
  L2: { operator: 'sumOfDifferences', windowS: DAY_S, steps: [A_QUARTER, to(100)], quantity: 'energy_wh' },
};

/** A battery: each change at L5, the last value of the window to 5 % at L4, in bands below. */
const PERCENT: Ladder = {
  L5: { operator: 'keep', windowS: 0, steps: [], quantity: 'percent' },
  L4: { operator: 'lastState', windowS: 'offer', steps: [to(5)], quantity: 'percent' },
  L3: { operator: 'lastState', windowS: 4 * HOUR_S, steps: [banded('percent_band')], quantity: 'percent_band' },
  L2: { operator: 'lastState', windowS: DAY_S, steps: [banded('percent_band')], quantity: 'percent_band' },
};

/** A kind of value that has a ladder, and so a name on the wire. */
export type LadderKind = Kind & Property;

const LADDERS: Readonly<Record<LadderKind, Ladder>> = {
  'contact.state': STATE,
  'occupancy.state': STATE,
  'lock.state': STATE,
  'power.active': POWER,
  'energy.import': COUNTER,
  'battery.low': STATE,
  'battery.percent': PERCENT,
  'device.online': STATE,
  'tamper.state': STATE,
};

/** The kinds that each category can leave as; none where the hub has no source for it, or where it never leaves. */
const KINDS_OF: Readonly<Record<Category, readonly LadderKind[]>> = {
  'contact.doorWindow': ['contact.state'],
  'presence.person': ['occupancy.state'],
  'presence.animal': ['occupancy.state'],
  'power.total': ['power.active', 'energy.import'],
  'power.appliance': ['power.active', 'energy.import'],
  'lock.state': ['lock.state'],
  'lock.keyHolder': [],
  // Neither radio quality, which moves when people do, nor voltage, which says no more than the percentage.
  'device.health': ['battery.low', 'battery.percent', 'device.online', 'tamper.state'],
  // No device tells where a home is or who lives in it, and nobody is asked for it yet.
  'home.mesh': [],
  'household.segment': [],
};

/** The kind as one that can leave in this category, or undefined when it cannot. */
export function leavingKind(category: Category, kind: Kind): LadderKind | undefined {
  return KINDS_OF[category].find((each) => each === kind);
}

/** The profile for a kind at a level, or undefined when there is none: then nothing leaves. */
export function profileOf(kind: LadderKind, level: Level): Profile | undefined {
  return LADDERS[kind][level];
}

/** Which state code a count counts: openings, detections, unlockings, and what is amiss with a device. */
export const COUNTED_CODE: Readonly<Partial<Record<Kind, number>>> = {
  'contact.state': 1,
  'occupancy.state': 1,
  'lock.state': 2,
  'battery.low': 1,
  'device.online': 0,
  'tamper.state': 1,
};

/** A kind that stays home while its device says the other: a meter's counter would only say its power a second time. */
export const SPOKEN_FOR_BY: Readonly<Partial<Record<Kind, Kind>>> = { 'energy.import': 'power.active' };

/** The levels at which a category can leave, coarsest first. */
export function levelsOf(category: Category): Level[] {
  const levels = KINDS_OF[category].flatMap((kind) => Object.keys(LADDERS[kind]) as Level[]);
  return [...new Set(levels)].sort();
}

/** A profile that gathers into windows, with its operator. */
export interface Gathering {
  readonly profile: Profile;
  readonly operator: WindowOperator;
}

/** How a kind gathers into windows at a level, or undefined where it leaves event by event or not at all. */
export function gatheringOf(kind: LadderKind, level: Level): Gathering | undefined {
  const profile = profileOf(kind, level);
  return profile && profile.operator !== 'keep' ? { profile, operator: WINDOW_OPERATORS[profile.operator] } : undefined;
}
