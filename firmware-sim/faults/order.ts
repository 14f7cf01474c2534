import type { Random } from '../random.ts';
import type { Act } from './act.ts';
import type { FaultOf } from './fault.ts';

/** Delays each message by its own time, so that one overtakes another. */
export function reorder({ withinMs }: FaultOf<'reorder'>, random: Random): Act {
  return { during: () => ({ byMs: random.between(0, withinMs) }) };
}

/** Delays each message; none goes before one that came before it. */
export function delay({ leastMs, mostMs }: FaultOf<'delay'>, random: Random): Act {
  let lastDueMs = Number.NEGATIVE_INFINITY;
  return {
    during({ atMs }) {
      lastDueMs = Math.max(lastDueMs, atMs + random.between(leastMs, mostMs));
      return { byMs: lastDueMs - atMs };
    },
  };
}
