import type { Household } from '../household.ts';
import { contactSensor } from './contact.ts';
import { keypadLock } from './lock.ts';
import { motionSensor } from './motion.ts';
import { measuringPlug } from './plug.ts';
import type { Thing } from './thing.ts';

/** Makes the things of a household, in the order of its sensors, each looking at its own part of the house. */
export function thingsOf(household: Household): Thing[] {
  const made: Record<string, () => Thing> = {
    front_door: () => contactSensor('front_door', 'aqara'),
    balcony_window: () => contactSensor('balcony_window', 'sonoff'),
    hall_motion: () => motionSensor('hall', 'aqara'),
    living_room_motion: () => motionSensor('living', 'sonoff'),
    refrigerator: () => measuringPlug(['refrigerator'], 1_200_000),
    television_and_kettle: () => measuringPlug(['television', 'kettle'], 2_800_000),
    front_door_lock: () => keypadLock(household.residents),
  };
  return household.sensors.map(({ name }) => {
    const make = made[name];
    if (make === undefined) {
      throw new Error('a sensor of the household has no thing');
    }
    return make();
  });
}
