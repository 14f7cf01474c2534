import type { Random } from '../random.ts';
import { added, compressorLoad, lampLoad, stepsWhile } from './appliances.ts';
import { airConditionerLoad, heatingLoad } from './climate.ts';
import { type ApplianceName, type HomePlan, indoors, TOTAL } from './home-plan.ts';
import type { DayWorld, Load, PowerStep, Visit } from './house.ts';
import { darkSpans } from './season.ts';
import { joinSpans, type Span, within, without } from './spans.ts';
import type { Day } from './ways.ts';

/** A day of the house that is known but for its electricity. */
export interface UsedDay extends Day {
  readonly uses: DayWorld['uses'];
}

/** How one appliance draws in a day. */
type Draws = (day: UsedDay, home: HomePlan, random: Random) => Load;

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** An appliance that draws about `centreMw` while it is used, drawn anew every `everyS` seconds, and `restMw` otherwise. */
function whileUsed(
  name: ApplianceName,
  restMw: number,
  everyS: readonly [number, number],
  centreMw: number,
  reachMw: number,
): Draws {
  return ({ uses }, _home, random) => ({
    restMw,
    steps: stepsWhile(uses[name] ?? [], restMw, everyS, () => random.around(centreMw, reachMw), random),
  });
}

/** A television's picture wanders in brightness. */
const television: Draws = ({ uses }, _home, random) => {
  let level = 92_000;
  const wander = (): number => {
    level = Math.min(128_000, Math.max(66_000, level + random.around(0, 14_000)));
    return level;
  };
  return { restMw: 600, steps: stepsWhile(uses.television ?? [], 600, [18, 55], wander, random) };
};

/** Compressor, and the lamp inside while the door is open. */
const refrigerator: Draws = (day, _home, random) => {
  const openings = day.uses.refrigerator ?? [];
  return added([compressorLoad(day, openings, random), lampLoad(openings)]);
};

const freezer: Draws = (day, _home, random) => compressorLoad(day, [], random);

/** The stages of a program: how long each lasts, of 1,000 of the whole, its power, and how it pulses. */
interface Stage {
  readonly permille: number;
  readonly mw: number;
  readonly reachMw: number;
  readonly everyS: readonly [number, number];
}

const WASHING: readonly Stage[] = [
  { permille: 60, mw: 12_000, reachMw: 6000, everyS: [30, 60] },
  { permille: 320, mw: 190_000, reachMw: 150_000, everyS: [9, 24] },
  { permille: 120, mw: 60_000, reachMw: 45_000, everyS: [20, 40] },
  { permille: 280, mw: 170_000, reachMw: 140_000, everyS: [9, 24] },
  { permille: 220, mw: 380_000, reachMw: 110_000, everyS: [15, 40] },
];

const DISHES: readonly Stage[] = [
  { permille: 90, mw: 70_000, reachMw: 20_000, everyS: [30, 60] },
  { permille: 230, mw: 1_150_000, reachMw: 40_000, everyS: [60, 120] },
  { permille: 250, mw: 75_000, reachMw: 25_000, everyS: [40, 80] },
  { permille: 190, mw: 1_140_000, reachMw: 40_000, everyS: [60, 120] },
  { permille: 240, mw: 9000, reachMw: 4000, everyS: [120, 240] },
];

function program(name: ApplianceName, stages: readonly Stage[]): Draws {
  return ({ uses }, _home, random) => ({
    restMw: 0,
    steps: (uses[name] ?? []).flatMap(({ fromMs, toMs }) => {
      const steps: PowerStep[] = [];
      let beginMs = fromMs;
      for (const { permille, mw, reachMw, everyS } of stages) {
        const endMs = Math.min(toMs, beginMs + Math.floor(((toMs - fromMs) * permille) / 1000));
        steps.push(
          ...stepsWhile(
            [{ fromMs: beginMs, toMs: endMs }],
            0,
            everyS,
            () => Math.max(0, random.around(mw, reachMw)),
            random,
          ),
        );
        beginMs = endMs;
      }
      return steps;
    }),
  });
}

/** Plates switch on and off to hold their heat. */
const cooker: Draws = ({ uses }, _home, random) => ({
  restMw: 0,
  steps: stepsWhile(
    uses.cooker ?? [],
    0,
    [25, 90],
    () => (random.chance(640) ? random.around(1_900_000, 700_000) : 0),
    random,
  ),
});

/** Beside what is heated again after use, a boiler holds its heat some minutes every few hours. */
const waterHeater: Draws = ({ uses, fromMs, toMs }, _home, random) => {
  const held: Span[] = [];
  for (
    let atMs = fromMs + random.below(4 * HOUR_MS);
    atMs < toMs - 20 * MINUTE_MS;
    atMs += random.between(200, 320) * MINUTE_MS
  ) {
    held.push({ fromMs: atMs, toMs: atMs + random.between(6, 14) * MINUTE_MS });
  }
  const spans = joinSpans([...(uses.water_heater ?? []), ...held], MINUTE_MS);
  return { restMw: 0, steps: stepsWhile(spans, 0, [120, 240], () => random.around(1_080_000, 14_000), random) };
};

/** Whoever is awake in a room after dark has light there; a living room has more of it. */
const lights: Draws = ({ visits, sky, toMs }, home, random) => {
  const dark = darkSpans(sky, toMs);
  const inRoom = (room: string, sleeps: boolean): Visit[] =>
    visits.filter(({ place, activity }) => place === room && (activity === 'sleep' || activity === 'nap') === sleeps);
  const rooms = indoors(home).map((room): Load => {
    const lit = without(within(joinSpans(inRoom(room, false), 20_000), dark), inRoom(room, true));
    const mw = room === home.roles.living ? random.between(55_000, 90_000) : random.between(14_000, 34_000);
    return {
      restMw: 0,
      steps: lit.flatMap(({ fromMs, toMs: offMs }) => [
        { atMs: fromMs, powerMw: mw },
        { atMs: offMs, powerMw: 0 },
      ]),
    };
  });
  return added(rooms);
};

/** Router, chargers, clocks: always on, and a little different from hour to hour. */
const standby: Draws = ({ fromMs, toMs }, { standbyWatts }, random) => {
  const restMw = standbyWatts * 1000;
  const day = [{ fromMs, toMs: toMs - MINUTE_MS }];
  return { restMw, steps: stepsWhile(day, restMw, [1500, 4200], () => random.around(restMw, 7000), random) };
};

/** How each appliance draws. */
const APPLIANCES: Record<ApplianceName, Draws> = {
  refrigerator,
  freezer,
  television,
  kettle: whileUsed('kettle', 0, [25, 45], 1_236_000, 9000),
  cooker,
  microwave: whileUsed('microwave', 1500, [15, 40], 1_090_000, 60_000),
  washing_machine: program('washing_machine', WASHING),
  dishwasher: program('dishwasher', DISHES),
  tumble_dryer: whileUsed('tumble_dryer', 0, [60, 180], 1_900_000, 500_000),
  hair_dryer: whileUsed('hair_dryer', 0, [20, 50], 1_080_000, 60_000),
  vacuum_cleaner: whileUsed('vacuum_cleaner', 0, [15, 40], 640_000, 90_000),
  water_heater: waterHeater,
  heating: heatingLoad,
  air_conditioner: airConditionerLoad,
  computer: whileUsed('computer', 1200, [20, 90], 68_000, 24_000),
  lights,
  standby,
};

/** What each appliance of the home draws in a day, and all together; each is made when it is first asked for, from its own stream. */
export function loadsOf(day: UsedDay, home: HomePlan, randomOf: (name: string) => Random): Record<string, Load> {
  const loads: Record<string, Load> = {};
  const offer = (name: string, make: () => Load): void => {
    let made: Load | undefined;
    Object.defineProperty(loads, name, {
      enumerable: true,
      get() {
        made ??= make();
        return made;
      },
    });
  };
  for (const name of home.appliances) {
    offer(name, () => APPLIANCES[name](day, home, randomOf(name)));
  }
  offer(TOTAL, () => added(home.appliances.flatMap((name) => loads[name] ?? [])));
  return loads;
}
