import type { Route } from './dialect.ts';

/** A property as a description gives it; anything may be missing or of another type. */
export interface Property {
  readonly node: string;
  readonly id: string;
  readonly datatype: unknown;
  readonly format: unknown;
  readonly unit: unknown;
  readonly settable: unknown;
}

/** How a property is read, without its topic. */
export type Meaning = Pick<Route, 'kind' | 'words' | 'factor'>;

type Words = ReadonlyMap<string, number>;
const words = (codes: Readonly<Record<string, number>>): Words => new Map(Object.entries(codes));

/** Words that say by themselves what they mean, by kind, where the names of node and property agree. */
const WORDS: readonly { kind: Meaning['kind']; words: Words; needs: readonly string[]; names?: ReadonlySet<string> }[] =
  [
    {
      kind: 'lock.state',
      words: words({ locked: 1, unlocked: 2, unlatched: 3, jammed: 4, not_fully_locked: 0 }),
      needs: ['locked', 'unlocked'],
    },
    {
      // Valves and blinds are open and closed too.
      kind: 'contact.state',
      words: words({ closed: 0, close: 0, open: 1, opened: 1, ajar: 2, tilted: 2 }),
      needs: ['open', 'closed'],
      names: new Set(['contact', 'door', 'window', 'gate', 'opening']),
    },
    {
      kind: 'occupancy.state',
      words: words({ clear: 0, vacant: 0, unoccupied: 0, detected: 1, occupied: 1 }),
      needs: ['occupied', 'clear'],
      names: new Set(['motion', 'occupancy', 'presence']),
    },
    {
      kind: 'tamper.state',
      words: words({ clear: 0, ok: 0, tampered: 1, detected: 1 }),
      needs: ['tampered', 'clear'],
      names: new Set(['tamper']),
    },
    {
      kind: 'battery.low',
      words: words({ ok: 0, normal: 0, low: 1 }),
      needs: ['low', 'ok'],
      names: new Set(['battery']),
    },
    {
      kind: 'switch.state',
      words: words({ off: 0, on: 1 }),
      needs: ['on', 'off'],
      names: new Set(['relay', 'outlet', 'plug', 'socket']),
    },
  ];

/** Booleans whose own name says what true is; `contact` alone does not, half of the makers mean closed. */
const TRUE_MEANS: ReadonlyMap<string, Meaning> = new Map([
  ['open', { kind: 'contact.state', words: { true: 1, false: 0 } }],
  ['closed', { kind: 'contact.state', words: { true: 0, false: 1 } }],
  ['locked', { kind: 'lock.state', words: { true: 1, false: 2 } }],
  ['motion', { kind: 'occupancy.state', words: { true: 1, false: 0 } }],
  ['occupancy', { kind: 'occupancy.state', words: { true: 1, false: 0 } }],
  ['occupied', { kind: 'occupancy.state', words: { true: 1, false: 0 } }],
  ['presence', { kind: 'occupancy.state', words: { true: 1, false: 0 } }],
  ['tamper', { kind: 'tamper.state', words: { true: 1, false: 0 } }],
  ['low-battery', { kind: 'battery.low', words: { true: 1, false: 0 } }],
  ['battery-low', { kind: 'battery.low', words: { true: 1, false: 0 } }],
  ['relay', { kind: 'switch.state', words: { true: 1, false: 0 } }],
]);
const OPENINGS = new Set(['contact', 'door', 'window', 'gate', 'opening']);

/** Units, words of which the property's own name must have one, and what the number is multiplied with. */
const UNITS: readonly { units: Readonly<Record<string, number>>; names: readonly string[]; kind: Meaning['kind'] }[] = [
  { units: { W: 1_000, kW: 1_000_000 }, names: ['power'], kind: 'power.active' },
  {
    units: { Wh: 1_000, kWh: 1_000_000 },
    names: ['energy', 'import', 'imported', 'export', 'exported'],
    kind: 'energy.import',
  },
  { units: { V: 1_000, mV: 1 }, names: ['voltage'], kind: 'voltage' },
  { units: { A: 1_000, mA: 1 }, names: ['current'], kind: 'current' },
  { units: { '%': 1 }, names: ['battery', 'level'], kind: 'battery.percent' },
];

/** Words in a name that make a number something else than the present value or the whole count. */
const OTHERWISE = new Set(
  [
    ['max', 'maximum', 'min', 'minimum', 'limit', 'rated', 'target', 'setpoint', 'average', 'avg', 'peak', 'threshold'],
    ['reactive', 'apparent', 'factor', 'solar', 'pv', 'production', 'produced', 'generated', 'returned', 'feed'],
    ['today', 'yesterday', 'daily', 'day', 'week', 'month', 'year', 'hour', 'monthly', 'yearly', 'last', 'health'],
  ].flat(),
);

/** What a property says, where its names, datatype, format and unit leave no doubt. */
export function meaningOf(property: Property): Meaning | undefined {
  const { datatype } = property;
  if (datatype === 'boolean') return booleanOf(property);
  if (datatype === 'enum') return enumOf(property);
  return datatype === 'float' || datatype === 'integer' ? numberOf(property) : undefined;
}

/** Labels say what false and true are, in this order; the payload stays `true` or `false`. */
function booleanOf(property: Property): Meaning | undefined {
  const labels = listOf(property.format);
  if (labels.length === 0) return namedBoolean(property);
  const found = worded(property, labels);
  const [no, yes] = labels.map((label) => found?.words.get(label.toLowerCase()));
  if (found === undefined || labels.length !== 2 || no === undefined || yes === undefined) return undefined;
  return { kind: found.kind, words: { false: no, true: yes } };
}

function namedBoolean(property: Property): Meaning | undefined {
  const meaning = TRUE_MEANS.get(property.id.toLowerCase());
  if (meaning?.kind !== 'contact.state') return meaning;
  const isOpening = property.settable !== true && namesOf(property).some((name) => OPENINGS.has(name));
  return isOpening ? meaning : undefined;
}

function enumOf(property: Property): Meaning | undefined {
  const said = listOf(property.format);
  const found = worded(property, said);
  if (found === undefined) return undefined;
  const known = said.flatMap((word): [string, number][] => {
    const value = found.words.get(word.toLowerCase());
    return value === undefined ? [] : [[word, value]];
  });
  return { kind: found.kind, words: Object.fromEntries(known) };
}

/** The kind whose opposites are both among these words; a door that can be told to open is a drive, not a contact. */
function worded(property: Property, said: readonly string[]): { kind: Meaning['kind']; words: Words } | undefined {
  const lower = said.map((word) => word.toLowerCase());
  const names = namesOf(property);
  return WORDS.find((row) => {
    const values = lower.map((word) => row.words.get(word));
    const isWhole = row.needs.every((word) => values.includes(row.words.get(word)));
    const isNamed = row.names === undefined || names.some((name) => row.names?.has(name));
    return isWhole && isNamed && !(row.kind === 'contact.state' && property.settable === true);
  });
}

function numberOf(property: Property): Meaning | undefined {
  const { unit, settable } = property;
  const names = namesOf(property);
  if (typeof unit !== 'string' || settable === true || names.some((name) => OTHERWISE.has(name))) return undefined;
  const own = split(property.id);
  const row = UNITS.find((each) => Object.hasOwn(each.units, unit) && each.names.some((name) => own.includes(name)));
  const factor = row?.units[unit];
  if (row === undefined || factor === undefined) return undefined;
  const kind = directed(row.kind, names);
  return kind === undefined ? undefined : { kind, factor };
}

/** The kind as the names turn it: what flows out is no power taken, and a battery's flows are no appliance's. */
function directed(kind: Meaning['kind'], names: readonly string[]): Meaning['kind'] | undefined {
  const isBattery = names.includes('battery');
  if (kind === 'battery.percent') return isBattery ? kind : undefined;
  if (isBattery) return kind === 'voltage' ? 'battery.voltage' : undefined;
  if (!names.some((name) => name === 'export' || name === 'exported')) return kind;
  return kind === 'energy.import' ? 'energy.export' : undefined;
}

function namesOf({ node, id }: Property): string[] {
  return [...split(node), ...split(id)];
}

function split(name: string): string[] {
  return name.toLowerCase().split(/[^a-z]+/);
}

function listOf(format: unknown): string[] {
  return typeof format === 'string' && format !== '' ? format.split(',').map((word) => word.trim()) : [];
}
