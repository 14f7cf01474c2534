import type { Kind } from '../vocabulary.ts';
import type { Field } from './shelly-components.ts';

const WATTS: Field = { kind: 'power.active', factor: 1000 };
/** Counted in watt-minutes since the device started. */
const WATT_MINUTES: Field = { kind: 'energy.import', factor: 1000 / 60 };
const VOLTS: Field = { kind: 'voltage', factor: 1000 };
const BATTERY: Field = { kind: 'battery.percent' };
const MOTION: Field = { kind: 'occupancy.state', words: { true: 1, false: 0, 1: 1, 0: 0 } };
/** A load that drew too much was switched off by the device itself. */
const ON_OFF: Field = { kind: 'switch.state', words: { on: 1, off: 0, overpower: 0 } };

/** A wired input, pressed or closed while 1; what it means only its wiring decides. */
const INPUT: Field = { kind: 'input.state', words: { 1: 1, 0: 0 } };

/** What a channel says: under its own topic (the empty name) and one level below. */
export type Channel = Readonly<Record<string, Field>>;

const LOAD: Channel = { '': ON_OFF, power: WATTS, energy: WATT_MINUTES };

/** Channels with a number; each is a thing of its own, named `device/channel/number`. */
export const CHANNELS: ReadonlyMap<string, Channel> = new Map<string, Channel>([
  ['relay', LOAD],
  ['light', LOAD],
  ['white', LOAD],
  ['color', LOAD],
  ['input', { '': INPUT }],
  ['roller', { power: WATTS, energy: WATT_MINUTES }],
  [
    'emeter',
    {
      power: WATTS,
      voltage: VOLTS,
      current: { kind: 'current', factor: 1000 },
      // Its `energy` counts from the last round of the meter; these two count for good.
      total: { kind: 'energy.import', factor: 1000 },
      total_returned: { kind: 'energy.export', factor: 1000 },
    },
  ],
]);

/** What the device itself says as bare words. */
export const DEVICE_TOPICS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ['sensor/state', { kind: 'contact.state', words: { open: 1, close: 0 } }],
  ['sensor/motion', MOTION],
  ['sensor/battery', BATTERY],
  ['voltage', VOLTS],
]);

/** What the motion sensors say in one JSON object, under `status`. */
export const STATUS_FIELDS: Channel = { motion: MOTION, bat: BATTERY };

/** What a model has, as far as its settings do not change it: its things (empty: the device itself) and their kinds. */
export const MODELS: ReadonlyMap<string, Readonly<Record<string, readonly Kind[]>>> = new Map<
  string,
  Readonly<Record<string, readonly Kind[]>>
>(
  Object.entries({
    ...rows(['SHDW-1', 'SHDW-2'], { '': ['contact.state', 'battery.percent'] }),
    ...rows(['SHMOS-01', 'SHMOS-02', 'SHSEN-1'], { '': ['occupancy.state', 'battery.percent'] }),
    ...rows(['SHSW-1'], { 'relay/0': ['switch.state'] }),
    ...rows(['SHSW-L', 'SHUNI-1'], { 'relay/0': ['switch.state'], 'relay/1': ['switch.state'] }),
    ...rows(['SHSW-PM', 'SHPLG-1', 'SHPLG-S', 'SHPLG-U1'], {
      'relay/0': ['switch.state', 'power.active', 'energy.import'],
    }),
  }),
);

function rows(
  models: readonly string[],
  things: Readonly<Record<string, readonly Kind[]>>,
): Record<string, Readonly<Record<string, readonly Kind[]>>> {
  return Object.fromEntries(models.map((model) => [model, things]));
}
