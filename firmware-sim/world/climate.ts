import type { Random } from '../random.ts';
import { added, stepsWhile } from './appliances.ts';
import type { HomePlan } from './home-plan.ts';
import type { Load, PowerStep } from './house.ts';
import { outdoorDeciC } from './season.ts';
import { joinSpans, type Span } from './spans.ts';
import type { Day } from './ways.ts';

const MINUTE_MS = 60_000;

/** What a thermostat holds, in tenths of a degree: while somebody is awake at home, at night, and when all are out. */
const WARM = { awake: 200, asleep: 150, out: 168 } as const;

/** Electric heaters of a whole home: their power when on, and what a degree of difference needs, in milliwatts. */
const HEATERS_MW = 2_200_000;
const NEEDS_PER_DECI_MW = 7400;

/** What people, sun and appliances give, in milliwatts. */
const GIVEN_MW = 230_000;

/** Electric heating: cycles whose share of on follows the difference to the outside. */
export function heatingLoad(day: Day, _home: HomePlan, random: Random): Load {
  const steps: PowerStep[] = [];
  let atMs = day.fromMs + random.below(8 * MINUTE_MS);
  while (atMs < day.toMs - 40 * MINUTE_MS) {
    const needsMw = (WARM[mood(day, atMs)] - outdoorDeciC(day.sky, atMs)) * NEEDS_PER_DECI_MW - GIVEN_MW;
    const cycleMs = random.between(14, 28) * MINUTE_MS;
    const onMs = Math.floor((cycleMs * Math.max(0, Math.min(needsMw, HEATERS_MW))) / HEATERS_MW);
    if (onMs > MINUTE_MS) {
      steps.push(
        ...stepsWhile(
          [{ fromMs: atMs, toMs: atMs + onMs }],
          0,
          [120, 300],
          () => random.around(HEATERS_MW, 40_000),
          random,
        ),
      );
    }
    atMs += cycleMs;
  }
  return { restMw: 0, steps };
}

function mood({ visits }: Day, atMs: number): keyof typeof WARM {
  const here = visits.filter(({ place, fromMs, toMs }) => place !== 'away' && atMs >= fromMs && atMs < toMs);
  const awake = here.some(({ activity }) => activity !== 'sleep' && activity !== 'nap');
  return here.length === 0 ? 'out' : awake ? 'awake' : 'asleep';
}

/** Below and above these temperatures outside, in tenths of a degree, an air conditioner heats and cools; at night only in the heat. */
const HEATS_BELOW = 150;
const COOLS_ABOVE = 262;

/** How long an empty room stays conditioned. */
const LEFT_ON_MS = 15 * MINUTE_MS;

/** Air conditioners (heat pumps) in the living room and the bedrooms: much power at first, then what the difference needs. */
export function airConditionerLoad(day: Day, home: HomePlan, random: Random): Load {
  const rooms = [home.roles.living, ...new Set(home.residents.map(({ bedroom }) => bedroom))];
  const heats = !home.appliances.includes('heating');
  const runs = rooms.flatMap((room) => {
    const stays = day.visits.filter(({ place, fromMs, toMs }) => place === room && toMs - fromMs > 5 * MINUTE_MS);
    const occupied = joinSpans(stays, LEFT_ON_MS);
    return occupied.map((span) => conditioned(day, span, heats, random)).filter((run) => run.length > 0);
  });
  return added([{ restMw: 1000, steps: [] }, ...runs.map((steps) => ({ restMw: 0, steps }))]);
}

/** One run of an air conditioner; empty when the room needs none. */
function conditioned({ sky, toMs: endMs }: Day, span: Span, heats: boolean, random: Random): PowerStep[] {
  const toMs = Math.min(span.toMs, endMs - MINUTE_MS);
  const outside = outdoorDeciC(sky, span.fromMs);
  const wanted = outside > COOLS_ABOVE || (heats && outside < HEATS_BELOW);
  if (!wanted || toMs <= span.fromMs) {
    return [];
  }
  const isCold = outside < HEATS_BELOW;
  const target = isCold ? 200 : 250;
  const fullMs = span.fromMs + random.between(6, 14) * MINUTE_MS;
  let atMs = span.fromMs;
  return stepsWhile(
    [{ fromMs: span.fromMs, toMs }],
    0,
    [180, 420],
    () => {
      const difference = Math.abs(outdoorDeciC(sky, atMs) - target);
      const isFull = atMs < fullMs;
      atMs += 5 * MINUTE_MS;
      return isFull ? random.around(820_000, 120_000) : random.around(85_000 + difference * 2600, 30_000);
    },
    random,
  );
}
