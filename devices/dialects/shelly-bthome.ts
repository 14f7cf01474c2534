import type { Field } from './shelly-components.ts';

/** A flag that is said as a boolean by components, as a number by scripts. */
function flag(kind: Field['kind'], whenSet: number, whenClear: number): Field {
  return { kind, words: { true: whenSet, false: whenClear, 1: whenSet, 0: whenClear } };
}

const OPEN_WHEN_SET = flag('contact.state', 1, 0);
const SEEN_WHEN_SET = flag('occupancy.state', 1, 0);

/** The objects of BTHome version 2 that are read, with their number and name in its format. A set lock is unlocked. */
const OBJECTS: readonly (readonly [id: number, name: string, field: Field])[] = [
  [0x01, 'battery', { kind: 'battery.percent' }],
  [0x11, 'opening', OPEN_WHEN_SET],
  [0x15, 'battery_low', flag('battery.low', 1, 0)],
  [0x1a, 'door', OPEN_WHEN_SET],
  [0x1b, 'garage_door', OPEN_WHEN_SET],
  [0x1f, 'lock', flag('lock.state', 2, 1)],
  [0x21, 'motion', SEEN_WHEN_SET],
  [0x23, 'occupancy', SEEN_WHEN_SET],
  [0x25, 'presence', SEEN_WHEN_SET],
  [0x2b, 'tamper', flag('tamper.state', 1, 0)],
  [0x2d, 'window', OPEN_WHEN_SET],
];

const BY_ID: ReadonlyMap<unknown, Field> = new Map(OBJECTS.map(([id, , field]) => [id, field]));
const BY_NAME: ReadonlyMap<unknown, Field> = new Map(OBJECTS.map(([, name, field]) => [name, field]));

/** How a BTHome object is read, by its number or its name; undefined when it is not read. */
export function bthomeField(object: unknown): Field | undefined {
  return BY_ID.get(object) ?? BY_NAME.get(object);
}

/** The names of the objects that are read. */
export const BTHOME_NAMES: readonly string[] = OBJECTS.map(([, name]) => name);
