import { LIMITS } from '../limits.ts';
import {
  type ApplianceName,
  type HomePlan,
  type PetPlan,
  type ResidentPlan,
  type Work,
  wayBetween,
} from '../world/home-plan.ts';
import { HOMES, isHomeName } from '../world/homes.ts';
import type { CheckedNode } from './checked-node.ts';

const KEYS = [
  'like',
  'rooms',
  'roles',
  'openings',
  'residents',
  'pets',
  'appliances',
  'standby',
  'trips',
  'guests',
  'illness',
] as const;
const ROLES = ['hall', 'living', 'kitchen', 'bathroom', 'outside'] as const;
const RESIDENT = [
  'name',
  'bedroom',
  'desk',
  'wakes',
  'wakes-free',
  'bath',
  'sleeps',
  'work',
  'desk-days',
  'cooks',
  'washes',
] as const;
const WORK = ['days', 'leaves', 'home', 'school'] as const;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
const APPLIANCES = [...new Set(Object.values(HOMES).flatMap(({ appliances }) => appliances))];

/** How far the time at which somebody leaves, and comes home, wanders from day to day, in minutes. */
const LEAVE_SPREAD = 12;
const HOME_SPREAD = 45;

/** Reads a home: the name of one that comes with the simulator, or one of them with other rooms, people, animals or things. */
export function readHome(node: CheckedNode): HomePlan | undefined {
  const word = node.text();
  if (word !== undefined) {
    return isHomeName(word)
      ? HOMES[word]
      : node.wrong(`takes ${Object.keys(HOMES).join(', ')}, or a mapping with like`);
  }
  const found = node.entries(KEYS, `the name of a home, or a mapping with ${KEYS.join(', ')}`);
  if (found === undefined) {
    return undefined;
  }
  const like = found.get('like')?.oneOf(Object.keys(HOMES) as (keyof typeof HOMES)[]) ?? 'apartment';
  const base = HOMES[like];
  const rooms = readRooms(found.get('rooms')) ?? base.rooms;
  const read = {
    roles: readRoles(found.get('roles'), rooms, base.roles, node),
    openings: readOpenings(found.get('openings'), rooms) ?? base.openings,
    residents: readResidents(found.get('residents'), rooms, base.residents) ?? base.residents,
    pets: readPets(found.get('pets')) ?? base.pets,
    appliances: readAppliances(found.get('appliances')) ?? base.appliances,
    standbyWatts: found.get('standby')?.whole(0, 5000) ?? base.standbyWatts,
    tripsPermille: found.get('trips')?.whole(0, 500) ?? base.tripsPermille,
    guestsPermille: found.get('guests')?.whole(0, 1000) ?? base.guestsPermille,
    illnessPermille: found.get('illness')?.whole(0, 1000) ?? base.illnessPermille,
  };
  const plan: HomePlan = { rooms, ...read };
  return fits(plan, node) ? plan : undefined;
}

/** Whether every room can be reached, and whatever names a room names one of the home. */
function fits(plan: HomePlan, node: CheckedNode): boolean {
  const { rooms, roles, openings, residents } = plan;
  const asked: [string, string][] = [
    ...Object.entries(roles).map(([role, room]): [string, string] => [`the role ${role}`, room]),
    ...residents.flatMap(({ name, bedroom, desk }): [string, string][] => [
      [`the bedroom of ${name}`, bedroom],
      [`the desk of ${name}`, desk],
    ]),
    ...Object.entries(openings).map(([name, { from }]): [string, string] => [`the opening ${name}`, from]),
  ];
  const problems = asked
    .filter(([, room]) => !Object.hasOwn(rooms, room))
    .map(([what, room]) => `${what} names the room ${room}, which is not there`);
  if (problems.length === 0) {
    const cut = Object.keys(rooms).filter((room) => room !== roles.hall && !isReached(plan, room));
    problems.push(...cut.map((room) => `has no way from ${roles.hall} to ${room}: let one of the rooms join it`));
  }
  for (const problem of problems) {
    node.wrong(problem);
  }
  return problems.length === 0;
}

function isReached(plan: HomePlan, room: string): boolean {
  const { roles, rooms } = plan;
  const joins = rooms[roles.hall]?.includes(room) === true || rooms[room]?.includes(roles.hall) === true;
  return joins || wayBetween(plan, roles.hall, room).length > 0;
}

function readRooms(node: CheckedNode | undefined): HomePlan['rooms'] | undefined {
  const named = node?.named('a mapping from each room to the list of rooms that it joins', LIMITS.roomsMost);
  const rooms: Record<string, string[]> = {};
  for (const [room, joins] of named ?? []) {
    if (!/^[a-z][a-z0-9_]{0,39}$/.test(room) || room === 'away') {
      joins.wrong('needs a name of small letters, digits and _, other than away');
    }
    rooms[room] = joins.items('a list of rooms', LIMITS.roomsMost)?.map((each) => each.text() ?? '') ?? [];
  }
  for (const [room, joins] of named ?? []) {
    const unknown = rooms[room]?.find((each) => !Object.hasOwn(rooms, each));
    if (unknown !== undefined) {
      joins.wrong(`joins ${unknown}, which is none of the rooms: give it a line of its own, ${unknown}: []`);
    }
  }
  return named === undefined ? undefined : rooms;
}

function readRoles(
  node: CheckedNode | undefined,
  rooms: HomePlan['rooms'],
  base: HomePlan['roles'],
  home: CheckedNode,
): HomePlan['roles'] {
  const found = node?.entries(ROLES, `a mapping with ${ROLES.join(', ')}`);
  const roles = Object.fromEntries(ROLES.map((role) => [role, found?.get(role)?.text() ?? base[role]]));
  const missing = ROLES.filter((role) => !Object.hasOwn(rooms, roles[role] ?? ''));
  if (missing.length > 0 && node === undefined) {
    home.wrong(`needs roles: which room is ${missing.join(', ')}`);
  }
  return roles as unknown as HomePlan['roles'];
}

function readOpenings(node: CheckedNode | undefined, rooms: HomePlan['rooms']): HomePlan['openings'] | undefined {
  const named = node?.named('a mapping from each door or window to {from, to}', LIMITS.roomsMost);
  const openings: Record<string, { from: string; to: string }> = {};
  for (const [name, opening] of named ?? []) {
    const ends = opening.entries(['from', 'to'], 'a mapping with from and to');
    const from = ends?.get('from')?.text() ?? opening.wrong('needs from, the room it is in');
    const to = ends?.get('to')?.text() ?? 'air';
    if (to !== 'away' && to !== 'air' && !Object.hasOwn(rooms, to)) {
      opening.wrong('takes to: away (the world), air (a window), or a place of the home');
    }
    openings[name] = { from: from ?? '', to };
  }
  return named === undefined ? undefined : openings;
}

function readResidents(
  node: CheckedNode | undefined,
  rooms: HomePlan['rooms'],
  base: readonly ResidentPlan[],
): ResidentPlan[] | undefined {
  const items = node?.items('a list of people', LIMITS.residentsMost);
  if (items?.length === 0) {
    return node?.wrong('needs at least one person');
  }
  return items?.flatMap((item, index) => {
    const found = item.entries(RESIDENT, `a mapping with ${RESIDENT.join(', ')}`);
    const like = base[index % base.length];
    if (found === undefined || like === undefined) {
      return [];
    }
    const minute = (key: (typeof RESIDENT)[number], usual: number): number => {
      const at = found.get(key);
      return at === undefined ? usual : (readMinute(at) ?? usual);
    };
    const room = (key: 'bedroom' | 'desk'): string =>
      found.get(key)?.text() ??
      (Object.hasOwn(rooms, like[key]) ? like[key] : (found.get('bedroom')?.text() ?? like[key]));
    const workNode = found.get('work');
    const work = workNode === undefined ? undefined : readWork(workNode);
    return {
      name: found.get('name')?.text() ?? `person ${index + 1}`,
      bedroom: room('bedroom'),
      desk: room('desk'),
      wakeMinute: minute('wakes', like.wakeMinute),
      freeWakeMinute: minute('wakes-free', like.freeWakeMinute),
      ...(work === undefined ? {} : { work }),
      deskDays: readDays(found.get('desk-days')) ?? [],
      bathMinute: minute('bath', like.bathMinute),
      sleepMinute: minute('sleeps', like.sleepMinute),
      cooks: found.get('cooks')?.whole(0, 10) ?? like.cooks,
      washes: (found.get('washes')?.scalar() ?? like.washes) === true,
    };
  });
}

function readWork(node: CheckedNode): Work | undefined {
  const found = node.entries(WORK, `a mapping with ${WORK.join(', ')}`);
  const leaves = found?.get('leaves');
  const home = found?.get('home');
  const leaveMinute = leaves === undefined ? node.wrong("needs leaves, for example '08:10'") : readMinute(leaves);
  const homeMinute = home === undefined ? node.wrong("needs home, for example '18:30'") : readMinute(home);
  const school = found?.get('school')?.scalar() === true;
  if (leaveMinute === undefined || homeMinute === undefined) {
    return undefined;
  }
  const weekdays = readDays(found?.get('days')) ?? [1, 2, 3, 4, 5];
  return homeMinute > leaveMinute
    ? {
        weekdays,
        leaveMinute,
        leaveSpreadMinutes: LEAVE_SPREAD,
        homeMinute,
        homeSpreadMinutes: HOME_SPREAD,
        ...(school ? { school } : {}),
      }
    : node.wrong('leaves after coming home; nobody of this simulator works at night');
}

/** Minutes after midnight; what comes before four in the morning belongs to the night before. */
function readMinute(node: CheckedNode): number | undefined {
  const [, hour, minute] = /^(\d{1,2}):([0-5]\d)$/.exec(node.text() ?? '') ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  return minutes < 1440
    ? minutes < 240
      ? minutes + 1440
      : minutes
    : node.wrong("takes a time of day in quotes, for example '07:30'");
}

function readDays(node: CheckedNode | undefined): number[] | undefined {
  return node?.items('a list of weekdays', 7)?.flatMap((item) => {
    const day = item.oneOf(DAYS);
    return day === undefined ? [] : [DAYS.indexOf(day)];
  });
}

function readPets(node: CheckedNode | undefined): PetPlan[] | undefined {
  return node?.items('a list of animals', LIMITS.residentsMost)?.flatMap((item) => {
    const found = item.entries(['name', 'kind'], 'a mapping with name and kind');
    const kind = found?.get('kind')?.oneOf(['cat', 'dog'] as const) ?? item.wrong('needs kind: cat or dog');
    return kind === undefined ? [] : [{ name: found?.get('name')?.text() ?? kind, kind }];
  });
}

function readAppliances(node: CheckedNode | undefined): ApplianceName[] | undefined {
  const read = node?.items('a list of appliances', APPLIANCES.length)?.flatMap((item) => item.oneOf(APPLIANCES) ?? []);
  return read === undefined ? undefined : [...new Set(read)];
}
