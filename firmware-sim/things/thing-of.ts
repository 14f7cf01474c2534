import type { DevicePlan } from '../dialects/speaker.ts';
import type { Resident, Sensor } from '../household.ts';
import { contactSensor } from './contact.ts';
import { MOST_PER_DAY_MWH } from './energy-counter.ts';
import { keypadLock } from './lock.ts';
import { motionSensor } from './motion.ts';
import { measuringPlug } from './plug.ts';
import type { Thing } from './thing.ts';

/** Makers whose battery devices speak the way Aqara's do; the others as Sonoff's. */
const AQARA = /^(MCCGQ|RTCGQ)/;

/** Makes the thing of a Zigbee sensor, looking at its own part of the house. */
export function thingOf(sensor: Sensor, residents: readonly Resident[]): Thing {
  const style = AQARA.test(sensor.model) ? 'aqara' : 'sonoff';
  const made: Record<DevicePlan['kind'], () => Thing> = {
    contact: () => contactSensor(sensor.watches, style),
    motion: () => motionSensor(sensor.watches, style),
    plug: () => measuringPlug(sensor.watches, MOST_PER_DAY_MWH.plug),
    meter: () => measuringPlug(sensor.watches, MOST_PER_DAY_MWH.meter),
    lock: () => keypadLock(residents),
    camera: () => {
      throw new Error('no Zigbee device is a camera');
    },
  };
  return made[sensor.kind]();
}
