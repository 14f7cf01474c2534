import type { Random } from '../random.ts';
import type { DayWorld, Load, PowerStep, Span } from './house.ts';

/** What people do to the appliances in a day. */
export type Use = Pick<DayWorld, 'startMs' | 'endMs' | 'television' | 'kettle' | 'refrigeratorOpenings'>;

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Power steps of something that draws `levelMw()` while a span lasts, drawn anew every `everyS` seconds, and `restMw` otherwise. */
function stepsWhile(
  spans: readonly Span[],
  restMw: number,
  everyS: readonly [number, number],
  levelMw: () => number,
  random: Random,
): PowerStep[] {
  const steps: PowerStep[] = [];
  for (const { fromMs, toMs } of spans) {
    for (let atMs = fromMs; atMs < toMs; atMs += random.between(everyS[0] * SECOND_MS, everyS[1] * SECOND_MS)) {
      steps.push({ atMs, powerMw: levelMw() });
    }
    steps.push({ atMs: toMs, powerMw: restMw });
  }
  return steps;
}

/** A television: standby, and a picture whose brightness wanders. */
function televisionSteps(world: Use, random: Random): PowerStep[] {
  let level = 92_000;
  return stepsWhile(
    world.television,
    600,
    [18, 55],
    () => {
      level = Math.min(128_000, Math.max(66_000, level + random.around(0, 14_000)));
      return level;
    },
    random,
  );
}

/** An electric kettle: full power until the water boils. */
function kettleSteps(world: Use, random: Random): PowerStep[] {
  return stepsWhile(world.kettle, 0, [25, 45], () => random.around(1_236_000, 9000), random);
}

/** When the compressor of the refrigerator runs: cycles that begin before the day and end with it; each opening of the door lengthens the next. */
export function compressorSpans(world: Use, random: Random): Span[] {
  const spans: Span[] = [];
  let atMs = world.startMs + random.between(4, 16) * MINUTE_MS;
  let restedFromMs = world.startMs;
  while (atMs < world.endMs - 30 * MINUTE_MS) {
    const opened = world.refrigeratorOpenings.filter(({ fromMs }) => fromMs >= restedFromMs && fromMs < atMs).length;
    const runMs = random.around(15 * MINUTE_MS, 4 * MINUTE_MS) + opened * random.between(30_000, 70_000);
    spans.push({ fromMs: atMs, toMs: Math.min(atMs + runMs, world.endMs - MINUTE_MS) });
    restedFromMs = atMs;
    atMs += runMs + random.around(19 * MINUTE_MS, 4 * MINUTE_MS);
  }
  return spans;
}

/** The compressor: a short start-up peak, then a load that sinks as the inside cools. */
function compressorSteps(world: Use, random: Random): PowerStep[] {
  let sinceStart = 0;
  const spans = compressorSpans(world, random);
  const starts = new Set(spans.map(({ fromMs }) => fromMs));
  const steps = stepsWhile(spans, 1800, [50, 110], () => 0, random);
  return steps.map((step) => {
    if (starts.has(step.atMs)) {
      sinceStart = 0;
      return { atMs: step.atMs, powerMw: random.around(131_000, 12_000) };
    }
    sinceStart += 1;
    const runningMw = Math.max(74_000, 97_000 - sinceStart * 1400) + random.around(0, 3500);
    return step.powerMw === 0 ? { atMs: step.atMs, powerMw: runningMw } : step;
  });
}

/** The lamp inside the refrigerator. */
function lampSteps(world: Use): PowerStep[] {
  return world.refrigeratorOpenings.flatMap(({ fromMs, toMs }) => [
    { atMs: fromMs, powerMw: 9000 },
    { atMs: toMs, powerMw: 0 },
  ]);
}

/** What each appliance of the house draws in a day; `randomOf` gives each its own stream. */
export function loadsOf(use: Use, randomOf: (name: string) => Random): Record<string, Load> {
  const compressor = { restMw: 1800, steps: compressorSteps(use, randomOf('refrigerator')) };
  return {
    refrigerator: added([compressor, { restMw: 0, steps: lampSteps(use) }]),
    television: { restMw: 600, steps: televisionSteps(use, randomOf('television')) },
    kettle: { restMw: 0, steps: kettleSteps(use, randomOf('kettle')) },
  };
}

/** Adds appliances behind one socket: their steps, each appliance starting at its `restMw`, become steps of the sum. */
export function added(appliances: readonly Load[]): Load {
  const drawn = appliances.map(({ restMw }) => restMw);
  const all = appliances.flatMap(({ steps }, appliance) => steps.map((step) => ({ ...step, appliance })));
  all.sort((left, right) => left.atMs - right.atMs || left.appliance - right.appliance);
  const sum = (): number => drawn.reduce((total, each) => total + each, 0);
  const restMw = sum();
  const steps = all.map(({ atMs, powerMw, appliance }) => {
    drawn[appliance] = powerMw;
    return { atMs, powerMw: sum() };
  });
  return { restMw, steps };
}

/** What is drawn behind one socket or meter: a load by its name, or several joined by +; nothing for a name the house does not have. */
export function loadOf(world: Pick<DayWorld, 'loads'>, watches: string): Load {
  const [first, ...more] = watches.split('+').flatMap((name) => world.loads[name] ?? []);
  return first !== undefined && more.length === 0 ? first : added(first === undefined ? [] : [first, ...more]);
}
