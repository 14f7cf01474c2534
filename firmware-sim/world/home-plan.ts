/** The appliances whose use and power the simulator knows; `APPLIANCES` in `loads.ts` says how each draws. */
export type ApplianceName =
  | 'refrigerator'
  | 'television'
  | 'kettle'
  | 'freezer'
  | 'cooker'
  | 'microwave'
  | 'washing_machine'
  | 'dishwasher'
  | 'tumble_dryer'
  | 'hair_dryer'
  | 'vacuum_cleaner'
  | 'water_heater'
  | 'heating'
  | 'air_conditioner'
  | 'computer'
  | 'lights'
  | 'standby';

/** What a room of the home is for; one room can be several of them. */
export interface Roles {
  /** Whoever comes and goes passes here. */
  readonly hall: string;
  readonly living: string;
  /** Cooking and meals. */
  readonly kitchen: string;
  readonly bathroom: string;
  /** A balcony or garden, where the washing dries. */
  readonly outside: string;
}

/** A door or window: between a room and another, an outside place, or the world (`away`, or `air` for a window nobody goes through). */
export interface Opening {
  readonly from: string;
  readonly to: string;
}

/** The paid or school days of a person; minutes after midnight on the clock of the wall. */
export interface Work {
  /** Weekdays away, 0 for Sunday to 6 for Saturday; holidays are free. */
  readonly weekdays: readonly number[];
  readonly leaveMinute: number;
  readonly leaveSpreadMinutes: number;
  readonly homeMinute: number;
  readonly homeSpreadMinutes: number;
  /** Whether it also rests in the long school holidays. */
  readonly school?: boolean;
}

/** Somebody who lives there; minutes after midnight on the clock of the wall, beyond 1440 after the next one. */
export interface ResidentPlan {
  readonly name: string;
  readonly bedroom: string;
  /** The room with their desk. */
  readonly desk: string;
  readonly wakeMinute: number;
  readonly freeWakeMinute: number;
  readonly work?: Work;
  /** Weekdays on which they work at their desk. */
  readonly deskDays: readonly number[];
  readonly bathMinute: number;
  readonly sleepMinute: number;
  /** How likely they cook, beside the others' numbers; 0 for never. */
  readonly cooks: number;
  /** Whether they do the washing. */
  readonly washes: boolean;
}

/** An animal of the home. */
export interface PetPlan {
  readonly name: string;
  readonly kind: 'cat' | 'dog';
}

/** A home: its rooms and which join which, who lives there, and what they have. */
export interface HomePlan {
  /** Every place of the home, outside places too, and what it joins; a way that is written once goes both ways. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly roles: Roles;
  readonly openings: Readonly<Record<string, Opening>>;
  readonly residents: readonly ResidentPlan[];
  readonly pets: readonly PetPlan[];
  readonly appliances: readonly ApplianceName[];
  /** What router, chargers, clocks and fans draw all day, in watts. */
  readonly standbyWatts: number;
  /** Of 1,000: how likely they travel in four weeks, and how likely somebody visits on a free day. */
  readonly tripsPermille: number;
  readonly guestsPermille: number;
  /** Of 1,000: how likely a resident falls ill in four weeks. */
  readonly illnessPermille: number;
}

/** Who has this number or more is an animal: cats from here, dogs from `FIRST_DOG`; residents count from 0, guests from `FIRST_GUEST`. */
export const FIRST_GUEST = 100;
export const FIRST_CAT = 1000;
export const FIRST_DOG = 2000;

/** The rooms with walls and sensors: no balcony or garden. */
export function indoors({ rooms, roles }: Pick<HomePlan, 'rooms' | 'roles'>): string[] {
  return Object.keys(rooms).filter((room) => room !== roles.outside);
}

/** What a device of each kind can look at in a home. */
export function watchable(
  plan: HomePlan,
): Record<'contact' | 'lock' | 'motion' | 'camera' | 'plug' | 'meter', string[]> {
  const rooms = indoors(plan);
  const loads = [...plan.appliances, TOTAL];
  const doors = Object.keys(plan.openings).filter((name) => plan.openings[name]?.to === 'away');
  return { contact: Object.keys(plan.openings), lock: doors, motion: rooms, camera: rooms, plug: loads, meter: loads };
}

/** The load of the whole home, as its main meter sees it. */
export const TOTAL = 'total';

/** The rooms that somebody crosses on the way, without the two ends; the shortest way, of several the one written first. */
export function wayBetween(plan: Pick<HomePlan, 'rooms' | 'roles'>, from: string, to: string): string[] {
  if (from === to) {
    return [];
  }
  const cameFrom = new Map<string, string>([[from, from]]);
  const next = [from];
  for (let here = next.shift(); here !== undefined && !cameFrom.has(to); here = next.shift()) {
    for (const there of neighbours(plan, here)) {
      if (!cameFrom.has(there)) {
        cameFrom.set(there, here);
        next.push(there);
      }
    }
  }
  const way: string[] = [];
  for (let room = cameFrom.get(to); room !== undefined && room !== from; room = cameFrom.get(room)) {
    way.unshift(room);
  }
  return way;
}

/** What a place joins: the hall joins the world. */
function neighbours({ rooms, roles }: Pick<HomePlan, 'rooms' | 'roles'>, here: string): string[] {
  if (here === 'away') {
    return [roles.hall];
  }
  const there = Object.keys(rooms).filter(
    (room) => rooms[here]?.includes(room) === true || rooms[room]?.includes(here) === true,
  );
  return here === roles.hall ? [...there, 'away'] : there;
}
