import type { Kind } from '../vocabulary.ts';
import type { DropReason, Quality, Traits } from './dialect.ts';

/** What one property of a message says: a value of a kind, or why it is dropped. */
export type Said =
  | { readonly kind: Kind; readonly value: number; readonly quality: Quality }
  | { readonly drop: DropReason };

/** The message around a property, for the few whose meaning depends on it. */
export interface Around {
  /** The property's own name without an endpoint. */
  readonly has: (property: string) => boolean;
  readonly traits: Traits | undefined;
}

type Read = (value: unknown, around: Around) => Said;

const good = (kind: Kind, value: number): Said => ({ kind, value, quality: 'good' });
const MALFORMED: Said = { drop: 'malformed' };
const UNKNOWN: Said = { drop: 'unknownProperty' };

/** A boolean property; words, numbers and strings are not taken for one. */
const flag =
  (kind: Kind, whenTrue: number, whenFalse: number): Read =>
  (value) =>
    typeof value === 'boolean' ? good(kind, value ? whenTrue : whenFalse) : MALFORMED;

/** A number in another unit, rounded to the vocabulary's; a number written as a string is not taken. */
const number =
  (kind: Kind, factor: number): Read =>
  (value) =>
    // Adding zero turns a rounded -0 into 0, which is what every other part of the walk expects.
    typeof value === 'number' && Number.isFinite(value) ? good(kind, Math.round(value * factor) + 0) : MALFORMED;

/** A word out of a fixed list; a word that stands for "not known" is dropped like null. */
const word =
  (kind: Kind, codes: Readonly<Record<string, number>>, unknown: readonly string[] = []): Read =>
  (value) => {
    if (typeof value !== 'string') return MALFORMED;
    const code = Object.hasOwn(codes, value) ? codes[value] : undefined;
    if (code !== undefined) return good(kind, code);
    return unknown.includes(value) ? { drop: 'null' } : MALFORMED;
  };

const ON_IS_CLOSED = word('contact.state', { ON: 0, OFF: 1 });
/** True is closed whatever the model's `value_on` names: the property's own definition says so for every model. */
const TRUE_IS_CLOSED = flag('contact.state', 0, 1);

const LOW_FLAG = flag('battery.low', 1, 0);
/** One model of a water guard says its sensors' batteries in words. */
const LOW_WORD = word('battery.low', { Low: 1, Normal: 0 });

/** Every word that a model of the catalogue says; whoever sits still is there as well as who walks. */
const PRESENCE_WORDS: Readonly<Record<string, number>> = {
  none: 0,
  NONE: 0,
  presence: 1,
  PRESENCE: 1,
  peaceful: 1,
  stationary: 1,
  motion: 1,
  small_movement: 1,
  large_movement: 1,
};

const STATE_WORDS: Readonly<Record<string, Said>> = {
  LOCK: good('lock.state', 1),
  UNLOCK: good('lock.state', 2),
  ON: good('switch.state', 1),
  OFF: good('switch.state', 0),
};

const inMillivolts = number('battery.voltage', 1);
const inBatteryVolts = number('battery.voltage', 1000);
const inMainsVolts = number('voltage', 1000);

/** `voltage` is a battery's millivolts or the mains' volts: the device's description decides, else its neighbours. */
const voltage: Read = (value, { has, traits }) => {
  if (traits?.voltage === 'batteryMillivolt') return inMillivolts(value, NOTHING);
  if (traits?.voltage === 'batteryVolt') return inBatteryVolts(value, NOTHING);
  if (traits?.voltage === 'mainsVolt') return inMainsVolts(value, NOTHING);
  const battery = has('battery') || has('battery_low');
  const mains = has('power') || has('energy') || has('current');
  if (battery === mains) return UNKNOWN;
  return battery ? inMillivolts(value, NOTHING) : inMainsVolts(value, NOTHING);
};

const NOTHING: Around = { has: () => false, traits: undefined };

/**
 * Every property of Zigbee2MQTT that Engawa reads. What is not here is dropped and counted, never passed on.
 * Where two say the same kind in one message the later row wins: a lock's own sensor over the commanded state.
 */
export const PROPERTIES: ReadonlyMap<string, { readonly read: Read; readonly kinds: readonly Kind[] }> = new Map(
  Object.entries({
    contact: {
      read: (value, around) => (around.traits?.contact === 'onIsClosed' ? ON_IS_CLOSED : TRUE_IS_CLOSED)(value, around),
      kinds: ['contact.state'],
    },
    door_state: {
      read: word('contact.state', { open: 1, closed: 0, error_forced_open: 1 }, [
        'error_jammed',
        'error_unspecified',
        'undefined',
      ]),
      kinds: ['contact.state'],
    },
    garage_door_contact: { read: TRUE_IS_CLOSED, kinds: ['contact.state'] },
    opening_state: { read: word('contact.state', { open: 1, closed: 0, tilted: 2 }), kinds: ['contact.state'] },
    occupancy: { read: flag('occupancy.state', 1, 0), kinds: ['occupancy.state'] },
    presence: { read: flag('occupancy.state', 1, 0), kinds: ['occupancy.state'] },
    motion: { read: flag('occupancy.state', 1, 0), kinds: ['occupancy.state'] },
    // Radar sensors that have no `presence` say how somebody is there.
    presence_state: { read: word('occupancy.state', PRESENCE_WORDS), kinds: ['occupancy.state'] },
    state: {
      read: (value) => {
        if (typeof value !== 'string') return MALFORMED;
        // Covers, valves and thermostats have states of their own (OPEN, STOP, AUTO), which are not read.
        return (Object.hasOwn(STATE_WORDS, value) ? STATE_WORDS[value] : undefined) ?? UNKNOWN;
      },
      kinds: ['lock.state', 'switch.state'],
    },
    lock_state: {
      read: word('lock.state', { not_fully_locked: 0, locked: 1, unlocked: 2 }),
      kinds: ['lock.state'],
    },
    power: { read: number('power.active', 1000), kinds: ['power.active'] },
    // The sum of a meter's phases; `power` is phase A there.
    total_power: { read: number('power.active', 1000), kinds: ['power.active'] },
    energy: { read: number('energy.import', 1_000_000), kinds: ['energy.import'] },
    produced_energy: { read: number('energy.export', 1_000_000), kinds: ['energy.export'] },
    // The French meter's name for the same register, in kWh.
    current_summ_delivered: { read: number('energy.import', 1_000_000), kinds: ['energy.import'] },
    current: {
      read: (value, { traits }) => number('current', traits?.current === 'mA' ? 1 : 1000)(value, NOTHING),
      kinds: ['current'],
    },
    voltage: { read: voltage, kinds: ['voltage', 'battery.voltage'] },
    battery: { read: number('battery.percent', 1), kinds: ['battery.percent'] },
    battery_low: {
      read: (value, around) => (typeof value === 'string' ? LOW_WORD : LOW_FLAG)(value, around),
      kinds: ['battery.low'],
    },
    tamper: { read: flag('tamper.state', 1, 0), kinds: ['tamper.state'] },
    linkquality: { read: number('link.quality', 1), kinds: ['link.quality'] },
  } satisfies Record<string, { read: Read; kinds: Kind[] }>),
);
