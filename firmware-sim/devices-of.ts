import type { HomeDevice } from './dialects/speakers.ts';
import { DEMONSTRATION } from './household.ts';
import { APARTMENT } from './world/apartment.ts';
import { type HomePlan, TOTAL, watchable } from './world/home-plan.ts';

/** Loads that a plug between socket and appliance measures; the others are wired to the house. */
const ON_A_PLUG = [
  'refrigerator',
  'freezer',
  'television',
  'kettle',
  'microwave',
  'washing_machine',
  'dishwasher',
  'computer',
];

/**
 * The devices of a home that brings none: the demonstration's for its apartment, else a Zigbee sensor for whatever can be
 * watched, and a meter for the whole home.
 */
export function devicesOf(plan: HomePlan): HomeDevice[] {
  if (plan === APARTMENT) {
    return DEMONSTRATION.map((device) => ({ ...device, dialect: 'zigbee2mqtt' }));
  }
  const { contact, lock, motion, plug } = watchable(plan);
  const zigbee = (kind: HomeDevice['kind'], watches: string, name: string): HomeDevice => ({
    name,
    kind,
    watches,
    dialect: 'zigbee2mqtt',
  });
  return [
    ...contact.map((opening) => zigbee('contact', opening, opening)),
    ...lock.map((door) => zigbee('lock', door, `${door}_lock`)),
    ...motion.map((room) => zigbee('motion', room, `${room}_motion`)),
    ...plug.filter((load) => ON_A_PLUG.includes(load)).map((load) => zigbee('plug', load, load)),
    zigbee('meter', TOTAL, 'main_meter'),
  ];
}
