import type { Random } from '../random.ts';
import type { DayWorld, Load, PowerStep } from './house.ts';
import type { Span } from './spans.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Power steps of something that draws `levelMw()` while a span lasts, drawn anew every `everyS` seconds, and `restMw` otherwise. */
export function stepsWhile(
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

/** When a compressor runs: cycles that begin before the day and end with it; each opening of the door lengthens the next. */
function compressorSpans(day: Span, openings: readonly Span[], random: Random): Span[] {
  const spans: Span[] = [];
  let atMs = day.fromMs + random.between(4, 16) * MINUTE_MS;
  let restedFromMs = day.fromMs;
  while (atMs < day.toMs - 30 * MINUTE_MS) {
    const opened = openings.filter(({ fromMs }) => fromMs >= restedFromMs && fromMs < atMs).length;
    const runMs = random.around(15 * MINUTE_MS, 4 * MINUTE_MS) + opened * random.between(30_000, 70_000);
    spans.push({ fromMs: atMs, toMs: Math.min(atMs + runMs, day.toMs - MINUTE_MS) });
    restedFromMs = atMs;
    atMs += runMs + random.around(19 * MINUTE_MS, 4 * MINUTE_MS);
  }
  return spans;
}

/** A compressor: a short start-up peak, then a load that sinks as the inside cools. */
export function compressorLoad(day: Span, openings: readonly Span[], random: Random): Load {
  let sinceStart = 0;
  const spans = compressorSpans(day, openings, random);
  const starts = new Set(spans.map(({ fromMs }) => fromMs));
  const steps = stepsWhile(spans, 1800, [50, 110], () => 0, random);
  return {
    restMw: 1800,
    steps: steps.map((step) => {
      if (starts.has(step.atMs)) {
        sinceStart = 0;
        return { atMs: step.atMs, powerMw: random.around(131_000, 12_000) };
      }
      sinceStart += 1;
      const runningMw = Math.max(74_000, 97_000 - sinceStart * 1400) + random.around(0, 3500);
      return step.powerMw === 0 ? { atMs: step.atMs, powerMw: runningMw } : step;
    }),
  };
}

/** The lamp inside a refrigerator, while its door is open. */
export function lampLoad(openings: readonly Span[]): Load {
  const steps = openings.flatMap(({ fromMs, toMs }) => [
    { atMs: fromMs, powerMw: 9000 },
    { atMs: toMs, powerMw: 0 },
  ]);
  return { restMw: 0, steps };
}

/** Adds appliances behind one socket: their steps, each appliance starting at its `restMw`, become steps of the sum. */
export function added(appliances: readonly Load[]): Load {
  const drawn = appliances.map(({ restMw }) => restMw);
  const all = appliances.flatMap(({ steps }, appliance) => steps.map((step) => ({ ...step, appliance })));
  all.sort((left, right) => left.atMs - right.atMs || left.appliance - right.appliance);
  const restMw = drawn.reduce((total, each) => total + each, 0);
  let sumMw = restMw;
  const steps = all.map(({ atMs, powerMw, appliance }) => {
    sumMw += powerMw - (drawn[appliance] ?? 0);
    drawn[appliance] = powerMw;
    return { atMs, powerMw: sumMw };
  });
  return { restMw, steps };
}

/** What is drawn behind one socket or meter: a load by its name, or several joined by +; nothing for a name the house does not have. */
export function loadOf(world: Pick<DayWorld, 'loads'>, watches: string): Load {
  const [first, ...more] = watches.split('+').flatMap((name) => world.loads[name] ?? []);
  return first !== undefined && more.length === 0 ? first : added(first === undefined ? [] : [first, ...more]);
}
