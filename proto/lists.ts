/**
 * The closed lists of Engawa, as data: every name that may cross the wire and the number that stands for it.
 * Numbers are never reused; a name that is not here does not exist for any program.
 */

/** Data categories and their numbers on the wire; `lock.keyHolder` has a number and never leaves a home. */
export const CATEGORIES = {
  'contact.doorWindow': 1,
  'presence.person': 2,
  'presence.animal': 3,
  'power.total': 4,
  'power.appliance': 5,
  'lock.state': 6,
  'lock.keyHolder': 7,
  'device.health': 8,
  'home.mesh': 9,
  'household.segment': 10,
} as const;
/** The name of a data category. */
export type Category = keyof typeof CATEGORIES;

/** Categories that stay in the home whatever anybody agreed to. */
export const CATEGORIES_NEVER_LEAVING: readonly Category[] = ['lock.keyHolder'];

/** Measured properties that may be sent, and their numbers on the wire. */
export const PROPERTIES = {
  'contact.state': 1,
  'occupancy.state': 2,
  'power.active': 3,
  'lock.state': 4,
  'energy.import': 5,
  'battery.low': 6,
  'battery.percent': 7,
  'device.online': 8,
  'tamper.state': 9,
} as const;
/** The name of a property that may be sent. */
export type Property = keyof typeof PROPERTIES;

/** What a sent integer is: its number on the wire and its unit in a feed ('' for a code or a count). */
export const QUANTITIES = {
  state: { wire: 1, unit: '' },
  count: { wire: 2, unit: '' },
  mean_power_w: { wire: 3, unit: 'W' },
  energy_wh: { wire: 4, unit: 'Wh' },
  power_w: { wire: 5, unit: 'W' },
  last_state: { wire: 6, unit: '' },
  count_band: { wire: 7, unit: '' },
  mean_power_band_w: { wire: 8, unit: 'W' },
  energy_band_wh: { wire: 9, unit: 'Wh' },
  percent: { wire: 10, unit: '%' },
  percent_band: { wire: 11, unit: '%' },
} as const;
/** The name of a sent quantity. */
export type Quantity = keyof typeof QUANTITIES;

/** A quantity that is sent as a band: the edge of the band that is nearer to zero. */
export type BandQuantity = 'count_band' | 'mean_power_band_w' | 'energy_band_wh' | 'percent_band';

/** The bands: their edges from 0 upwards, each the least whole value of its band, the last without an end; `signed`: the same below zero. Never changed, only added to under a new quantity. */
export const BANDS: Readonly<Record<BandQuantity, { readonly edges: readonly number[]; readonly signed: boolean }>> = {
  count_band: { edges: [0, 1, 2, 4, 8, 16, 32, 64], signed: false },
  mean_power_band_w: { edges: [0, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800], signed: true },
  // Four hours of the power above.
  energy_band_wh: { edges: [0, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200], signed: false },
  percent_band: { edges: [0, 10, 25, 50, 75], signed: false },
};

/** The whole values that a sent band stands for, both inclusive; without a limit on a side where it has none. Undefined where the quantity is no band, or has no such band. */
export function boundsOf(quantity: Quantity, value: number): { lowest?: number; highest?: number } | undefined {
  const bands = (BANDS as Readonly<Partial<Record<Quantity, (typeof BANDS)[BandQuantity]>>>)[quantity];
  const at = bands?.edges.indexOf(Math.abs(value)) ?? -1;
  if (!bands || at < 0 || (value < 0 && !bands.signed)) return undefined;
  const beyond = bands.edges[at + 1];
  const far = beyond === undefined ? undefined : beyond - 1;
  if (value < 0) return { ...(far !== undefined && { lowest: -far }), highest: value };
  const lowest = value === 0 && bands.signed && far !== undefined ? -far : value;
  return { lowest, ...(far !== undefined && { highest: far }) };
}

/** The granularity ladder, coarsest that leaves first: L0 stays home, L5 is event by event. */
export const LEVELS = ['L0', 'L1', 'L2', 'L3', 'L4', 'L5'] as const;
/** One step of the granularity ladder. */
export type Level = (typeof LEVELS)[number];

const DPV = 'https://w3id.org/dpv#';

/** Purposes, each with its term in the W3C Data Privacy Vocabulary. */
export const PURPOSES = {
  serviceProvision: `${DPV}RequestedServiceProvision`,
  security: `${DPV}EnforceSecurity`,
  careFamily: `${DPV}RequestedServiceProvision`,
  energyAdvice: `${DPV}ServiceOptimisation`,
  inquiry: `${DPV}CustomerCare`,
  serviceImprovement: `${DPV}ImproveExistingProductsAndServices`,
  inServicePersonalisation: `${DPV}PersonalisedAdvertising`,
  crossServicePersonalisation: `${DPV}Personalisation`,
  groupBenefits: `${DPV}PersonalisedBenefits`,
  thirdPartyMarketing: `${DPV}Marketing`,
  officialStatistics: `${DPV}ProvideOfficialStatistics`,
  research: `${DPV}AcademicResearch`,
  publicEmergency: `${DPV}ProtectionOfPublicSecurity`,
} as const;
/** The name of a purpose. */
export type Purpose = keyof typeof PURPOSES;

/** What kind of organisation a recipient is. */
export const RECIPIENT_CLASSES = [
  'groupCompany',
  'partner',
  'government',
  'publicBody',
  'processor',
  'residentChosen',
] as const;
/** One class of recipients. */
export type RecipientClass = (typeof RECIPIENT_CLASSES)[number];

/** How the law of Japan classes what leaves; nothing here is a promise of anonymity. */
export const LEGAL_CLASSES = ['personal', 'personallyReferable', 'anonymouslyProcessed', 'statistic'] as const;
/** One legal class. */
export type LegalClass = (typeof LEGAL_CLASSES)[number];

/** Traffic lanes: `shaped` sends by the clock, `prompt` sends when something happened. */
export const LANES = ['shaped', 'prompt'] as const;
/** One traffic lane. */
export type Lane = (typeof LANES)[number];

/** The codes of the properties that are states, name to integer as sent. */
export const STATE_CODES = {
  'contact.state': { closed: 0, open: 1, ajar: 2 },
  'occupancy.state': { clear: 0, detected: 1 },
  'lock.state': { not_fully_locked: 0, locked: 1, unlocked: 2, unlatched: 3, jammed: 4, unknown: 5 },
  'battery.low': { ok: 0, low: 1 },
  'device.online': { offline: 0, online: 1 },
  'tamper.state': { clear: 0, tampered: 1 },
} as const;

function reversed<Name extends string>(list: Readonly<Record<Name, number>>): ReadonlyMap<number, Name> {
  return new Map((Object.keys(list) as Name[]).map((name) => [list[name], name]));
}

const categoryNames = reversed<Category>(CATEGORIES);
const propertyNames = reversed<Property>(PROPERTIES);
const quantityNames = new Map((Object.keys(QUANTITIES) as Quantity[]).map((name) => [QUANTITIES[name].wire, name]));

/** The category with this wire number, or undefined. */
export function categoryOf(wire: number): Category | undefined {
  return categoryNames.get(wire);
}

/** The property with this wire number, or undefined. */
export function propertyOf(wire: number): Property | undefined {
  return propertyNames.get(wire);
}

/** The quantity with this wire number, or undefined. */
export function quantityOf(wire: number): Quantity | undefined {
  return quantityNames.get(wire as 1);
}

/** The name of a state's code for readable output, or undefined when the property is no state or has no such code. */
export function stateName(property: Property, code: number): string | undefined {
  const codes = (STATE_CODES as Readonly<Record<string, Readonly<Record<string, number>> | undefined>>)[property];
  return codes === undefined ? undefined : Object.keys(codes).find((name) => codes[name] === code);
}
