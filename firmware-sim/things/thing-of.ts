import type { Resident, Sensor } from '../household.ts';
import { type Product, type ProductKind, publishedBy } from '../models/product.ts';
import { contactSensor } from './contact.ts';
import { MOST_PER_DAY_MWH } from './energy-counter.ts';
import { keypadLock } from './lock.ts';
import { motionSensor } from './motion.ts';
import { measuringPlug } from './plug.ts';
import { coinCell, type Fields, type Thing } from './thing.ts';

/** Makes the thing of a Zigbee sensor, looking at its own part of the house; it may say more than its product exposes. */
export function thingOf({ product, watches }: Sensor, residents: readonly Resident[]): Thing {
  const exposes = new Set(publishedBy(product.exposes).map(({ property }) => property));
  // Aqara's infrared sensors and contacts speak in their own way; all others are played as Sonoff's.
  const style = product.manufacturer === 'LUMI' && isBattery(product) && !exposes.has('presence') ? 'aqara' : 'sonoff';
  const made: Record<ProductKind, () => Thing> = {
    contact: () => contactSensor(watches, style),
    motion: () => motionSensor(watches, style, exposes.has('illuminance')),
    plug: () => measuringPlug(watches, MOST_PER_DAY_MWH.plug),
    meter: () => {
      const meter = measuringPlug(watches, MOST_PER_DAY_MWH.meter);
      return isBattery(product) ? onBattery(meter) : meter;
    },
    lock: () => keypadLock(residents),
  };
  return made[product.kind]();
}

function isBattery({ power }: Product): boolean {
  return power === 'Battery';
}

/** A thing that says its battery with its first report of each day. */
function onBattery(thing: Thing): Thing {
  const health = (day: number): Fields => ({ battery: coinCell(day + 150).percent });
  return {
    initial: (day) => ({ ...thing.initial(day), ...health(day) }),
    day(world, random) {
      const [first, ...rest] = thing.day(world, random);
      const withHealth = first && { atMs: first.atMs, fields: { ...first.fields, ...health(world.day) } };
      return withHealth === undefined ? rest : [withHealth, ...rest];
    },
  };
}
