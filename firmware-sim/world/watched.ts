import { PLACES } from './house.ts';

const ROOMS: readonly string[] = PLACES.filter((place) => place !== 'away' && place !== 'balcony');
const OPENINGS = ['front_door', 'balcony_window'] as const;

/** The loads of the house by name; a test compares them with those of a day. */
const LOADS = ['refrigerator', 'television', 'kettle'] as const;

/** What a device of each kind can look at in this house. */
export const WATCHED = {
  contact: OPENINGS,
  lock: ['front_door'],
  motion: ROOMS,
  camera: ROOMS,
  plug: LOADS,
  meter: LOADS,
} as const satisfies Record<string, readonly string[]>;
