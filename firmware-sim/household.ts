import { randomStream } from './random.ts';
import type { Model } from './things/thing.ts';

/** A person of the simulated household; slot and code are what the front door's lock knows of them. */
export interface Resident {
  readonly name: string;
  readonly slot: string;
  readonly pin: string;
}

/** A sensor of the simulated household as its Zigbee network knows it. */
export interface Sensor {
  readonly name: string;
  readonly model: Model;
  readonly ieee: string;
  readonly networkAddress: number;
  readonly baseLinkquality: number;
}

/** The simulated household: who lives there, and its seven sensors of four kinds. */
export interface Household {
  readonly seed: number;
  readonly residents: readonly Resident[];
  readonly sensors: readonly Sensor[];
}

const SENSORS: readonly (readonly [name: string, model: Model, maker: string])[] = [
  ['front_door', 'MCCGQ11LM', '0x00158d0004'],
  ['balcony_window', 'SNZB-04', '0x00124b0024'],
  ['hall_motion', 'RTCGQ11LM', '0x00158d0005'],
  ['living_room_motion', 'SNZB-03', '0x00124b0023'],
  ['refrigerator', 'TS011F_plug_1', '0xa4c138f1c2'],
  ['television_and_kettle', 'TS011F_plug_1', '0xa4c138f1c3'],
  ['front_door_lock', 'easyCodeTouch_v1', '0xf4ce369bd0'],
];

/** Describes the household of a seed: the same names and models for every seed, its own addresses and codes. */
export function household(seed: number): Household {
  const random = randomStream(seed, 'household');
  const codes = ['Aoi', 'Haruto'].map((name, index) => ({
    name,
    slot: String(index + 3),
    pin: String(random.between(1000, 9999)),
  }));
  return {
    seed,
    residents: codes,
    sensors: SENSORS.map(([name, model, maker]) => ({
      name,
      model,
      ieee: maker + random.below(0x1000000).toString(16).padStart(6, '0'),
      networkAddress: random.between(1000, 65_000),
      baseLinkquality: random.between(70, 210),
    })),
  };
}
