import { LIMITS } from '../limits.ts';
import { isPlausible, type Kind } from '../vocabulary.ts';
import type { Decode, Decoded, DialectResult, DropReason, Known, Quality, Reading, Traits } from './dialect.ts';
import { readJson } from './json.ts';
import { isSecret } from './secrets.ts';
import { readClaims } from './zigbee2mqtt-claims.ts';
import { PROPERTIES } from './zigbee2mqtt-properties.ts';
import { readTopic } from './zigbee2mqtt-topic.ts';

/** The most bytes a payload under this topic may have; the bridge's own topics are long and mostly no business of ours. */
export function zigbee2mqttPayloadBytes(topic: string, base: string): number {
  const { role } = readTopic(topic, base);
  return role === 'bridgeDevices' || role === 'ignored' ? LIMITS.bridgeDevicesBytes : LIMITS.payloadBytes;
}

/** Reads one message of Zigbee2MQTT 1.x or 2.x with its default output, JSON; never throws. */
export const decodeZigbee2mqtt: Decode = ({ topic, payload, base }, known): DialectResult => {
  const about = readTopic(topic, base);
  if (about.role === 'foreign') return { refused: 'foreignTopic' };
  if (about.role === 'command') return { refused: 'command' };
  if (about.role === 'ignored') return { refused: 'ignored' };
  if (payload.length > zigbee2mqttPayloadBytes(topic, base)) return { refused: 'oversize' };
  // An empty retained message is how a renamed or removed thing is cleared from an MQTT server.
  if (payload.length === 0) return { refused: 'empty' };
  if (about.role === 'bridgeState') return bridgeState(payload);
  if (about.role === 'availability') return availability(about.thing, payload);
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  if (about.role === 'bridgeDevices') return readClaims(json.value);
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value)) {
    return { refused: 'notObject' };
  }
  return state(about.thing, json.value, known);
};

/** `online` or `offline`: a bare word in 1.x, `{"state":"online"}` since 2.0. */
function isOnline(payload: Buffer): boolean | undefined {
  const word = payload.length <= 64 ? payload.toString('latin1') : '';
  const said = word === 'online' || word === 'offline' ? word : stateOf(payload);
  return said === 'online' ? true : said === 'offline' ? false : undefined;
}

function stateOf(payload: Buffer): unknown {
  const json = readJson(payload);
  const { value } = json.ok ? json : { value: undefined };
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'state') && 'state' in value
    ? value.state
    : undefined;
}

function bridgeState(payload: Buffer): Decoded {
  const online = isOnline(payload);
  return online === undefined
    ? { readings: [], dropped: { malformed: 1 } }
    : { readings: [], dropped: {}, bridgeOnline: online };
}

function availability(thing: string, payload: Buffer): DialectResult {
  const online = isOnline(payload);
  if (thing.length > LIMITS.thingNameCharacters) return { refused: 'oversize' };
  if (online === undefined) return { readings: [], dropped: { malformed: 1 } };
  return { readings: [{ thing, kind: 'device.online', value: online ? 1 : 0, quality: 'good' }], dropped: {} };
}

/** The properties of one message, sorted by the thing they belong to: the device itself or one of its endpoints. */
type Sorted = Map<string, { readonly traits: Traits | undefined; readonly said: Map<string, unknown> }>;

function state(thing: string, message: object, known: Known): DialectResult {
  if (thing.length > LIMITS.thingNameCharacters) return { refused: 'oversize' };
  const entries = Object.entries(message);
  if (entries.length > LIMITS.jsonKeys) return { refused: 'oversize' };
  const dropped: Partial<Record<DropReason, number>> = {};
  const drop = (reason: DropReason) => {
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  };
  const readings: Reading[] = [];
  for (const [name, { traits, said }] of sortByThing(thing, entries, known, drop)) {
    for (const [kind, { value, quality }] of readThing(said, traits, drop)) {
      readings.push({ thing: name, kind, value, quality });
    }
  }
  return { readings, dropped };
}

function sortByThing(
  thing: string,
  entries: readonly (readonly [string, unknown])[],
  known: Known,
  drop: (reason: DropReason) => void,
): Sorted {
  const own = known.claim(thing)?.traits;
  const sorted: Sorted = new Map([[thing, { traits: own, said: new Map() }]]);
  for (const [key, value] of entries) {
    const { name, property } = placeOf(thing, key, own);
    const place = sorted.get(name) ?? { traits: known.claim(name)?.traits, said: new Map<string, unknown>() };
    if (!PROPERTIES.has(property)) drop(isSecret(key) ? 'secret' : 'unknownProperty');
    else if (place.traits?.unread?.includes(property)) drop('unknownProperty');
    else if (value === null) drop('null');
    else sorted.set(name, place).get(name)?.said.set(property, value);
  }
  return sorted;
}

/** Only endpoints the device's description names are split off: `power_l1` of a meter is a phase, not an appliance. */
function placeOf(thing: string, key: string, traits: Traits | undefined): { name: string; property: string } {
  const endpoint = traits?.endpoints?.find((each) => key.endsWith(`_${each}`));
  return endpoint === undefined
    ? { name: thing, property: key }
    : { name: `${thing}/${endpoint}`, property: key.slice(0, -endpoint.length - 1) };
}

interface Value {
  readonly value: number;
  readonly quality: Quality;
}

/** Reads in the table's order, not the message's, so that what wins does not depend on the order of keys. */
function readThing(
  said: ReadonlyMap<string, unknown>,
  traits: Traits | undefined,
  drop: (reason: DropReason) => void,
): Map<Kind, Value> {
  const values = new Map<Kind, Value>();
  const around = { has: (property: string) => typeof said.get(property) !== 'undefined', traits };
  for (const [property, { read }] of PROPERTIES) {
    if (!said.has(property)) continue;
    const result = read(said.get(property), around);
    if ('drop' in result) drop(result.drop);
    else if (!isPlausible(result.kind, result.value)) drop('outOfRange');
    else values.set(result.kind, combine(result.kind, values.get(result.kind), result));
  }
  return values;
}

/** Two properties of one message about one kind: presence adds up, else the later row wins, doubted if they disagree. */
function combine(kind: Kind, before: Value | undefined, now: Value): Value {
  if (before === undefined) return now;
  if (kind === 'occupancy.state') return { value: Math.max(before.value, now.value), quality: 'good' };
  const rest = kind === 'lock.state' ? 1 : 0;
  const agree = before.value === now.value || (before.value !== rest && now.value !== rest);
  return { value: now.value, quality: agree ? 'good' : 'uncertain' };
}
