import { APARTMENT } from './apartment.ts';
import type { HomePlan } from './home-plan.ts';

/** A house of an all-electric household: parents, a schoolchild, a student, a dog. */
const FAMILY_HOUSE: HomePlan = {
  rooms: {
    hall: ['living', 'kitchen', 'toilet', 'landing'],
    living: ['kitchen', 'garden'],
    kitchen: [],
    toilet: [],
    landing: ['bathroom', 'bedroom', 'child_room', 'study'],
    bathroom: [],
    bedroom: [],
    child_room: [],
    study: [],
    garden: [],
  },
  roles: { hall: 'hall', living: 'living', kitchen: 'kitchen', bathroom: 'bathroom', outside: 'garden' },
  openings: {
    front_door: { from: 'hall', to: 'away' },
    garden_door: { from: 'living', to: 'garden' },
    kitchen_window: { from: 'kitchen', to: 'air' },
    bathroom_window: { from: 'bathroom', to: 'air' },
    bedroom_window: { from: 'bedroom', to: 'air' },
  },
  residents: [
    {
      name: 'Yui',
      bedroom: 'bedroom',
      desk: 'study',
      wakeMinute: 390,
      freeWakeMinute: 475,
      work: { weekdays: [1, 2, 4], leaveMinute: 525, leaveSpreadMinutes: 15, homeMinute: 970, homeSpreadMinutes: 40 },
      deskDays: [5],
      bathMinute: 1225,
      sleepMinute: 1395,
      cooks: 6,
      washes: true,
    },
    {
      name: 'Ren',
      bedroom: 'bedroom',
      desk: 'study',
      wakeMinute: 400,
      freeWakeMinute: 490,
      work: {
        weekdays: [1, 2, 3, 4, 5],
        leaveMinute: 480,
        leaveSpreadMinutes: 15,
        homeMinute: 1135,
        homeSpreadMinutes: 55,
      },
      deskDays: [],
      bathMinute: 1285,
      sleepMinute: 1420,
      cooks: 3,
      washes: false,
    },
    {
      name: 'Mei',
      bedroom: 'child_room',
      desk: 'child_room',
      wakeMinute: 410,
      freeWakeMinute: 500,
      work: {
        weekdays: [1, 2, 3, 4, 5],
        leaveMinute: 475,
        leaveSpreadMinutes: 8,
        homeMinute: 945,
        homeSpreadMinutes: 45,
        school: true,
      },
      deskDays: [],
      bathMinute: 1190,
      sleepMinute: 1275,
      cooks: 0,
      washes: false,
    },
    {
      name: 'Sora',
      bedroom: 'study',
      desk: 'study',
      wakeMinute: 450,
      freeWakeMinute: 570,
      work: {
        weekdays: [1, 2, 4, 5],
        leaveMinute: 560,
        leaveSpreadMinutes: 40,
        homeMinute: 1060,
        homeSpreadMinutes: 120,
      },
      deskDays: [3],
      bathMinute: 1255,
      sleepMinute: 1460,
      cooks: 1,
      washes: false,
    },
  ],
  pets: [{ name: 'Kuro', kind: 'dog' }],
  appliances: [
    'refrigerator',
    'freezer',
    'television',
    'kettle',
    'cooker',
    'microwave',
    'washing_machine',
    'dishwasher',
    'tumble_dryer',
    'hair_dryer',
    'vacuum_cleaner',
    'water_heater',
    'heating',
    'air_conditioner',
    'computer',
    'lights',
    'standby',
  ],
  standbyWatts: 180,
  tripsPermille: 300,
  guestsPermille: 150,
  illnessPermille: 150,
};

/** A small flat: one retired person, and a cat. */
const QUIET_FLAT: HomePlan = {
  rooms: {
    hall: ['living', 'bathroom'],
    living: ['kitchen', 'bedroom', 'balcony'],
    kitchen: [],
    bedroom: [],
    bathroom: [],
    balcony: [],
  },
  roles: { hall: 'hall', living: 'living', kitchen: 'kitchen', bathroom: 'bathroom', outside: 'balcony' },
  openings: {
    front_door: { from: 'hall', to: 'away' },
    balcony_door: { from: 'living', to: 'balcony' },
    bedroom_window: { from: 'bedroom', to: 'air' },
  },
  residents: [
    {
      name: 'Hanako',
      bedroom: 'bedroom',
      desk: 'living',
      wakeMinute: 350,
      freeWakeMinute: 360,
      deskDays: [],
      bathMinute: 1160,
      sleepMinute: 1290,
      cooks: 1,
      washes: true,
    },
  ],
  pets: [{ name: 'Tama', kind: 'cat' }],
  appliances: [
    'refrigerator',
    'television',
    'kettle',
    'microwave',
    'washing_machine',
    'vacuum_cleaner',
    'air_conditioner',
    'lights',
    'standby',
  ],
  standbyWatts: 45,
  tripsPermille: 80,
  guestsPermille: 250,
  illnessPermille: 150,
};

/** The homes that come with the simulator. */
export const HOMES = { apartment: APARTMENT, 'family-house': FAMILY_HOUSE, 'quiet-flat': QUIET_FLAT } as const;

/** The name of one of them. */
export type HomeName = keyof typeof HOMES;

/** Whether a word names one of them. */
export function isHomeName(word: string): word is HomeName {
  return Object.hasOwn(HOMES, word);
}
