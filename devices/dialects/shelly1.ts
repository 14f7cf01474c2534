import { LIMITS } from '../limits.ts';
import type {
  Decode,
  DialectResult,
  DropReason,
  Known,
  Message,
  Reading,
  RefusalReason,
  ThingClaim,
} from './dialect.ts';
import { readJson } from './json.ts';
import { readRoutes, readValue } from './routes.ts';
import { isSecret } from './secrets.ts';
import { grownClaim } from './shelly-claims.ts';
import type { Field } from './shelly-components.ts';
import { CHANNELS, DEVICE_TOPICS, MODELS, STATUS_FIELDS } from './shelly1-topics.ts';

/** The longest device id: what a thing's name may have, without its channel's. */
const ID_CHARACTERS = LIMITS.thingNameCharacters - 40;
const CHANNEL_NUMBER = /^\d{1,2}$/;
const text = new TextDecoder('utf-8', { fatal: true });
/** Said bare where nothing is known; a measured -1 has its decimals. */
const UNKNOWN = '-1';

/** The most bytes a payload may have: the whole state of the largest device is under 10 KiB. */
export function shelly1PayloadBytes(): number {
  return LIMITS.payloadBytes;
}

/** Reads one message of a Shelly of Gen1; never throws. */
export const decodeShelly1: Decode = (message, known): DialectResult => {
  const { topic, payload, base } = message;
  if (!topic.startsWith(`${base}/`)) return { refused: 'foreignTopic' };
  const [id = '', ...levels] = topic.slice(base.length + 1).split('/');
  if (id === 'command' || levels.includes('command') || levels.at(-1) === 'set') return { refused: 'command' };
  const isAnnouncement = levels.length === 0 ? id === 'announce' : ['announce', 'info'].includes(levels.join('/'));
  if (id === '' || (levels.length === 0 && !isAnnouncement)) return { refused: 'ignored' };
  if (payload.length > shelly1PayloadBytes() || id.length > ID_CHARACTERS) return { refused: 'oversize' };
  if (payload.length === 0) return { refused: 'empty' };
  if (isAnnouncement) return readAnnouncement(message, known);
  const place = levels.join('/');
  if (place === 'online') return readRoutes(topic, payload, known.at(topic));
  if (place === 'status') return readStatus(message, id, known);
  return readWord(message, id, levels, known);
};

/** One value under its own topic. */
function readWord({ payload, base }: Message, id: string, levels: readonly string[], known: Known): DialectResult {
  const { part, field } = placeOf(levels);
  if (field === undefined) {
    return { readings: [], dropped: { [isSecret(levels.at(-1) ?? '') ? 'secret' : 'unknownProperty']: 1 } };
  }
  let word: string;
  try {
    word = text.decode(payload).trim();
  } catch {
    return { refused: 'notText' };
  }
  return gathered(part === '' ? id : `${id}/${part}`, `${base}/${id}/online`, [[field, word]], [], known);
}

/** The thing of a device that a topic is about (empty: the device itself) and how its value is read. */
function placeOf(levels: readonly string[]): { part: string; field: Field | undefined } {
  const [name = '', number = '', ...rest] = levels;
  const channel = CHANNELS.get(name);
  if (channel === undefined) return { part: '', field: DEVICE_TOPICS.get(levels.join('/')) };
  const value = rest.join('/');
  const isRead = CHANNEL_NUMBER.test(number) && Object.hasOwn(channel, value);
  return { part: `${name}/${number}`, field: isRead ? channel[value] : undefined };
}

/** The whole state of a motion sensor; while its detection is switched off it has seen nothing either way. */
function readStatus({ payload, base }: Message, id: string, known: Known): DialectResult {
  const said = asObject(payload);
  if (typeof said === 'string') return { refused: said };
  const values: [Field, unknown][] = [];
  const drops: DropReason[] = [];
  for (const [name, value] of Object.entries(said)) {
    const field = Object.hasOwn(STATUS_FIELDS, name) ? STATUS_FIELDS[name] : undefined;
    if (field === undefined) drops.push(isSecret(name) ? 'secret' : 'unknownProperty');
    else if (name === 'motion' && said.active === false) drops.push('null');
    else values.push([field, value]);
  }
  return gathered(id, `${base}/${id}/online`, values, drops, known);
}

function gathered(
  thing: string,
  online: string,
  values: readonly (readonly [Field, unknown])[],
  drops: readonly DropReason[],
  known: Known,
): DialectResult {
  const readings: Reading[] = [];
  const dropped: Partial<Record<DropReason, number>> = {};
  const drop = (reason: DropReason) => {
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  };
  drops.forEach(drop);
  for (const [field, value] of values) {
    const found =
      value === UNKNOWN || value === Number(UNKNOWN) ? ({ drop: 'outOfRange' } as const) : readValue(field, value);
    if ('drop' in found) drop(found.drop);
    else readings.push({ thing, kind: field.kind, value: found.value, quality: 'good' });
  }
  if (readings.length === 0) return { readings, dropped };
  const claim = grownClaim({ thing, online, kinds: readings.map(({ kind }) => kind) }, known);
  return { readings, ...(claim === undefined ? {} : { things: [claim] }), dropped };
}

/** What a device says of itself: its model is taken, for the things it is known to have and those already seen. */
function readAnnouncement({ payload, base }: Message, known: Known): DialectResult {
  const said = asObject(payload);
  if (typeof said === 'string') return { refused: said };
  const { id, model, ...rest } = said;
  const dropped: Partial<Record<DropReason, number>> = {};
  for (const name of Object.keys(rest)) {
    const reason = isSecret(name) ? 'secret' : 'unknownProperty';
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  }
  if (!isLabel(id, ID_CHARACTERS) || id.includes('/') || !isLabel(model, LIMITS.labelCharacters)) {
    return { readings: [], dropped };
  }
  const online = `${base}/${id}/online`;
  const shown = new Map(
    Object.entries(MODELS.get(model) ?? {}).map(([part, kinds]) => [part === '' ? id : `${id}/${part}`, kinds]),
  );
  for (const { thing } of known.at(online)) if (!shown.has(thing)) shown.set(thing, []);
  const things: ThingClaim[] = [];
  for (const [thing, kinds] of shown) {
    const claim = grownClaim({ thing, hardware: thing, model, online, kinds }, known);
    if (claim !== undefined) things.push(claim);
  }
  return { readings: [], ...(things.length > 0 ? { things } : {}), dropped };
}

function isLabel(value: unknown, characters: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= characters;
}

/** A message's JSON object, or why there is none. */
function asObject(payload: Buffer): Readonly<Record<string, unknown>> | RefusalReason {
  const json = readJson(payload);
  if (!json.ok) return json.reason;
  const { value } = json;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'notObject';
  return Object.keys(value).length > LIMITS.jsonKeys ? 'oversize' : { ...value };
}
