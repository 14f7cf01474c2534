import { LIMITS } from '../limits.ts';
import type { Claim, Decode, DialectResult, Known, Message, Reading, ThingClaim } from './dialect.ts';
import { meaningOf } from './homeassistant-classes.ts';
import { readEntity } from './homeassistant-entities.ts';
import { label, readJson } from './json.ts';
import { readRoutes } from './routes.ts';
import { isSecret } from './secrets.ts';

/**
 * Home Assistant's `mqtt_statestream`: `<base>/<domain>/<object id>/state` carries an entity's bare state, and beside it
 * each attribute its value as JSON. What a state means stands in attributes, so these are kept in the entity's claim; a
 * state that comes before them is not read. Where people and their telephones are is never read.
 */

/** Domains that say something about the home; a person's and a telephone's whereabouts are not among them. */
const DOMAINS = new Set(['binary_sensor', 'sensor', 'lock', 'switch']);
/** Attributes that decide what a state means, by the name a discovery message gives them too. */
const ATTRIBUTES = new Set(['device_class', 'unit_of_measurement', 'state_class']);
/** Classes of sensors that mean something in some unit. */
const NUMBER_CLASSES = new Set(['power', 'energy', 'voltage', 'current', 'battery']);
const ENTITY_ID = /^[a-z0-9_]{1,200}$/;
/** The longest word or number that a state is read from; longer ones are texts. */
const STATE_BYTES = LIMITS.labelCharacters;
/** The words of states, as Home Assistant itself writes them. */
const WORDS = {
  ...{ payload_on: 'on', payload_off: 'off', state_on: 'on', state_off: 'off' },
  ...{ state_locked: 'locked', state_unlocked: 'unlocked', state_jammed: 'jammed' },
  ...{ state_locking: 'locking', state_unlocking: 'unlocking' },
};

/** An entity by its topic. */
interface Entity {
  readonly thing: string;
  readonly domain: string;
  readonly id: string;
  readonly state: string;
}

/** The most bytes a payload under this topic may have: attributes can be lists. */
export function statestreamPayloadBytes(): number {
  return LIMITS.payloadBytes;
}

/** Reads one message of `mqtt_statestream`; never throws. */
export const decodeStatestream: Decode = (message: Message, known): DialectResult => {
  const { topic, payload, base } = message;
  if (!topic.startsWith(`${base}/`)) return { refused: 'foreignTopic' };
  const [domain = '', id = '', attribute = '', ...more] = topic.slice(base.length + 1).split('/');
  if (!DOMAINS.has(domain) || !ENTITY_ID.test(id) || more.length > 0) return { refused: 'ignored' };
  if (payload.length > statestreamPayloadBytes()) return { refused: 'oversize' };
  if (payload.length === 0) return { refused: 'empty' };
  const entity = { thing: `${domain}/${id}`, domain, id, state: `${base}/${domain}/${id}/state` };
  if (attribute === 'state') return readState(entity, payload, known);
  if (ATTRIBUTES.has(attribute)) return readAttribute(entity, attribute, payload, known);
  return isSecret(attribute) ? { readings: [], dropped: { secret: 1 } } : { refused: 'ignored' };
};

function readState(entity: Entity, payload: Buffer, known: Known): DialectResult {
  const { thing } = entity;
  const before = known.claim(thing);
  const claim = before ?? claimOf(entity, {});
  if (claim.kinds.length === 0)
    return { readings: [], dropped: { [isSecret(entity.id) ? 'secret' : 'unknownProperty']: 1 } };
  if (payload.length > STATE_BYTES) return { readings: [], dropped: { malformed: 1 } };
  const things = before === undefined ? { things: [{ thing, ...claim }] } : {};
  if (payload.toString() === 'unavailable') return { readings: [online(thing, 0)], dropped: {}, ...things };
  const { readings, dropped } = readRoutes(entity.state, payload, [{ thing, claim }]);
  return { readings: readings.length > 0 ? [...readings, online(thing, 1)] : [], dropped, ...things };
}

function online(thing: string, value: 0 | 1): Reading {
  return { thing, kind: 'device.online', value, quality: 'good' };
}

/** An attribute that decides the meaning: the claim changes when it does. */
function readAttribute(entity: Entity, attribute: string, payload: Buffer, known: Known): DialectResult {
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  const said = known.claim(entity.thing)?.traits.attributes ?? {};
  const value = label(json.value) ?? '';
  // A home has hundreds of entities that mean nothing here: only those of a device class that does are remembered.
  const isOurs = said.device_class !== undefined || (attribute === 'device_class' && meansSomething(entity, value));
  if (!isOurs) return { readings: [], dropped: { unknownProperty: 1 } };
  if (said[attribute] === value) return { readings: [], dropped: {} };
  const thing: ThingClaim = { thing: entity.thing, ...claimOf(entity, { ...said, [attribute]: value }) };
  return { readings: [], things: [thing], dropped: {} };
}

function meansSomething({ domain, id }: Entity, deviceClass: string): boolean {
  if (domain === 'sensor') return NUMBER_CLASSES.has(deviceClass);
  return meaningOf(domain, { device_class: deviceClass }, id) !== undefined;
}

/** What an entity is, by what is known of its attributes: without a meaning it has no kinds. */
function claimOf({ domain, id, state }: Entity, attributes: Readonly<Record<string, string>>): Claim {
  const found = readEntity(state, domain, id, { ...WORDS, ...attributes, state_topic: state });
  const traits = Object.keys(attributes).length > 0 ? { attributes } : {};
  if ('drop' in found) return { kinds: [], categories: {}, traits };
  const { value } = found.entity;
  return { kinds: [value.kind, 'device.online'], categories: {}, traits: { ...traits, routes: [value] } };
}
