import type { Household } from '../household.ts';
import { addedSteps, compressorSteps, kettleSteps, lampSteps, televisionSteps } from '../world/appliances.ts';
import { contactSensor } from './contact.ts';
import { keypadLock } from './lock.ts';
import { motionSensor } from './motion.ts';
import { measuringPlug } from './plug.ts';
import type { Thing } from './thing.ts';

/** Makes the things of a household, in the order of its sensors, each looking at its own part of the house. */
export function thingsOf(household: Household): Thing[] {
  const made: Record<string, () => Thing> = {
    front_door: () =>
      contactSensor(
        (world) => world.passages.map(({ openMs, closeMs }) => ({ fromMs: openMs, toMs: closeMs })),
        'aqara',
      ),
    balcony_window: () => contactSensor((world) => world.balconyOpenings, 'sonoff'),
    hall_motion: () => motionSensor('hall', 'aqara'),
    living_room_motion: () => motionSensor('living', 'sonoff'),
    refrigerator: () =>
      measuringPlug({
        restMw: 1800,
        mostPerDayMwh: 1_200_000,
        steps: (world, random) =>
          addedSteps([
            { restMw: 1800, steps: compressorSteps(world, random) },
            { restMw: 0, steps: lampSteps(world) },
          ]),
      }),
    television_and_kettle: () =>
      measuringPlug({
        restMw: 600,
        mostPerDayMwh: 2_800_000,
        steps: (world, random) =>
          addedSteps([
            { restMw: 600, steps: televisionSteps(world, random) },
            { restMw: 0, steps: kettleSteps(world, random) },
          ]),
      }),
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
