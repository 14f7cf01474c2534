import type { Random } from '../random.ts';
import type { ApplianceName, HomePlan } from './home-plan.ts';
import { type Activity, HABITS, type Visit } from './house.ts';
import { joinSpans, type Span } from './spans.ts';
import type { Day } from './ways.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** What people do to one appliance in a day, as they did it; not yet joined or cut to the day. */
type Use = (home: HomePlan, visits: readonly Visit[], random: Random) => Span[];

/** Things that are switched on in a visit of one kind: how likely, of 1,000, how long after its begin, and for how long. */
interface Habit {
  readonly place: 'kitchen' | 'living' | 'bedroom';
  readonly chance: Partial<Record<Activity, number>>;
  readonly leastVisitMs: number;
  readonly afterMs: readonly [number, number];
  readonly lastsMs: readonly [number, number];
}

const KETTLE: Habit = {
  place: 'kitchen',
  chance: { breakfast: 900, lunch: 500, relax: 350, cook: 600, television: 250 },
  leastVisitMs: 4 * MINUTE_MS,
  afterMs: [30_000, 120_000],
  lastsMs: [110_000, 235_000],
};

const MICROWAVE: Habit = {
  place: 'kitchen',
  chance: { breakfast: 350, lunch: 650, cook: 500, eat: 100, relax: 60 },
  leastVisitMs: 7 * MINUTE_MS,
  afterMs: [60_000, 150_000],
  lastsMs: [50_000, 260_000],
};

const VACUUM_CLEANER: Habit = {
  place: 'living',
  chance: { relax: 60 },
  leastVisitMs: 15 * MINUTE_MS,
  afterMs: [60_000, 120_000],
  lastsMs: [5 * MINUTE_MS, 12 * MINUTE_MS],
};

/** An appliance that is on for a while in a visit, and off before the visit ends. */
function habit({ place, chance, leastVisitMs, afterMs, lastsMs }: Habit): Use {
  return (home, visits, random) => {
    const rooms = place === 'bedroom' ? home.residents.map(({ bedroom }) => bedroom) : [home.roles[place]];
    return visits.flatMap((visit) => {
      const wanted = chance[visit.activity] ?? 0;
      if (!rooms.includes(visit.place) || visit.toMs - visit.fromMs <= leastVisitMs || !random.chance(wanted)) {
        return [];
      }
      const fromMs = visit.fromMs + random.between(...afterMs);
      return [{ fromMs, toMs: fromMs + random.between(...lastsMs) }];
    });
  };
}

/** The television runs while somebody watches, through short interruptions; some mornings it brings the news. */
const television: Use = (_home, visits, random) => {
  const news = random.chance(650);
  const watched = visits
    .filter(({ activity }) => activity === 'television' || (news && activity === 'breakfast'))
    .map(({ fromMs, toMs }) => ({ fromMs: fromMs + random.between(15_000, 60_000), toMs: toMs - 4 * SECOND_MS }));
  return joinSpans(watched, 5 * MINUTE_MS);
};

/** Openings of the refrigerator's door. */
const refrigerator: Use = ({ roles }, visits, random) => {
  const openings: Span[] = [];
  for (const { place, activity, fromMs, toMs } of visits) {
    const every = HABITS[activity].refrigeratorS;
    if (place !== roles.kitchen || every === undefined) {
      continue;
    }
    const soonS = toMs - fromMs < 20 * MINUTE_MS ? 200 : every[0];
    let atMs = fromMs + random.between(20_000, soonS * SECOND_MS);
    while (atMs < toMs - 40 * SECOND_MS) {
      openings.push({ fromMs: atMs, toMs: atMs + random.between(4000, 25_000) });
      atMs += random.between(every[0] * SECOND_MS, every[1] * SECOND_MS);
    }
  }
  return openings;
};

/** One or two plates, for most of the time of cooking. */
const cooker: Use = (_home, visits, random) =>
  visits.flatMap(({ activity, fromMs, toMs }) => {
    const isMeal = activity === 'cook' && toMs - fromMs > 14 * MINUTE_MS;
    const onMs = fromMs + random.between(3, 8) * MINUTE_MS;
    return isMeal ? [{ fromMs: onMs, toMs: Math.max(onMs + MINUTE_MS, toMs - random.between(1, 6) * MINUTE_MS) }] : [];
  });

/** A program that is over when the washing is hung out. */
const washingMachine: Use = (_home, visits, random) =>
  visits
    .filter(({ activity }) => activity === 'laundry')
    .map(({ fromMs }) => {
      const toMs = fromMs - random.between(3, 12) * MINUTE_MS;
      return { fromMs: toMs - random.between(38, 55) * MINUTE_MS, toMs };
    });

/** What does not hang outside is dried after the washing. */
const tumbleDryer: Use = (_home, visits, random) =>
  visits
    .filter(({ activity }) => activity === 'laundry')
    .map(({ toMs }) => {
      const fromMs = toMs + random.between(1, 6) * MINUTE_MS;
      return { fromMs, toMs: fromMs + random.between(55, 95) * MINUTE_MS };
    });

/** Most evenings, after the last meal. */
const dishwasher: Use = (_home, visits, random) => {
  const lastMs = Math.max(0, ...visits.filter(({ activity }) => activity === 'eat').map(({ toMs }) => toMs));
  const fromMs = lastMs + random.between(8, 40) * MINUTE_MS;
  return lastMs > 0 && random.chance(650) ? [{ fromMs, toMs: fromMs + random.between(75, 110) * MINUTE_MS }] : [];
};

/** After a bath, in the bedroom. */
const hairDryer: Use = (_home, visits, random) =>
  visits.flatMap(({ activity, fromMs, toMs, person }) => {
    const bathed = visits.some(
      (bath) =>
        bath.person === person &&
        bath.activity === 'wash' &&
        bath.toMs - bath.fromMs > 15 * MINUTE_MS &&
        bath.toMs <= fromMs &&
        fromMs - bath.toMs < MINUTE_MS,
    );
    const onMs = fromMs + random.between(20_000, 60_000);
    return activity === 'dress' && bathed && random.chance(600)
      ? [{ fromMs: onMs, toMs: Math.min(toMs - SECOND_MS, onMs + random.between(90_000, 300_000)) }]
      : [];
  });

/** Water that was used is heated again: a boiler of a flat's size needs about three times as long as the shower lasted. */
const waterHeater: Use = (_home, visits, random) =>
  visits.flatMap(({ activity, fromMs, toMs }) => {
    const seconds = Math.floor((toMs - fromMs) / SECOND_MS);
    const isShower = activity === 'wash' && seconds > 5 * 60;
    const isDishes = activity === 'cook';
    const heatedS = isShower ? (random.between(26, 34) * Math.min(seconds, 1400)) / 10 : random.between(180, 600);
    return isShower || isDishes
      ? [{ fromMs: fromMs + 60_000, toMs: fromMs + 60_000 + Math.round(heatedS) * SECOND_MS }]
      : [];
  });

const computer: Use = (_home, visits) => visits.filter(({ activity }) => activity === 'desk');

/** How each appliance that people switch is used, and up to what gap two uses are one. */
const USES: Partial<Record<ApplianceName, { readonly use: Use; readonly gapMs: number }>> = {
  refrigerator: { use: refrigerator, gapMs: 2 * SECOND_MS },
  television: { use: television, gapMs: 5 * MINUTE_MS },
  kettle: { use: habit(KETTLE), gapMs: 20 * SECOND_MS },
  cooker: { use: cooker, gapMs: MINUTE_MS },
  microwave: { use: habit(MICROWAVE), gapMs: 5 * SECOND_MS },
  washing_machine: { use: washingMachine, gapMs: 0 },
  dishwasher: { use: dishwasher, gapMs: 0 },
  tumble_dryer: { use: tumbleDryer, gapMs: 0 },
  hair_dryer: { use: hairDryer, gapMs: 5 * SECOND_MS },
  vacuum_cleaner: { use: habit(VACUUM_CLEANER), gapMs: MINUTE_MS },
  water_heater: { use: waterHeater, gapMs: MINUTE_MS },
  computer: { use: computer, gapMs: 10 * MINUTE_MS },
};

/** When each appliance of the home was used in a day; nothing is used in the last minute, so that each day ends at rest. */
export function usesOf(home: HomePlan, day: Day, randomOf: (name: string) => Random): Record<string, Span[]> {
  const lastMs = day.toMs - MINUTE_MS;
  return Object.fromEntries(
    home.appliances.flatMap((name) => {
      const known = USES[name];
      if (known === undefined) {
        return [];
      }
      const spans = joinSpans(known.use(home, day.visits, randomOf(name)), known.gapMs);
      const inside = spans.map(({ fromMs, toMs }) => ({
        fromMs: Math.max(day.fromMs, fromMs),
        toMs: Math.min(lastMs, toMs),
      }));
      return [[name, inside.filter(({ fromMs, toMs }) => toMs > fromMs)]];
    }),
  );
}
