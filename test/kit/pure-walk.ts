import type { Observation } from '../../devices/observation.ts';
import { ConsentIndex } from '../../gateway/consent/consent-index.ts';
import { decide, isLive } from '../../gateway/consent/decide.ts';
import type { LiveGrant, Moment, Place } from '../../gateway/consent/grant.ts';
import { minimize } from '../../gateway/minimize/minimize.ts';
import type { Minimized } from '../../gateway/minimize/minimized.ts';
import { type OpenWindow, roll, subjectOf, windowKey } from '../../gateway/minimize/open-window.ts';
import type { ZoneOffsetS } from '../../gateway/minimize/window.ts';

/** The two stages that decide what a home gives away, so that a test can put a broken one in their place. */
export interface Stages {
  readonly decide: typeof decide;
  readonly minimize: typeof minimize;
  readonly roll: typeof roll;
}

/** One thing that happens: an observation at a place, or only time that passes. */
export interface Happening {
  readonly observation?: Observation;
  readonly place: Place;
  readonly moment: Moment;
}

/** The stages as the hub has them. */
export const STAGES: Stages = { decide, minimize, roll };

const UTC: ZoneOffsetS = () => 0;

interface Kept {
  readonly agreement: number;
  readonly window: OpenWindow;
}

/** Consent and minimization alone, as the pipeline runs them, over happenings in the order of their time. */
export function walk(
  grants: readonly LiveGrant[],
  happenings: readonly Happening[],
  stages: Stages = STAGES,
  zone: ZoneOffsetS = UTC,
): Minimized[] {
  const index = new ConsentIndex(grants);
  const windows = new Map<string, Kept>();
  const out: Minimized[] = [];
  for (const { observation, place, moment } of happenings) {
    close(index, windows, moment, { zone, roll: stages.roll }, out);
    if (!observation) continue;
    for (const permitted of stages.decide(observation, index, place, moment).permitted) {
      const { grant } = permitted;
      const subject = subjectOf(grant, observation.device);
      const key = windowKey(grant.agreement, observation.category, observation.property, subject);
      const step = stages.minimize(permitted, windows.get(key)?.window, zone);
      out.push(...step.ready);
      if (step.window) windows.set(key, { agreement: grant.agreement, window: step.window });
    }
  }
  return out;
}

function close(
  index: ConsentIndex,
  windows: Map<string, Kept>,
  moment: Moment,
  { zone, roll: closing }: { zone: ZoneOffsetS; roll: Stages['roll'] },
  out: Minimized[],
) {
  for (const [key, { agreement, window }] of windows) {
    const grant = index.of(agreement, window.category);
    const isOpen = grant && isLive(grant, moment);
    const rolled = isOpen ? closing(grant, window, moment.nowMs, zone) : { ready: [], window: undefined };
    out.push(...rolled.ready);
    if (rolled.window) windows.set(key, { agreement, window: rolled.window });
    else windows.delete(key);
  }
}
