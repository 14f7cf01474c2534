import type { Route } from './dialect.ts';

/** How one value of a component is read: its kind, and its words or factor. */
export type Field = Pick<Route, 'kind' | 'words' | 'factor'>;

/** The values of one component by their place in its status; a dot leads into an inner object. */
export type Fields = Readonly<Record<string, Field>>;

const ON_OFF: Field = { kind: 'switch.state', words: { true: 1, false: 0 } };
/** A wired input that is no button; what it means only its wiring decides. */
const INPUT: Field = { kind: 'input.state', words: { true: 1, false: 0 } };
const WATTS: Field = { kind: 'power.active', factor: 1000 };
const IMPORTED_WATT_HOURS: Field = { kind: 'energy.import', factor: 1000 };
const EXPORTED_WATT_HOURS: Field = { kind: 'energy.export', factor: 1000 };
const VOLTS: Field = { kind: 'voltage', factor: 1000 };
const AMPERES: Field = { kind: 'current', factor: 1000 };
const PERCENT: Field = { kind: 'battery.percent' };

/** What every load that a Shelly measures says; each of it is left out by models that do not measure it. */
const METERED: Fields = {
  apower: WATTS,
  voltage: VOLTS,
  current: AMPERES,
  'aenergy.total': IMPORTED_WATT_HOURS,
  'ret_aenergy.total': EXPORTED_WATT_HOURS,
};
const SWITCHED: Fields = { output: ON_OFF, ...METERED };

/**
 * The components of Gen2 and later that are read, and what of them. Phases of a three-phase meter are not things of
 * their own; an input is one, because what hangs on it has nothing to do with the device.
 */
export const COMPONENTS: ReadonlyMap<string, Fields> = new Map<string, Fields>([
  ['switch', SWITCHED],
  ['input', { state: INPUT }],
  ['light', SWITCHED],
  ['cct', SWITCHED],
  ['rgb', SWITCHED],
  ['rgbw', SWITCHED],
  ['rgbcct', SWITCHED],
  ['cover', METERED],
  ['pm1', METERED],
  ['em', { total_act_power: WATTS }],
  ['em1', { act_power: WATTS, voltage: VOLTS, current: AMPERES }],
  ['emdata', { total_act: IMPORTED_WATT_HOURS, total_act_ret: EXPORTED_WATT_HOURS }],
  ['em1data', { total_act_energy: IMPORTED_WATT_HOURS, total_act_ret_energy: EXPORTED_WATT_HOURS }],
  [
    'presencezone',
    { value: { kind: 'occupancy.state', words: { true: 1, false: 0 } }, num_objects: { kind: 'presence.count' } },
  ],
  ['devicepower', { 'battery.percent': PERCENT, 'battery.V': { kind: 'battery.voltage', factor: 1000 } }],
  ['bthomedevice', { battery: PERCENT }],
  // What a BTHome sensor measures is in its configuration; see `shelly-bthome.ts`.
  ['bthomesensor', {}],
]);

/** Components of the same devices that carry nothing that is read: their values are counted and go no further. */
export const UNREAD_COMPONENTS: ReadonlySet<string> = new Set(
  [
    ['sys', 'wifi', 'eth', 'cloud', 'mqtt', 'ws', 'ble', 'bthome', 'matter', 'zigbee', 'modbus', 'knx', 'script', 'ui'],
    ['temperature', 'humidity', 'illuminance', 'voltmeter', 'smoke', 'flood', 'presence', 'schedule'],
    ['boolean', 'number', 'text', 'enum', 'button', 'group'],
  ].flat(),
);

/** Values that only one component has, for an answer that does not say which component it is about. */
export const TELLING: Readonly<Record<string, string>> = {
  total_act_power: 'em',
  act_power: 'em1',
  total_act: 'emdata',
  total_act_energy: 'em1data',
  num_objects: 'presencezone',
};
