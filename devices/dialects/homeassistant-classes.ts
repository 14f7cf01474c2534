import { STATE_CODES } from '../../proto/lists.ts';
import type { Kind } from '../vocabulary.ts';
import type { Fields } from './json.ts';

/** What an entity's values mean. */
export interface Meaning {
  readonly kind: Kind;
  /** For numbers: what they are multiplied with. */
  readonly factor?: number;
  /** For words: the key of the announcement that holds the word, the word where that key is absent, and its value. */
  readonly words?: readonly (readonly [keys: readonly string[], word: string, value: number])[];
}

const onOff = (kind: Kind, on: number, off: number): Meaning => ({
  kind,
  words: [
    [['payload_on'], 'ON', on],
    [['payload_off'], 'OFF', off],
  ],
});

const contact = onOff('contact.state', STATE_CODES['contact.state'].open, STATE_CODES['contact.state'].closed);
const occupancy = onOff('occupancy.state', 1, 0);
const LOCK = STATE_CODES['lock.state'];

/** Binary sensors by device class; what is not here has no meaning of ours, `power` and `plug` among it. */
const BINARY: Readonly<Record<string, Meaning>> = {
  door: contact,
  window: contact,
  opening: contact,
  garage_door: contact,
  motion: occupancy,
  occupancy,
  presence: occupancy,
  // On is the unsafe side here: unlocked, tampered, battery low.
  lock: onOff('lock.state', LOCK.unlocked, LOCK.locked),
  tamper: onOff('tamper.state', 1, 0),
  battery: onOff('battery.low', 1, 0),
};

const SWITCH: Meaning = {
  kind: 'switch.state',
  words: [
    [['state_on', 'payload_on'], 'ON', 1],
    [['state_off', 'payload_off'], 'OFF', 0],
  ],
};

/** A bolt on its way is no state: its words are known, and mean that nothing is. */
const LOCK_WORDS: Meaning = {
  kind: 'lock.state',
  words: [
    [['state_locked'], 'LOCKED', LOCK.locked],
    [['state_unlocked'], 'UNLOCKED', LOCK.unlocked],
    [['state_jammed'], 'JAMMED', LOCK.jammed],
    [['state_locking'], 'LOCKING', LOCK.unknown],
    [['state_unlocking'], 'UNLOCKING', LOCK.unknown],
  ],
};

/** Sensors by device class and unit. */
const NUMBERS: Readonly<Record<string, Meaning>> = {
  'power W': { kind: 'power.active', factor: 1_000 },
  'power kW': { kind: 'power.active', factor: 1_000_000 },
  'power mW': { kind: 'power.active', factor: 1 },
  'energy Wh': { kind: 'energy.import', factor: 1_000 },
  'energy kWh': { kind: 'energy.import', factor: 1_000_000 },
  'energy MWh': { kind: 'energy.import', factor: 1_000_000_000 },
  'voltage V': { kind: 'voltage', factor: 1_000 },
  'voltage mV': { kind: 'voltage', factor: 1 },
  'current A': { kind: 'current', factor: 1_000 },
  'current mA': { kind: 'current', factor: 1 },
  'battery %': { kind: 'battery.percent', factor: 1 },
};

/** Words in an entity's id that say that energy leaves the home; no device class says so. */
const EXPORT = /export|produc|return|feed|inject|solar|generat/i;

/** What an entity means by its component, device class and unit; undefined when it is not read. */
export function meaningOf(component: string, fields: Fields, id: string): Meaning | undefined {
  if (component === 'lock') return LOCK_WORDS;
  // A switch among a device's settings is no relay: a child lock, an indicator lamp.
  if (component === 'switch') return fields.entity_category === undefined ? SWITCH : undefined;
  const { device_class } = fields;
  if (typeof device_class !== 'string') return undefined;
  if (component === 'binary_sensor') return Object.hasOwn(BINARY, device_class) ? BINARY[device_class] : undefined;
  return component === 'sensor' ? numberMeaning(device_class, fields, id) : undefined;
}

function numberMeaning(deviceClass: string, fields: Fields, id: string): Meaning | undefined {
  const { unit_of_measurement: unit } = fields;
  if (typeof unit !== 'string') return undefined;
  const key = `${deviceClass} ${unit}`;
  const meaning = Object.hasOwn(NUMBERS, key) ? NUMBERS[key] : undefined;
  if (meaning?.kind === 'energy.import') {
    // Only a counter that never falls is one; a balance of import and export is not.
    if (fields.state_class !== 'total_increasing') return undefined;
    return EXPORT.test(id) ? { ...meaning, kind: 'energy.export' } : meaning;
  }
  if (meaning?.kind === 'voltage' && (fields.entity_category === 'diagnostic' || /batter/i.test(id))) {
    return { ...meaning, kind: 'battery.voltage' };
  }
  return meaning;
}
