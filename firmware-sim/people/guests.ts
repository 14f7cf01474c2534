import type { Random } from '../random.ts';
import { FIRST_GUEST, type HomePlan } from '../world/home-plan.ts';
import type { Visit } from '../world/house.ts';
import type { Circumstances } from './circumstances.ts';
import { Plan } from './plan.ts';

/** The visits of guests, who come through the front door and go through it. */
export function guestDays(
  home: HomePlan,
  startMs: number,
  endS: number,
  { guests }: Circumstances,
  randomOf: (guest: number) => Random,
): Visit[] {
  const { living, bathroom } = home.roles;
  return Array.from({ length: guests?.count ?? 0 }, (_, index) => FIRST_GUEST + index).flatMap((guest, index) => {
    const plan = new Plan(home, guest, startMs, randomOf(guest));
    plan.until('away', 'out', (guests?.comeS ?? 0) + index * 4);
    while (plan.nowS < (guests?.goS ?? 0) - 45 * 60) {
      plan.stay(living, 'relax', 25, 70).stay(bathroom, 'wash', 2, 4);
    }
    plan.until(living, 'relax', (guests?.goS ?? 0) + index * 4).until('away', 'out', endS);
    return plan.visits;
  });
}
