import { LIMITS } from '../limits.ts';
import type { Decode, DialectResult, Known, KnownThing, Message, Route, ThingClaim } from './dialect.ts';
import { type Meaning, meaningOf } from './homie-properties.ts';
import { asFields, readJson } from './json.ts';
import { announcedAt, readRoutes } from './routes.ts';
import { isSecret } from './secrets.ts';

/** The version level of the topics that are read. Version 4 spreads a description over many topics; it is not read. */
const VERSION = '5';
/** The convention's ids; nothing else makes a topic that can be told from others. */
const ID = /^[a-z0-9-]{1,60}$/;
/** A bridge describes each device by itself: the largest has some tens of nodes of some tens of properties. */
const DESCRIPTION_BYTES = 256 * 1024;
/** Nodes of one device, each a thing; and properties of one node. */
const NODES = 200;
const PROPERTIES = 200;
/** Sleeping devices are there, they only do not listen. `init` is neither. */
const STATES = { ready: 1, sleeping: 1, disconnected: 0, lost: 0 } as const;

/** What a source says: everything under its version 5 topics. */
export function homieTopics(base: string): readonly string[] {
  return [`${base}/${VERSION}/#`];
}

/** The most bytes a payload under this topic may have. */
export function homiePayloadBytes(topic: string, _base: string): number {
  return topic.endsWith('/$description') ? DESCRIPTION_BYTES : LIMITS.payloadBytes;
}

/** Reads one message of a Homie 5 device: its description, or a value that the description explains; never throws. */
export const decodeHomie: Decode = (message, known): DialectResult => {
  const { topic, payload, base } = message;
  if (!topic.startsWith(`${base}/`)) return { refused: 'foreignTopic' };
  const [version, device = '', ...levels] = topic.slice(base.length + 1).split('/');
  if (levels.at(-1) === 'set') return { refused: 'command' };
  if (version !== VERSION || !ID.test(device)) return { refused: 'ignored' };
  const place = levels.join('/');
  const isValue = levels.length === 2 && levels.every((level) => ID.test(level));
  if (place !== '$description' && place !== '$state' && !isValue) return { refused: 'ignored' };
  if (payload.length > homiePayloadBytes(topic, base)) return { refused: 'oversize' };
  if (place === '$description') return readDescription(message, device, known);
  if (payload.length === 0) return { refused: 'empty' };
  if (place === '$state' && payload.toString() === 'init') return { readings: [], dropped: { null: 1 } };
  const things = announcedAt(topic, known.at(topic));
  if (things.length > 0 || place === '$state') return readRoutes(topic, payload, things);
  return { readings: [], dropped: { [reasonOf(levels.at(-1) ?? '')]: 1 } };
};

function reasonOf(property: string): 'secret' | 'unknownProperty' {
  return isSecret(property) ? 'secret' : 'unknownProperty';
}

/** Each node with something that is read is a thing; an empty description takes the device away. */
function readDescription({ topic, payload, base }: Message, device: string, known: Known): DialectResult {
  const before = known.at(topic);
  if (payload.length === 0) {
    return before.length === 0 ? { refused: 'empty' } : { readings: [], things: before.map(ended), dropped: {} };
  }
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  const description = asFields(json.value);
  if (description === undefined) return { refused: 'notObject' };
  const nodes = Object.entries(asFields(description.nodes) ?? {});
  if (nodes.length > NODES) return { refused: 'oversize' };
  const dropped = new Map<'secret' | 'unknownProperty' | 'malformed', number>();
  const drop = (reason: 'secret' | 'unknownProperty' | 'malformed') =>
    dropped.set(reason, (dropped.get(reason) ?? 0) + 1);
  const things: ThingClaim[] = [];
  for (const [node, value] of nodes) {
    const properties = Object.entries(asFields(asFields(value)?.properties) ?? {});
    if (!ID.test(node) || properties.length > PROPERTIES) {
      drop('malformed');
      continue;
    }
    const found = routesOf({ by: topic, at: `${base}/${VERSION}/${device}/${node}`, node }, properties, drop);
    if (found.length > 0) things.push(claimOf(`${device}/${node}`, [...found, online(topic, base, device)]));
  }
  const described = new Set(things.map(({ thing }) => thing));
  const gone = before.filter(({ thing }) => !described.has(thing)).map(ended);
  return { readings: [], things: [...things, ...gone], dropped: Object.fromEntries(dropped) };
}

/** The properties of a node that are read; the first of a kind by name, so that their order does not matter. */
function routesOf(
  place: { by: string; at: string; node: string },
  properties: readonly (readonly [string, unknown])[],
  drop: (reason: 'secret' | 'unknownProperty' | 'malformed') => void,
): Route[] {
  const routes = new Map<Meaning['kind'], Route>();
  for (const [id, value] of [...properties].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { datatype, format, unit, settable } = asFields(value) ?? {};
    const meaning = isSecret(id) ? undefined : meaningOf({ node: place.node, id, datatype, format, unit, settable });
    if (!ID.test(id)) drop('malformed');
    else if (meaning === undefined || routes.has(meaning.kind)) drop(reasonOf(id));
    else routes.set(meaning.kind, { topic: `${place.at}/${id}`, by: place.by, ...meaning });
  }
  return [...routes.values()];
}

function online(by: string, base: string, device: string): Route {
  return { topic: `${base}/${VERSION}/${device}/$state`, by, kind: 'device.online', words: STATES };
}

function claimOf(thing: string, routes: readonly Route[]): ThingClaim {
  return { thing, kinds: routes.map(({ kind }) => kind), categories: {}, traits: { routes } };
}

function ended({ thing }: KnownThing): ThingClaim {
  return claimOf(thing, []);
}
