import type { DevicePlan } from './dialects/speaker.ts';
import type { Product } from './models/product.ts';
import { productNamed } from './models/products.ts';
import { type Random, randomStream } from './random.ts';
import { APARTMENT } from './world/apartment.ts';
import type { HomePlan } from './world/home-plan.ts';

/** A person of the simulated household; slot and code are what the front door's lock knows of them. */
export interface Resident {
  readonly name: string;
  readonly slot: string;
  readonly pin: string;
}

/** A sensor of the simulated household as its Zigbee network knows it. */
export interface Sensor extends DevicePlan {
  readonly product: Product;
  readonly ieee: string;
  readonly networkAddress: number;
  readonly baseLinkquality: number;
}

/** A device of a plan that is a Zigbee device of that model. */
export interface ZigbeePlan extends DevicePlan {
  readonly model: string;
}

/** The simulated household: who lives there, and its Zigbee sensors. */
export interface Household {
  readonly seed: number;
  readonly residents: readonly Resident[];
  readonly sensors: readonly Sensor[];
}

/** The demonstration's seven sensors of four kinds. */
export const DEMONSTRATION: readonly ZigbeePlan[] = [
  { name: 'front_door', kind: 'contact', watches: 'front_door', model: 'MCCGQ11LM' },
  { name: 'balcony_window', kind: 'contact', watches: 'balcony_window', model: 'SNZB-04' },
  { name: 'hall_motion', kind: 'motion', watches: 'hall', model: 'RTCGQ11LM' },
  { name: 'living_room_motion', kind: 'motion', watches: 'living', model: 'SNZB-03' },
  { name: 'refrigerator', kind: 'plug', watches: 'refrigerator', model: 'TS011F_plug_1' },
  { name: 'television_and_kettle', kind: 'plug', watches: 'television+kettle', model: 'TS011F_plug_1' },
  { name: 'front_door_lock', kind: 'lock', watches: 'front_door', model: 'easyCodeTouch_v1' },
];

/**
 * Describes the household of a seed: the same devices and people for every seed, its own addresses and codes. Throws RangeError for a
 * model that is not played, or not as that kind.
 */
export function household(
  seed: number,
  devices: readonly ZigbeePlan[] = DEMONSTRATION,
  { residents: people }: Pick<HomePlan, 'residents'> = APARTMENT,
): Household {
  const random = randomStream(seed, 'household');
  const residents = people.map(({ name }, index) => ({
    name,
    slot: String(index + 3),
    pin: String(random.between(1000, 9999)),
  }));
  return { seed, residents, sensors: devices.map((device) => sensorOf(device, random)) };
}

function sensorOf({ name, kind, watches, model }: ZigbeePlan, random: Random): Sensor {
  const product = productNamed(model);
  if (product === undefined || product.kind !== kind) {
    throw new RangeError(`${model} is not played as a ${kind}`);
  }
  return {
    name,
    kind,
    watches,
    product,
    ieee: product.address + random.below(0x1000000).toString(16).padStart(6, '0'),
    networkAddress: random.between(1000, 65_000),
    baseLinkquality: random.between(70, 210),
  };
}
