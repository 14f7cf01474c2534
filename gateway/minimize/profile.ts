import type { Kind } from '../../devices/vocabulary.ts';
import type { Category, Level, Property, Quantity } from '../../proto/lists.ts';
import type { OperatorName } from './operators.ts';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** How one property leaves at one level: which operator, over which window (`offer`: as the offer states; 0: event by event), as which quantity. */
export interface Profile {
  readonly operator: OperatorName;
  readonly windowS: number | 'offer';
  readonly quantity: Quantity;
}

type Ladder = Partial<Record<Level, Profile>>;

/** States (doors, presence, locks): events at L5, the last state at L4, counts below. */
const STATE: Ladder = {
  L5: { operator: 'keep', windowS: 0, quantity: 'state' },
  L4: { operator: 'lastState', windowS: 'offer', quantity: 'last_state' },
  L3: { operator: 'count', windowS: 4 * HOUR_S, quantity: 'count' },
  L2: { operator: 'count', windowS: DAY_S, quantity: 'count' },
};

/** Power: each sample at L5, mean power over the window at L4 and L3, the day's energy at L2. */
const POWER: Ladder = {
  L5: { operator: 'keep', windowS: 0, quantity: 'power_w' },
  L4: { operator: 'mean', windowS: 'offer', quantity: 'mean_power_w' },
  L3: { operator: 'mean', windowS: 4 * HOUR_S, quantity: 'mean_power_w' },
  L2: { operator: 'sum', windowS: DAY_S, quantity: 'energy_wh' },
};

/** A kind of value that has a ladder, and so a name on the wire. */
export type LadderKind = Kind & Property;

const LADDERS: Partial<Record<Kind, Ladder>> = {
  'contact.state': STATE,
  'occupancy.state': STATE,
  'lock.state': STATE,
  'power.active': POWER,
};

/** Whether values of this kind can leave at any level at all. */
export function hasLadder(kind: Kind): kind is LadderKind {
  return LADDERS[kind] !== undefined;
}

/** The profile for a kind at a level, or undefined when there is none: then nothing leaves. */
export function profileOf(kind: LadderKind, level: Level): Profile | undefined {
  return LADDERS[kind]?.[level];
}

/** Which state code a count counts: openings, detections, unlockings. */
export const COUNTED_CODE: Partial<Record<Kind, number>> = {
  'contact.state': 1,
  'occupancy.state': 1,
  'lock.state': 2,
};

/** Default window of L4 when an offer names none, in seconds. */
export const DEFAULT_WINDOW_S = 900;

/** The kind of value that stands for each category which can leave. */
const KIND_OF: Partial<Record<Category, LadderKind>> = {
  'contact.doorWindow': 'contact.state',
  'presence.person': 'occupancy.state',
  'power.total': 'power.active',
  'power.appliance': 'power.active',
  'lock.state': 'lock.state',
};

/** The levels at which a category can leave, coarsest first. */
export function levelsOf(category: Category): Level[] {
  const kind = KIND_OF[category];
  return kind ? (Object.keys(LADDERS[kind] ?? {}) as Level[]).sort() : [];
}
