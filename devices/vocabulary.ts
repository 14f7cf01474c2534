import { type Category, type Property, STATE_CODES } from '../proto/lists.ts';

/** How a kind behaves over time: a state changes, a measurement is sampled, a counter only grows, health is upkeep. */
export type Nature = 'state' | 'measurement' | 'counter' | 'health';

/** How much a kind tells about people: upkeep of the thing, habits of the home, or where somebody is. */
export type Sensitivity = 'upkeep' | 'habits' | 'whereabouts';

/** One row of the vocabulary: the fixed unit and plausible range (integers, inclusive) of one kind of value. */
export interface VocabularyRow {
  readonly category: Category;
  readonly nature: Nature;
  readonly unit: '' | 'mW' | 'mWh' | 'mV' | 'mA' | '%' | 'lqi';
  /** Names of the state codes by number, for kinds whose value is a code. */
  readonly codes?: Readonly<Record<string, number>>;
  readonly minimum: number;
  readonly maximum: number;
  readonly sensitivity: Sensitivity;
  /** The property under which the wire knows it; a kind without one never leaves the home. */
  readonly property?: Property;
}

const row = (
  category: Category,
  nature: Nature,
  unit: VocabularyRow['unit'],
  range: readonly [number, number],
  sensitivity: Sensitivity,
  more: { codes?: Readonly<Record<string, number>>; property?: Property } = {},
): VocabularyRow => ({ category, nature, unit, minimum: range[0], maximum: range[1], sensitivity, ...more });

const ON_OFF = { off: 0, on: 1 } as const;

/**
 * Every kind of value Engawa knows. What is not here is dropped at the door and counted.
 * The ranges are what a home can plausibly show; outside them a value is a fault of the sensor, not news.
 */
export const VOCABULARY = {
  'contact.state': row('contact.doorWindow', 'state', '', [0, 2], 'habits', {
    codes: STATE_CODES['contact.state'],
    property: 'contact.state',
  }),
  'occupancy.state': row('presence.person', 'state', '', [0, 1], 'whereabouts', {
    codes: STATE_CODES['occupancy.state'],
    property: 'occupancy.state',
  }),
  // How many are seen at once; how fine that is nobody was asked yet, so it stays in the home.
  'presence.count': row('presence.person', 'measurement', '', [0, 1_000], 'whereabouts'),
  'lock.state': row('lock.state', 'state', '', [0, 4], 'whereabouts', {
    codes: STATE_CODES['lock.state'],
    property: 'lock.state',
  }),
  // 100 kW either way: above any home's connection; negative is export.
  'power.active': row('power.appliance', 'measurement', 'mW', [-100_000_000, 100_000_000], 'habits', {
    property: 'power.active',
  }),
  // 10 GWh: a meter that ran for centuries.
  'energy.import': row('power.appliance', 'counter', 'mWh', [0, 10_000_000_000_000], 'habits', {
    property: 'energy.import',
  }),
  'energy.export': row('power.appliance', 'counter', 'mWh', [0, 10_000_000_000_000], 'habits'),
  'switch.state': row('power.appliance', 'state', '', [0, 1], 'habits', { codes: ON_OFF }),
  // A wired input, on or off: only who wired it knows what that means, so it stays here until a resident says it.
  'input.state': row('device.health', 'state', '', [0, 1], 'habits', { codes: ON_OFF }),
  voltage: row('power.appliance', 'measurement', 'mV', [0, 500_000], 'habits'),
  current: row('power.appliance', 'measurement', 'mA', [-200_000, 200_000], 'habits'),
  'battery.percent': row('device.health', 'health', '%', [0, 100], 'upkeep', { property: 'battery.percent' }),
  'battery.low': row('device.health', 'health', '', [0, 1], 'upkeep', {
    codes: STATE_CODES['battery.low'],
    property: 'battery.low',
  }),
  // Below half a volt and above twenty nothing in a home sensor is a battery.
  'battery.voltage': row('device.health', 'health', 'mV', [500, 20_000], 'upkeep'),
  'tamper.state': row('device.health', 'state', '', [0, 1], 'upkeep', {
    codes: STATE_CODES['tamper.state'],
    property: 'tamper.state',
  }),
  'link.quality': row('device.health', 'health', 'lqi', [0, 255], 'upkeep'),
  'device.online': row('device.health', 'state', '', [0, 1], 'upkeep', {
    codes: STATE_CODES['device.online'],
    property: 'device.online',
  }),
} as const satisfies Record<string, VocabularyRow>;

/** The name of one kind of value, e.g. `contact.state`. */
export type Kind = keyof typeof VOCABULARY;

/** All kinds, in the table's order. */
export const KINDS = Object.keys(VOCABULARY) as readonly Kind[];

/** The row of a kind, typed so that optional columns can be read for any kind. */
export function vocabularyOf(kind: Kind): VocabularyRow {
  return VOCABULARY[kind];
}

/** True when the value is an integer inside the kind's plausible range. */
export function isPlausible(kind: Kind, value: number): boolean {
  const { minimum, maximum } = vocabularyOf(kind);
  return Number.isSafeInteger(value) && value >= minimum && value <= maximum;
}

/** The name of a state code, or undefined for kinds without codes and for codes outside the list. */
export function codeName(kind: Kind, value: number): string | undefined {
  const codes = vocabularyOf(kind).codes;
  return codes && Object.keys(codes).find((name) => codes[name] === value);
}
