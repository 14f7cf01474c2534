import { type Category, type Property, STATE_CODES } from '../../proto/lists.ts';
import { FIRST_CAT, TOTAL } from '../world/home-plan.ts';
import type { DayWorld, Load } from '../world/house.ts';
import { joinSpans } from '../world/spans.ts';

/** What one device says in a day: a state with its changes, or a load. */
export interface Series {
  readonly subject: number;
  readonly property: Property;
  /** Values from their instant on; the first from the day's beginning. */
  readonly steps: readonly { readonly atMs: number; readonly value: number }[];
  /** Which state is counted. */
  readonly counted: number;
}

/** Somebody who moves is taken for present so long. */
const PRESENT_MS = 60_000;

/** What the devices of a category say in a day; nothing for a category that the simulator does not make. */
export function seriesOf(category: Category, world: DayWorld, perDevice: boolean): Series[] {
  const { startMs } = world;
  const subject = (index: number): number => (perDevice ? index + 1 : 0);
  const switching = (
    property: Property,
    spans: readonly { fromMs: number; toMs: number }[],
    off: number,
    on: number,
    index: number,
  ) => ({
    subject: subject(index),
    property,
    counted: on,
    steps: [
      { atMs: startMs, value: off },
      ...spans.flatMap(({ fromMs, toMs }) => [
        { atMs: fromMs, value: on },
        { atMs: toMs, value: off },
      ]),
    ],
  });
  const drawing = ({ restMw, steps }: Load, index: number): Series => ({
    subject: subject(index),
    property: 'power.active',
    counted: -1,
    steps: [{ atMs: startMs, value: restMw }, ...steps.map(({ atMs, powerMw }) => ({ atMs, value: powerMw }))],
  });
  const { 'contact.state': contact, 'occupancy.state': occupancy, 'lock.state': lock } = STATE_CODES;
  const made: Partial<Record<Category, () => Series[]>> = {
    'contact.doorWindow': () =>
      Object.values(world.openings).map((spans, index) =>
        switching('contact.state', spans, contact.closed, contact.open, index),
      ),
    'lock.state': () => {
      const unlocked = world.passages.map(({ unlockMs, lockMs }) => ({ fromMs: unlockMs, toMs: lockMs }));
      return [switching('lock.state', unlocked, lock.locked, lock.unlocked, 0)];
    },
    'presence.person': () => {
      const people = world.movements.filter(({ who }) => who < FIRST_CAT);
      return [...Map.groupBy(people, ({ place }) => place)]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([, moved], index) => {
          const seen = moved.map(({ atMs }) => ({ fromMs: atMs, toMs: Math.min(atMs + PRESENT_MS, world.endMs - 1) }));
          return switching('occupancy.state', joinSpans(seen, 0), occupancy.clear, occupancy.detected, index);
        });
    },
    'power.total': () => [drawing(world.loads[TOTAL] ?? { restMw: 0, steps: [] }, 0)],
    'power.appliance': () =>
      Object.entries(world.loads)
        .filter(([name]) => name !== TOTAL)
        .map(([, load], index) => drawing(load, index)),
  };
  return made[category]?.() ?? [];
}

/** The value that holds at an instant. */
export function valueAt(steps: Series['steps'], atMs: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle]?.atMs ?? 0) <= atMs) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return steps[low - 1]?.value ?? 0;
}

/** Value times milliseconds between two instants. */
export function integral(steps: Series['steps'], fromMs: number, toMs: number): number {
  return steps.reduce((sum, { atMs, value }, index) => {
    const endMs = Math.min(toMs, steps[index + 1]?.atMs ?? toMs);
    return sum + Math.max(0, endMs - Math.max(fromMs, atMs)) * value;
  }, 0);
}
