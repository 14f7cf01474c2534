import { LIMITS } from '../limits.ts';
import type { Decode, DialectResult, KnownThing, Reading } from './dialect.ts';
import { readJoined } from './homeassistant-availability.ts';
import { endConfig, readConfig } from './homeassistant-claims.ts';
import { DISCOVERY_PREFIX, readConfigTopic } from './homeassistant-topic.ts';
import { asFields, readJson } from './json.ts';
import { announcedAt, readRoutes } from './routes.ts';

/** An announcement of a whole device: two hundred components of about a kilobyte each. */
const CONFIG_BYTES = 256 * 1024;
/** Last levels of topics that devices are told something on. */
const COMMANDS = new Set(['set', 'get', 'cmd', 'command']);

/** The most bytes a payload under this topic may have. */
export function homeassistantPayloadBytes(topic: string, _base: string): number {
  return readConfigTopic(topic) === undefined ? LIMITS.payloadBytes : CONFIG_BYTES;
}

/** What a source says: its announcements under Home Assistant's prefix, its values under topics these announced. */
export function homeassistantTopics(base: string): readonly string[] {
  return [`${DISCOVERY_PREFIX}/#`, `${base}/#`];
}

/** Reads one message of a program that announces its values the way Home Assistant finds them; never throws. */
export const decodeHomeassistant: Decode = ({ topic, payload, base }, known): DialectResult => {
  const about = readConfigTopic(topic);
  const things = about === undefined ? announcedAt(topic, known.at(topic)) : [];
  if (about === undefined && things.length === 0) return { refused: refusal(topic, base) };
  if (payload.length > homeassistantPayloadBytes(topic, base)) return { refused: 'oversize' };
  if (about === undefined) return payload.length === 0 ? { refused: 'empty' } : values(topic, payload, things);
  // An empty retained announcement takes back the one before it.
  if (payload.length === 0) return endConfig(topic, known);
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  const fields = asFields(json.value);
  if (fields === undefined) return { refused: 'notObject' };
  if (Object.keys(fields).length > LIMITS.jsonKeys) return { refused: 'oversize' };
  return readConfig(topic, about, fields, known);
};

function refusal(topic: string, base: string): 'foreignTopic' | 'command' | 'ignored' {
  if (!topic.startsWith(`${base}/`) && !topic.startsWith(`${DISCOVERY_PREFIX}/`)) return 'foreignTopic';
  return COMMANDS.has(topic.slice(topic.lastIndexOf('/') + 1)) ? 'command' : 'ignored';
}

/** Several entities may announce one availability: it is one reading. */
function values(topic: string, payload: Buffer, things: readonly KnownThing[]): DialectResult {
  const result = readRoutes(topic, payload, things);
  const several = things.filter(isJoined);
  const own = several.length > 0 ? readRoutes(topic, payload, things.map(alone)) : result;
  const joined = several.map((thing) => readJoined(topic, payload, thing));
  const changed = joined.flatMap(({ claim }) => claim ?? []);
  const readings = new Map<string, Reading>();
  for (const reading of [...own.readings, ...joined.flatMap((each) => each.readings)])
    readings.set(JSON.stringify([reading.thing, reading.kind]), reading);
  return {
    readings: [...readings.values()],
    dropped: result.dropped,
    ...(changed.length > 0 ? { things: changed } : {}),
  };
}

function isJoined({ claim }: KnownThing): boolean {
  return claim.traits.routes?.some(({ joined }) => joined !== undefined) ?? false;
}

/** A thing with the routes that need no other to be read. */
function alone({ thing, claim }: KnownThing): KnownThing {
  const routes = claim.traits.routes?.filter(({ joined }) => joined === undefined) ?? [];
  return { thing, claim: { ...claim, traits: { ...claim.traits, routes } } };
}
