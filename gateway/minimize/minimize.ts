import type { Permitted } from '../consent/permitted.ts';
import type { Refusal } from '../consent/refusal.ts';
import type { Minimized } from './minimized.ts';
import { begin, type OpenWindow, roll, subjectOf, watch } from './open-window.ts';
import { WINDOW_OPERATORS, wattsOf } from './operators.ts';
import { COUNTED_CODE, hasLadder, type LadderKind, type Profile, profileOf } from './profile.ts';
import type { ZoneOffsetS } from './window.ts';

/** What minimizing did: records that are ready, the window's next state (if there is one), or a reason why the observation went no further. */
export interface Step {
  readonly ready: readonly Minimized[];
  readonly window: OpenWindow | undefined;
  readonly refusal: Refusal | undefined;
}

/** Makes a permitted observation as coarse as its grant asks. Pure: the same inputs give the same bytes. */
export function minimize(permitted: Permitted, window: OpenWindow | undefined, zone: ZoneOffsetS): Step {
  const { observation, grant } = permitted;
  const kind = observation.property;
  const profile = hasLadder(kind) ? profileOf(kind, grant.level) : undefined;
  if (!hasLadder(kind) || profile === undefined || profile.operator === 'drop')
    return { ready: [], window, refusal: 'noProfile' };
  if (profile.operator === 'keep') return { ready: [keep(permitted, kind, profile)], window, refusal: undefined };
  if (window && observation.atMs < window.startMs) return { ready: [], window, refusal: 'late' };

  const operator = WINDOW_OPERATORS[profile.operator];
  const rolled = window ? roll(grant, window, observation.atMs, zone) : { ready: [], window: undefined };
  const open = rolled.window ?? begin(permitted, kind, profile, zone);
  const device = String(observation.device);
  const share = operator.add(open.shares[device], observation, COUNTED_CODE[kind]);
  const filled = {
    ...watch(open, observation.atMs),
    shares: { ...open.shares, [device]: share },
    estimatedTime: open.estimatedTime || observation.estimatedTime,
  };
  return { ready: rolled.ready, window: filled, refusal: undefined };
}

function keep({ observation, grant }: Permitted, property: LadderKind, profile: Profile): Minimized {
  const value = profile.quantity === 'power_w' ? wattsOf(observation.value) : observation.value;
  return {
    grant,
    category: observation.category,
    property,
    quantity: profile.quantity,
    subject: subjectOf(grant, observation.device),
    timeS: Math.floor(observation.atMs / 1000),
    windowS: 0,
    value,
    observedPermille: 1000,
    estimatedTime: observation.estimatedTime,
  } as Minimized;
}
