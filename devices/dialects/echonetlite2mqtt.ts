import type { Category } from '../../proto/lists.ts';
import { LIMITS } from '../limits.ts';
import { isPlausible, type Kind } from '../vocabulary.ts';
import type { Decode, DialectResult, Known, Route, ThingClaim } from './dialect.ts';
import { asFields, type Fields, label, readJson } from './json.ts';
import { announcedAt, readRoutes } from './routes.ts';
import { isSecret } from './secrets.ts';

/**
 * ECHONET Lite behind echonetlite2mqtt, whose names of classes and properties are those of the Machine Readable Appendix.
 * `<base>/<name>` describes a device and announces where its values are said: `<base>/<name>/properties/<property>`, bare.
 */

/** One property that is read. */
interface Property extends Pick<Route, 'kind' | 'words' | 'factor'> {
  /** The part of the device it belongs to, where that is a thing of its own. */
  readonly part?: string;
  /** A counter of a meter, in units that the meter says beside it. */
  readonly isCounter?: true;
}

const YES = { true: 1, false: 0 } as const;
const LOCKED = { true: 1, false: 2 } as const;
/** Of an opening sensor [ECHONET 0x0029, EPC 0xE0]: closed, and eight degrees of open; 0x39 is not known. */
const OPENING = { 30: 0, 31: 1, 32: 1, 33: 1, 34: 1, 35: 1, 36: 1, 37: 1, 38: 1 } as const;

/** What is read of each class of device. */
const CLASSES: readonly { readonly type: RegExp; readonly properties: Readonly<Record<string, Property>> }[] = [
  { type: /^humanDetectionSensor$/, properties: { detection: { kind: 'occupancy.state', words: YES } } },
  {
    type: /^electricLock$/,
    properties: {
      mainElectricLock: { kind: 'lock.state', words: LOCKED },
      subElectricLock: { kind: 'lock.state', words: LOCKED, part: 'sub' },
      doorOpened: { kind: 'contact.state', words: YES },
      replaceBatteryLevel: { kind: 'battery.low', words: YES },
    },
  },
  {
    type: /^lvSmartElectricEnergyMeter$/,
    properties: {
      instantaneousElectricPower: { kind: 'power.active', factor: 1_000 },
      normalDirectionCumulativeElectricEnergy: { kind: 'energy.import', isCounter: true },
      reverseDirectionCumulativeElectricEnergy: { kind: 'energy.export', isCounter: true },
    },
  },
  // The program knows no opening sensor by name, and says its property as it came.
  { type: /^Unknown_0029/, properties: { unknown_E0: { kind: 'contact.state', words: OPENING } } },
];
/** The low-voltage smart meter measures the whole home. */
const HOME_METER: Readonly<Partial<Record<Kind, Category>>> = {
  'power.active': 'power.total',
  'energy.import': 'power.total',
  'energy.export': 'power.total',
};
const MILLIWATT_HOURS = 1_000_000;

/** Names of identities that their words do not give away. */
const IDENTITIES = new Set(['id', 'routeBId', 'businessFacilityCode', 'locationInformation', 'installationLocation']);
/** What stands where nothing was measured, or what was is beyond its range. */
const NOTHING = new Set(['noData', 'overflow', 'underflow', 'undefined', 'defaultValue']);
/** A device's description carries the schema of each of its properties: some hundred kilobytes. */
const DESCRIPTION_BYTES = 1024 * 1024;
/** A name and what is added to it still make a thing's name. */
const NAME_CHARACTERS = LIMITS.thingNameCharacters - 8;

/** The most bytes under a topic: a device's description is long, a value is not. */
export function echonetlite2mqttPayloadBytes(topic: string, base: string): number {
  return topic.slice(base.length + 1).includes('/') ? LIMITS.payloadBytes : DESCRIPTION_BYTES;
}

/** Reads one message of echonetlite2mqtt; never throws. */
export const decodeEchonetlite2mqtt: Decode = ({ topic, payload, base }, known): DialectResult => {
  if (topic !== base && !topic.startsWith(`${base}/`)) return { refused: 'foreignTopic' };
  const levels = topic.slice(base.length + 1).split('/');
  if (levels.at(-1) === 'set' || levels.at(-1) === 'request') return { refused: 'command' };
  const [name = '', properties, property, ...more] = levels;
  if (name === '' || more.length > 0 || (properties ?? 'properties') !== 'properties') return { refused: 'ignored' };
  if (payload.length > echonetlite2mqttPayloadBytes(topic, base) || name.length > NAME_CHARACTERS)
    return { refused: 'oversize' };
  if (payload.length === 0) return { refused: 'empty' };
  if (property !== undefined) return readProperty(topic, property, payload, known);
  // All values at once stand beside the single ones.
  return properties === undefined ? readDescription(topic, name, payload, known) : { refused: 'ignored' };
};

function readProperty(topic: string, property: string, payload: Buffer, known: Known): DialectResult {
  const things = announcedAt(topic, known.at(topic));
  if (things.length > 0) {
    if (NOTHING.has(payload.toString())) return { readings: [], dropped: { null: 1 } };
    return readRoutes(topic, payload, things);
  }
  const reason = IDENTITIES.has(property) || isSecret(property) ? 'secret' : 'unknownProperty';
  return { readings: [], dropped: { [reason]: 1 } };
}

function readDescription(topic: string, name: string, payload: Buffer, known: Known): DialectResult {
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  const said = asFields(json.value);
  if (said === undefined) return { refused: 'notObject' };
  const things = thingsOf(said, name, topic);
  // What the device was before, where this is now another one's topic.
  const gone = known.at(topic).filter(({ claim }) => !things.some(({ hardware }) => hardware === claim.hardware));
  const ended = gone.map(({ thing, claim }): ThingClaim => ({ thing, ...claim, kinds: [], traits: {} }));
  return things.length + ended.length === 0
    ? { refused: 'ignored' }
    : { readings: [], things: [...things, ...ended], dropped: {} };
}

/** The things that a description announces; of a device with an alias, that under its alias only. */
function thingsOf(said: Fields, name: string, topic: string): ThingClaim[] {
  const type = label(said.deviceType);
  const read = CLASSES.find((one) => type !== undefined && one.type.test(type));
  const hardware = label(said.id);
  if (read === undefined || type === undefined || hardware === undefined || said.name !== name) return [];
  const values = asFields(said.propertyValues) ?? {};
  const listed = new Set((Array.isArray(said.properties) ? said.properties : []).map((each) => asFields(each)?.name));
  const parts = new Map<string, Route[]>();
  for (const [property, row] of Object.entries(read.properties)) {
    const meaning = row.words === undefined ? factorOf(row, values, listed) : { words: row.words };
    if (!listed.has(property) || meaning === undefined) continue;
    const route = { topic: `${topic}/properties/${property}`, by: topic, kind: row.kind, ...meaning };
    parts.set(row.part ?? '', [...(parts.get(row.part ?? '') ?? []), route]);
  }
  return [...parts].map(([part, routes]) => ({
    thing: part === '' ? name : `${name}/${part}`,
    hardware: part === '' ? hardware : `${hardware}/${part}`,
    model: type,
    kinds: routes.map(({ kind }) => kind),
    categories: type.endsWith('Meter') ? HOME_METER : {},
    traits: { routes },
  }));
}

/**
 * What a number is multiplied with. A counter says neither its unit nor its coefficient [ECHONET 0x0288, EPC 0xE1 and
 * 0xD3]: undefined while the meter has not said them; a meter without the coefficient has 1.
 */
function factorOf(
  { factor, isCounter }: Property,
  values: Fields,
  listed: ReadonlySet<unknown>,
): Pick<Route, 'factor'> | undefined {
  if (isCounter === undefined) return { factor: factor ?? 1 };
  const { unitForCumulativeElectricEnergy: unit, coefficient = listed.has('coefficient') ? undefined : 1 } = values;
  if (typeof unit !== 'number' || typeof coefficient !== 'number') return undefined;
  // A meter that never was at its first unit is none.
  const whole = Math.round(unit * coefficient * MILLIWATT_HOURS);
  return whole > 0 && isPlausible('energy.import', whole) ? { factor: whole } : undefined;
}
