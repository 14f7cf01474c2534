import type { Refusal } from '../consent/refusal.ts';
import { coarsen, type Said } from './coarsen.ts';
import type { Minimized } from './minimized.ts';
import type { Profile } from './profile.ts';

/** What an event or a closed window came to: one record or none, and why there is none although there was something to say. */
export interface Told {
  readonly ready: readonly Minimized[];
  readonly withheld: Refusal | undefined;
}

/** What a record is of: everything in it that is no value. */
type About = Pick<Minimized, 'grant' | 'category' | 'property' | 'subject' | 'timeS' | 'windowS' | 'estimatedTime'>;

/** Makes the record that a profile allows of what was gathered. */
export function tell(about: About, said: Said, { steps, quantity }: Profile): Told {
  const left = coarsen(said, steps);
  if (!left) return { ready: [], withheld: 'suppressed' };
  return { ready: [{ ...about, quantity, ...left } as Minimized], withheld: undefined };
}
