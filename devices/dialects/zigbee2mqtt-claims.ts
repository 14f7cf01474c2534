import type { Category } from '../../proto/lists.ts';
import { LIMITS } from '../limits.ts';
import type { Kind } from '../vocabulary.ts';
import type { DialectResult, ThingClaim, Traits } from './dialect.ts';
import { asFields, type Fields, label } from './json.ts';
import { MODELS } from './zigbee2mqtt-models.ts';
import { PROPERTIES } from './zigbee2mqtt-properties.ts';

/** The published bit of an expose's `access`; what can only be set is not observed. */
const PUBLISHED = 1;
/** A switch or lock has its features one level down, a composite of composites is not read at all. */
const FEATURE_DEPTH = 3;

/** One exposed value: the property's name without its endpoint. */
interface Exposed {
  readonly property: string;
  readonly endpoint: string | undefined;
  readonly unit: string | undefined;
  readonly values: readonly unknown[];
}

/** Reads the retained list of all devices; an entry that cannot be read is counted and harms no other. */
export function readClaims(value: unknown): DialectResult {
  if (!Array.isArray(value)) return { refused: 'notObject' };
  if (value.length > LIMITS.things) return { refused: 'oversize' };
  const claims = new Map<string, ThingClaim>();
  let malformed = 0;
  for (const entry of value) {
    const fields = asFields(entry);
    if (fields?.type === 'Coordinator') continue;
    const name = fields === undefined ? undefined : label(fields.friendly_name, LIMITS.thingNameCharacters);
    if (fields === undefined || name === undefined) malformed += 1;
    else for (const claim of claimsOf(name, fields)) if (!claims.has(claim.thing)) claims.set(claim.thing, claim);
  }
  const things = [...claims.values()].slice(0, LIMITS.things);
  return { readings: [], things, dropped: malformed > 0 ? { malformed } : {} };
}

/** The device itself and one claim for each endpoint that measures something. */
function claimsOf(name: string, fields: Fields): ThingClaim[] {
  const definition = asFields(fields.definition);
  const hardware = label(fields.ieee_address);
  const vendor = label(definition?.vendor);
  const model = label(definition?.model);
  const exposed = flatten(definition?.exposes, FEATURE_DEPTH).slice(0, LIMITS.exposesPerThing);
  const ends = endpointsOf(exposed);
  const about = {
    ...(vendor === undefined ? {} : { vendor }),
    ...(model === undefined ? {} : { model }),
  };
  const own = claim(
    name,
    exposed.filter(({ endpoint }) => endpoint === undefined || !ends.includes(endpoint)),
    about,
  );
  const traits: Traits = ends.length > 0 ? { ...own.traits, endpoints: ends } : own.traits;
  return [
    { ...own, ...(hardware === undefined ? {} : { hardware }), traits },
    ...ends.map((end) => ({
      ...claim(
        `${name}/${end}`,
        exposed.filter(({ endpoint }) => endpoint === end),
        about,
      ),
      ...(hardware === undefined ? {} : { hardware: `${hardware}/${end}` }),
    })),
  ];
}

function claim(thing: string, exposed: readonly Exposed[], about: { vendor?: string; model?: string }): ThingClaim {
  const row = about.model === undefined ? undefined : MODELS.get(about.model.toLowerCase());
  const traits = traitsOf(exposed, row?.contact);
  const kinds = [...new Set(exposed.flatMap((each) => kindsOf(each, traits)))];
  const categories: Partial<Record<Kind, Category>> = {};
  for (const kind of kinds) {
    const category = row?.categories?.[kind];
    if (category !== undefined) categories[kind] = category;
  }
  return { thing, ...about, kinds, categories, traits };
}

function kindsOf({ property, values }: Exposed, traits: Traits): readonly Kind[] {
  if (traits.unread?.includes(property)) return [];
  if (property === 'state')
    return values.includes('LOCK') ? ['lock.state'] : values.includes('ON') ? ['switch.state'] : [];
  if (property === 'voltage') return [traits.voltage === 'mainsVolt' ? 'voltage' : 'battery.voltage'];
  return PROPERTIES.get(property)?.kinds ?? [];
}

/** Units the dialect's table assumes; a property described in any other is not read. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  power: ['W'],
  total_power: ['W'],
  energy: ['kWh'],
  produced_energy: ['kWh'],
  current_summ_delivered: ['kWh'],
  current: ['A', 'mA'],
  voltage: ['V', 'mV'],
};

function traitsOf(exposed: readonly Exposed[], contact: Traits['contact']): Traits {
  const has = (property: string) => exposed.some((each) => each.property === property);
  const unit = (property: string) => exposed.find((each) => each.property === property)?.unit;
  const unread = Object.keys(UNITS).filter((each) => has(each) && !UNITS[each]?.includes(unit(each) ?? ''));
  // Where phases B and C have properties of their own, `power` is phase A and no total of anything.
  if (has('power') && has('power_phase_b')) unread.push('power');
  // Its plain sibling says the same and needs no words.
  if (has('presence_state') && (has('presence') || has('occupancy'))) unread.push('presence_state');
  const mains = has('power') || has('energy') || has('current');
  const volts = unit('voltage') === 'mV' ? 'batteryMillivolt' : mains ? 'mainsVolt' : 'batteryVolt';
  return {
    ...(has('voltage') ? { voltage: volts } : {}),
    ...(unit('current') === 'mA' ? { current: 'mA' } : {}),
    ...(contact === undefined ? {} : { contact }),
    ...(unread.length > 0 ? { unread: [...new Set(unread)] } : {}),
  };
}

/** Endpoints that carry a kind of their own, longest name first, so that `bottom_left` is not read as `left`. */
function endpointsOf(exposed: readonly Exposed[]): string[] {
  const ends = new Set<string>();
  for (const { endpoint, property } of exposed)
    if (endpoint !== undefined && PROPERTIES.has(property)) ends.add(endpoint);
  return [...ends].sort((a, b) => b.length - a.length || (a < b ? -1 : 1)).slice(0, LIMITS.endpointsPerThing);
}

/** All published values, with the features of switches, lights and locks lifted up; composites stay out. */
function flatten(exposes: unknown, depth: number, outer?: string): Exposed[] {
  if (!Array.isArray(exposes) || depth === 0) return [];
  return exposes.slice(0, LIMITS.exposesPerThing).flatMap((each) => {
    const fields = asFields(each);
    if (fields === undefined) return [];
    const endpoint = label(fields.endpoint) ?? outer;
    if (Array.isArray(fields.features)) {
      return fields.type === 'composite' || fields.type === 'list' ? [] : flatten(fields.features, depth - 1, endpoint);
    }
    const property = label(fields.property);
    const published = typeof fields.access === 'number' && (fields.access & PUBLISHED) !== 0;
    return property === undefined || !published ? [] : [exposedOf(fields, property, endpoint)];
  });
}

function exposedOf(fields: Fields, property: string, endpoint: string | undefined): Exposed {
  const suffix = `_${endpoint}`;
  const ended = endpoint !== undefined && property.endsWith(suffix);
  return {
    property: ended ? property.slice(0, -suffix.length) : property,
    endpoint: ended ? endpoint : undefined,
    unit: label(fields.unit),
    values: [fields.value_on, fields.value_off, ...(Array.isArray(fields.values) ? fields.values : [])],
  };
}
