import type { DevicePlan } from '../dialects/speaker.ts';
import type { Random } from '../random.ts';
import { loadOf } from '../world/appliances.ts';
import { FIRST_CAT } from '../world/home-plan.ts';
import type { DayWorld, PowerStep } from '../world/house.ts';
import { joinSpans, type Span } from '../world/spans.ts';

/** A wired infrared sensor holds its output so long after the last movement. */
const HOLD_MS = 20_000;

/** Movements it does not see, of 1,000: behind furniture, or too slow for it. */
const UNSEEN_PERMILLE = 60;

/** Movements of an animal that an infrared sensor overlooks; a camera sees them as it sees people. */
const ANIMAL_UNSEEN_PERMILLE = 650;

/** One change of a wired input: a door opens or closes, somebody begins or ceases to move. */
export interface Change {
  readonly atMs: number;
  readonly on: boolean;
}

/** How a wired contact or motion sensor's input changes in a day; on means open, or movement. */
export function inputChanges({ kind, watches }: DevicePlan, world: DayWorld, random: Random): Change[] {
  const spans =
    kind === 'contact'
      ? (world.openings[watches] ?? [])
      : seenSpans(world, watches, kind === 'motion' ? ANIMAL_UNSEEN_PERMILLE : UNSEEN_PERMILLE, random);
  return spans.flatMap(({ fromMs, toMs }) => {
    const onMs = fromMs + random.between(40, 180);
    const offMs = Math.min(toMs + random.between(40, 180), world.endMs - 1);
    return offMs > onMs ? [{ atMs: onMs, on: true } as const, { atMs: offMs, on: false } as const] : [];
  });
}

function seenSpans(world: DayWorld, place: string, animalPermille: number, random: Random): Span[] {
  const seen = world.movements.filter(
    (movement) =>
      movement.place === place && !random.chance(movement.who < FIRST_CAT ? UNSEEN_PERMILLE : animalPermille),
  );
  // A gap shorter than the two delays of `inputChanges` would put an end behind the next beginning.
  return joinSpans(
    seen.map(({ atMs }) => ({ fromMs: atMs, toMs: atMs + HOLD_MS })),
    500,
  );
}

/** What a socket or meter carries in a day, beginning with what it carried when the day began. */
export function drawnSteps({ watches }: DevicePlan, world: DayWorld): PowerStep[] {
  const { restMw, steps } = loadOf(world, watches);
  return [{ atMs: world.startMs, powerMw: restMw }, ...steps];
}

/** Instants of a report that comes by the device's own clock, `everyMs` apart. */
export function ticks(world: DayWorld, everyMs: number, phaseMs: number): number[] {
  const first = world.startMs + ((((phaseMs - world.startMs) % everyMs) + everyMs) % everyMs);
  return Array.from({ length: Math.ceil((world.endMs - first) / everyMs) }, (_, index) => first + index * everyMs);
}
