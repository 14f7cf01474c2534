import { LIMITS } from '../limits.ts';
import type { Decode, Decoded, DialectResult, Known, KnownThing, Message } from './dialect.ts';
import { asFields, type Fields, readJson } from './json.ts';
import { announcedAt, readRoutes } from './routes.ts';
import { endAnnouncement, readConfig, readSample } from './tasmota-claims.ts';
import { onlineRoute, Tally } from './tasmota-tally.ts';
import { DISCOVERY_PREFIX, type Place, readAnnouncementTopic, readPlace } from './tasmota-topic.ts';
import { channelOf, inputWord, meterLeaves } from './tasmota-values.ts';
import { readDevices, splitName } from './tasmota-zigbee.ts';

/** Messages with values as JSON; the same relay's bare word comes beside them and is not read twice. */
const JSON_WORDS = new Set(['SENSOR', 'STATE', 'RESULT']);

/** What a source says: its announcements, and its messages in the firmware's own order of levels or below a base. */
export function tasmotaTopics(base: string): readonly string[] {
  const filters = ['tele/#', 'stat/#', `${base}/#`];
  // Nothing is asked for twice.
  return `${DISCOVERY_PREFIX}/`.startsWith(`${base}/`) ? filters : [`${DISCOVERY_PREFIX}/#`, ...filters];
}

/** The most bytes a payload may have. */
export function tasmotaPayloadBytes(): number {
  return LIMITS.payloadBytes;
}

/**
 * Reads one message of Tasmota. What a device announced (`tasmota/discovery`) is read where and as it announced it; what
 * announces nothing, and a bridge's Zigbee devices, are read by the firmware's own names. Never throws.
 */
export const decodeTasmota: Decode = (message: Message, known): DialectResult => {
  const { topic, payload } = message;
  if (payload.length > tasmotaPayloadBytes()) return { refused: 'oversize' };
  if (topic.startsWith(`${DISCOVERY_PREFIX}/`)) return readAnnouncement(message, known);
  const place = readPlace(topic);
  if (place === 'command') return { refused: 'command' };
  const things = announcedAt(topic, known.at(topic));
  if (place === undefined && things.length === 0) return { refused: isOurs(message) ? 'ignored' : 'foreignTopic' };
  if (payload.length === 0) return { refused: 'empty' };
  if (place === undefined) return readRoutes(topic, payload, things);
  return readMessage(message, place, things, known);
};

function isOurs({ topic, base }: Message): boolean {
  return tasmotaTopics(base).some((filter) => topic.startsWith(filter.slice(0, -1)));
}

function readAnnouncement({ topic, payload }: Message, known: Known): DialectResult {
  const about = readAnnouncementTopic(topic);
  if (about === undefined) return { refused: 'ignored' };
  if (payload.length === 0) return endAnnouncement(topic, known);
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  const fields = asFields(json.value);
  if (fields === undefined) return { refused: 'notObject' };
  if (about.what === 'config') return readConfig(topic, about.mac, fields, known);
  const sample = asFields(fields.sn);
  return sample === undefined
    ? { readings: [], dropped: { malformed: 1 } }
    : readSample(topic, about.mac, sample, known);
}

function readMessage(
  { topic, payload }: Message,
  place: Place,
  things: readonly KnownThing[],
  known: Known,
): DialectResult {
  if (place.word === 'LWT') return readRoutes(topic, payload, things);
  const { name } = place;
  if (name === '') return { refused: 'ignored' };
  if (name.length > LIMITS.labelCharacters) return { refused: 'oversize' };
  const read: Decoded = things.length > 0 ? readRoutes(topic, payload, things) : { readings: [], dropped: {} };
  const tally = new Tally(known, onlineRoute(name, place.online, known), read);
  const isAnnounced = hasAnnounced(known, name);
  if (!JSON_WORDS.has(place.word)) {
    const channel = isAnnounced ? undefined : channelOf(name, place.word);
    if (channel === undefined) return things.length > 0 ? read : { refused: 'ignored' };
    tally.read(channel.thing, channel.field, payload.toString());
    return tally.result();
  }
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  const fields = asFields(json.value);
  if (fields === undefined) return { refused: 'notObject' };
  if (Object.keys(fields).length > LIMITS.jsonKeys) return { refused: 'oversize' };
  const paths = new Set(things.flatMap(({ claim }) => pathsAt(topic, claim)));
  readFields({ tally, name, known, isAnnounced, isRead: (path) => paths.has(JSON.stringify(path)) }, fields);
  return tally.result();
}

/** Whether the device under this name has said what it has: then nothing else of it is guessed. */
function hasAnnounced(known: Known, name: string): boolean {
  return known.claim(name)?.traits.routes?.some(({ by }) => by.startsWith(`${DISCOVERY_PREFIX}/`)) ?? false;
}

function pathsAt(topic: string, { traits }: KnownThing['claim']): string[] {
  return (traits.routes ?? []).filter((route) => route.topic === topic).map(({ path }) => JSON.stringify(path));
}

interface Reader {
  readonly tally: Tally;
  readonly name: string;
  readonly known: Known;
  readonly isAnnounced: boolean;
  /** Whether what stands at this path was read already, as it was announced. */
  readonly isRead: (path: readonly string[]) => boolean;
}

function readFields(reader: Reader, fields: Fields): void {
  const { tally, name, known, isAnnounced, isRead } = reader;
  const { bridge, short } = splitName(name);
  const zigbee = { name: bridge, hardware: known.claim(bridge)?.hardware ?? bridge, known };
  for (const [key, said] of Object.entries(fields)) {
    // The device's own time has no zone: it is never an event's.
    if (key === 'Time' || isRead([key]) || isRead([key, 'Action'])) continue;
    const channel = isAnnounced ? undefined : channelOf(name, key);
    if (key === 'ENERGY') readMeter(reader, said);
    else if (key === 'ZbReceived') readDevices(tally, zigbee, short, said, true);
    else if (key === 'ZbInfo') readDevices(tally, zigbee, short, said, false);
    else if (channel !== undefined) tally.read(channel.thing, channel.field, inputWord(said));
    else tally.unread(key, said);
  }
}

function readMeter({ tally, name, isRead }: Reader, said: unknown): void {
  const meter = asFields(said);
  if (meter === undefined) {
    tally.drop('malformed');
    return;
  }
  for (const [property, value] of Object.entries(meter)) {
    const leaves = meterLeaves(name, property, value);
    if (leaves === undefined) tally.unread(property, value);
    for (const leaf of leaves ?? []) if (!isRead(leaf.path)) tally.read(leaf.thing, leaf.field, leaf.said);
  }
}
