import type { Known } from './dialect.ts';
import { asFields, type Fields, label } from './json.ts';
import type { About, Tally } from './tasmota-tally.ts';
import type { Field } from './tasmota-values.ts';

/** Zigbee devices in one message: one as a rule. */
const DEVICES = 64;
/** The firmware takes 32 characters. */
const NAME_CHARACTERS = 64;
const SHORT = /^0x[0-9A-F]{4}$/i;
/** The device's address or address and endpoint, where a bridge gives each device a topic. */
const SHORT_LEVEL = /^([0-9A-F]{4})(?:_\d{1,3})?$/i;
const IEEE = /^0x[0-9A-F]{16}$/i;

const BIT = { 1: 1, 0: 0, true: 1, false: 0 } as const;
const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  // Zero is closed: the opposite of what most other programs say.
  ['Contact', { kind: 'contact.state', words: { 0: 0, 1: 1 } }],
  ['Occupancy', { kind: 'occupancy.state', words: BIT }],
  ['Power', { kind: 'switch.state', words: BIT }],
  ['ActivePower', { kind: 'power.active', factor: 1_000 }],
  ['BatteryPercentage', { kind: 'battery.percent' }],
  ['BatteryVoltage', { kind: 'battery.voltage', factor: 1_000 }],
  ['LinkQuality', { kind: 'link.quality' }],
]);

/** What says who a device is, and no value. */
const IDENTITY = new Set(['Device', 'Name', 'Endpoint', 'ModelId', 'Manufacturer', 'IEEEAddr']);
/** An on/off command that a remote control sends: its `Power` is what it wants of others, 2 for a change. */
const REMOTE = /^0006!/;

/** Which bridge speaks. */
export interface Bridge {
  /** Its name, where the topic has it. */
  readonly name: string;
  readonly hardware: string;
  readonly known: Known;
}

/** Whether a key of a message is a device's address: `ZbReceived` can be left out. */
export function isShort(key: string): boolean {
  return SHORT.test(key);
}

/** A bridge's name and the device's address, of a topic that has a level for the device. */
export function splitName(name: string): { bridge: string; short: string | undefined } {
  const levels = name.split('/');
  const [, short] = SHORT_LEVEL.exec(levels.at(-1) ?? '') ?? [];
  if (short === undefined) return { bridge: name, short: undefined };
  return { bridge: levels.slice(0, -1).join('/'), short: `0x${short.toUpperCase()}` };
}

/** What a bridge heard of its devices (`ZbReceived`), or remembers of them (`ZbInfo`), which is no news. */
export function readDevices(
  tally: Tally,
  bridge: Bridge,
  topicShort: string | undefined,
  said: unknown,
  isNews: boolean,
): void {
  const devices = asFields(said);
  if (devices === undefined) {
    tally.drop('malformed');
    return;
  }
  const entries = Object.entries(devices);
  // The address can be left out of the message where the topic has it.
  if (topicShort !== undefined && entries.every(([, value]) => asFields(value) === undefined)) {
    readDevice(tally, bridge, topicShort, devices, isNews);
    return;
  }
  if (entries.length > DEVICES) {
    tally.drop('malformed');
    return;
  }
  for (const [key, value] of entries) {
    const device = asFields(value);
    const address = device?.Device ?? (isShort(key) ? key : undefined);
    if (device === undefined) tally.unread(key, value);
    else if (typeof address !== 'string' || !isShort(address)) tally.drop('malformed');
    else readDevice(tally, bridge, address, isShort(key) ? device : { Name: key, ...device }, isNews);
  }
}

function readDevice(tally: Tally, bridge: Bridge, address: string, device: Fields, isNews: boolean): void {
  const short = `0x${address.slice(2).toUpperCase()}`;
  const endpoint = device.Endpoint ?? 1;
  if (typeof endpoint !== 'number' || !Number.isInteger(endpoint) || endpoint < 1 || endpoint > 240) {
    tally.drop('malformed');
    return;
  }
  const { name, about } = identify(bridge, short, device);
  // Sockets of one device differ by their endpoint only.
  const thing = endpoint === 1 ? name : `${name}/${endpoint}`;
  const own: About = endpoint === 1 ? about : { ...about, hardware: `${about.hardware}/${endpoint}` };
  const isRemote = Object.keys(device).some((key) => REMOTE.test(key));
  for (const [key, value] of Object.entries(device)) {
    const property = key.endsWith(String(endpoint)) ? key.slice(0, -String(endpoint).length) : key;
    const field = FIELDS.get(property);
    if (IDENTITY.has(key)) continue;
    if (field === undefined || (isRemote && field.kind === 'switch.state')) tally.unread(key, value);
    else if (isNews) tally.read(thing, field, value, own);
    else tally.grow(thing, [field.kind], own);
  }
}

/** A device keeps the name under which it was heard first, but for one that was only its address. */
function identify(
  { name: bridge, hardware: bridgeHardware, known }: Bridge,
  short: string,
  device: Fields,
): { name: string; about: About } {
  const below = (part: string) => (bridge === '' ? part : `${bridge}/${part}`);
  const given = typeof device.Name === 'string' ? label(device.Name.trim(), NAME_CHARACTERS) : undefined;
  const byShort = `${bridgeHardware}/${short}`;
  const ieee = typeof device.IEEEAddr === 'string' && IEEE.test(device.IEEEAddr) ? device.IEEEAddr : undefined;
  const held = known.hardware(byShort) ?? (ieee === undefined ? undefined : known.hardware(ieee));
  const first = held?.thing;
  const name = first !== undefined && first !== below(short) ? first : below(given ?? short);
  const model = label(device.ModelId);
  const vendor = label(device.Manufacturer);
  const hardware = held?.claim.hardware ?? ieee ?? byShort;
  return { name, about: { hardware, ...(vendor && { vendor }), ...(model && { model }) } };
}
