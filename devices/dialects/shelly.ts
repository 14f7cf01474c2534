import { LIMITS } from '../limits.ts';
import type { Decode, DialectResult, Known } from './dialect.ts';
import { asFields, type Fields, readJson } from './json.ts';
import { readRoutes } from './routes.ts';
import { isSecret } from './secrets.ts';
import { COMPONENTS, TELLING, UNREAD_COMPONENTS } from './shelly-components.ts';
import { asDeviceId, type Speaker, Tally } from './shelly-tally.ts';
import { type From, readShellyTopic } from './shelly-topic.ts';

/** The most components of one message: a gateway with all it can hold (virtual ones and Bluetooth sensors) has about 100. */
const COMPONENTS_PER_MESSAGE = 200;
/** The longest prefix: what a thing's name may have, without its component's. */
const NAME_CHARACTERS = LIMITS.thingNameCharacters - 40;
const COMPONENT = /^([a-z0-9]{1,32})(?::\d{1,5})?$/;
const BLUETOOTH_ADDRESS = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;
/** The event of the vendor's script that passes on what Bluetooth sensors say. */
const BLUETOOTH_EVENT = 'shelly-blu';

/** The most bytes a payload may have: the whole state of the largest device is under 20 KiB. */
export function shellyPayloadBytes(): number {
  return LIMITS.payloadBytes;
}

/** Reads one message of a Shelly of Gen2 or later; never throws. */
export const decodeShelly: Decode = ({ topic, payload, base }, known): DialectResult => {
  const about = readShellyTopic(topic, base);
  if (about.role === 'foreign') return { refused: 'foreignTopic' };
  if (about.role === 'command' || about.role === 'ignored') return { refused: about.role };
  if (about.role === 'status' && !isComponent(about.component)) return { refused: 'ignored' };
  if (payload.length > shellyPayloadBytes()) return { refused: 'oversize' };
  if (payload.length === 0) return { refused: 'empty' };
  if ('from' in about && about.from.name.length > NAME_CHARACTERS) return { refused: 'oversize' };
  if (about.role === 'online') return readRoutes(topic, payload, known.at(topic));
  const json = readJson(payload);
  if (!json.ok) return { refused: json.reason };
  const said = asFields(json.value);
  if (said === undefined) return { refused: 'notObject' };
  if (Object.keys(said).length > LIMITS.jsonKeys) return { refused: 'oversize' };
  if (about.role === 'rpc') return readAnswer(said, known);
  if (about.role === 'events') return readNotification(said, about.from, known);
  return readComponents({ from: about.from, id: undefined }, [[about.component, said]], known);
};

function isComponent(name: string): boolean {
  const type = COMPONENT.exec(name)?.[1] ?? '';
  return COMPONENTS.has(type) || UNREAD_COMPONENTS.has(type);
}

/** A delta or a whole state, which read alike: what is not said is not known to have changed. */
function readNotification({ src, method, params }: Fields, from: From, known: Known): DialectResult {
  const speaker = { from, id: asDeviceId(src) };
  const said = asFields(params);
  if (method === 'NotifyEvent') return readEvents(said?.events, speaker, known);
  if (method !== 'NotifyStatus' && method !== 'NotifyFullStatus') return { refused: 'ignored' };
  return said === undefined ? { refused: 'notObject' } : readComponents(speaker, Object.entries(said), known);
}

/** An answer to somebody's call: of the whole device, of its list of components, or of one that shows which it is. */
function readAnswer({ src, method, result }: Fields, known: Known): DialectResult {
  if (method !== undefined) return { refused: 'command' };
  const said = asFields(result);
  const id = asDeviceId(src);
  if (said === undefined || id === undefined) return { refused: 'ignored' };
  const speaker = { from: { prefix: undefined, name: id }, id };
  if (Array.isArray(said.components)) return readComponents(speaker, said.components.flatMap(listed), known);
  const telling = Object.keys(TELLING).find((each) => Object.hasOwn(said, each));
  if (telling !== undefined && Number.isSafeInteger(said.id)) {
    return readComponents(speaker, [[`${TELLING[telling]}:${said.id}`, said]], known);
  }
  const components = Object.entries(said).filter(([name]) => isComponent(name));
  return components.length > 0 ? readComponents(speaker, components, known) : { refused: 'ignored' };
}

/** One row of a list of components: its state, and of its configuration only which BTHome object it is. */
function listed(row: unknown): [string, unknown][] {
  const said = asFields(row);
  if (typeof said?.key !== 'string') return [];
  const object = asFields(said.config)?.obj_id;
  return [[said.key, { ...asFields(said.status), ...(object === undefined ? {} : { obj_id: object }) }]];
}

function readComponents(
  speaker: Speaker,
  components: readonly (readonly [string, unknown])[],
  known: Known,
): DialectResult {
  if (components.length > COMPONENTS_PER_MESSAGE) return { refused: 'oversize' };
  const tally = new Tally(known);
  for (const [name, value] of components) {
    if (name === 'ts') continue;
    const said = asFields(value);
    const fields = COMPONENTS.get(COMPONENT.exec(name)?.[1] ?? '');
    if (value === null) tally.drop('null');
    else if (said === undefined) tally.drop(isSecret(name) ? 'secret' : 'unknownProperty');
    else if (fields === undefined) tally.dropAll(said);
    else if (name.startsWith('bthomesensor:')) tally.sensor(speaker, name, said);
    else tally.component(speaker, name, said, fields);
  }
  return tally.result();
}

function readEvents(events: unknown, speaker: Speaker, known: Known): DialectResult {
  if (!Array.isArray(events)) return { refused: 'ignored' };
  if (events.length > COMPONENTS_PER_MESSAGE) return { refused: 'oversize' };
  const news = events.map(asFields).filter((event) => event?.event === BLUETOOTH_EVENT);
  if (news.length === 0) return { refused: 'ignored' };
  const tally = new Tally(known);
  for (const event of news) {
    const data = asFields(event?.data);
    if (typeof data?.address === 'string' && BLUETOOTH_ADDRESS.test(data.address)) {
      tally.bluetooth(speaker, data.address.replaceAll(':', '').toLowerCase(), data);
    } else tally.drop('malformed');
  }
  return tally.result();
}
