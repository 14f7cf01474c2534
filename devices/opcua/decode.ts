import type { Decode, DialectResult, KnownThing, Quality, Route, ThingClaim } from '../dialects/dialect.ts';
import { asFields, readJson } from '../dialects/json.ts';
import { readRoutes } from '../dialects/routes.ts';
import { type Point, readMapping } from './mapping.ts';

/** The OPC UA server as a source. An account at the listener can have no such name: it has a colon. */
export const OPCUA_SOURCE = 'opcua:server';
/** The topic of the mapping file's own text; those of values are NodeIds, which have an equals sign. */
export const MAPPING_TOPIC = 'mapping';

/** By severity [OPC UA Part 4, 7.39.1]: 00 good, 01 uncertain, 10 bad, 11 reserved and read as bad. */
const QUALITIES: readonly (Quality | undefined)[] = ['good', 'uncertain', undefined, undefined];

/** A value as it goes into the walk: a scalar (64-bit integers as decimal text) and its 32-bit status code. */
export function valuePayload(status: number, value: unknown): Buffer {
  return Buffer.from(JSON.stringify({ status, value }));
}

/**
 * Reads what the OPC UA intake hands over. The mapping file announces things with a route for each node; a value is read by
 * its node's routes, and is none where the server says that it is bad. Pure and total, like every dialect.
 */
export const decodeOpcua: Decode = ({ topic, payload }, known): DialectResult => {
  if (topic === MAPPING_TOPIC) return mapped(payload, known.at(MAPPING_TOPIC));
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  const status = asFields(json.value)?.status;
  if (typeof status !== 'number') return { refused: 'notObject' };
  const quality = QUALITIES[(status >>> 30) & 3];
  if (quality === undefined) return { readings: [], dropped: { null: 1 } };
  const { readings, dropped } = readRoutes(topic, payload, known.at(topic));
  return { readings: readings.map((reading) => ({ ...reading, quality })), dropped };
};

/** The things of the mapping; those it named before and names no more keep what they are and lose where they are read from. */
function mapped(text: Buffer, before: readonly KnownThing[]): DialectResult {
  const read = readMapping(text.toString());
  if (!read.ok) return { refused: 'notObject' };
  const byThing = Map.groupBy(read.mapping.points, ({ thing }) => thing);
  const gone = before.filter(({ thing }) => !byThing.has(thing));
  return {
    readings: [],
    things: [
      ...[...byThing].map(([thing, points]) => claimOf(thing, points)),
      ...gone.map(({ thing, claim }) => ({ ...claim, thing, traits: { ...claim.traits, routes: [] } })),
    ],
    dropped: {},
  };
}

function claimOf(thing: string, points: readonly Point[]): ThingClaim {
  const kinds = [...new Set(points.map(({ kind }) => kind))];
  return { thing, kinds, categories: {}, traits: { routes: points.map(routeOf) } };
}

function routeOf({ nodeId, kind, words, factor }: Point): Route {
  const meaning = { ...(words === undefined ? {} : { words }), ...(factor === undefined ? {} : { factor }) };
  return { topic: nodeId, by: MAPPING_TOPIC, kind, path: ['value'], ...meaning };
}
