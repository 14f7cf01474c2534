import type { Permitted } from '../consent/permitted.ts';
import type { Refusal } from '../consent/refusal.ts';
import { begin, type OpenWindow, roll, subjectOf, watch } from './open-window.ts';
import { MILLIWATTS_PER_WATT } from './operators.ts';
import { COUNTED_CODE, gatheringOf, type LadderKind, leavingKind, type Profile, profileOf } from './profile.ts';
import { type Told, tell } from './tell.ts';
import type { ZoneOffsetS } from './window.ts';

/** What minimizing did: records that are ready, the window's next state (if there is one), or a reason why the observation went no further. */
export interface Step extends Told {
  readonly window: OpenWindow | undefined;
  readonly refusal: Refusal | undefined;
}

/** Makes a permitted observation as coarse as its grant asks. Pure: the same inputs give the same bytes. */
export function minimize(permitted: Permitted, window: OpenWindow | undefined, zone: ZoneOffsetS): Step {
  const { observation, grant } = permitted;
  const kind = leavingKind(observation.category, observation.property);
  const profile = kind && profileOf(kind, grant.level);
  if (!kind || !profile) return refused(window, 'noProfile');
  const gathering = gatheringOf(kind, grant.level);
  if (!gathering) return { ...keep(permitted, kind, profile), window, refusal: undefined };
  // Between two readings of a counter lie hours that nobody agreed to.
  const hasHours = grant.voices.some(({ scope }) => scope.hours !== undefined);
  if (profile.operator === 'sumOfDifferences' && hasHours) return refused(window, 'noProfile');
  if (window && observation.atMs < window.startMs) return refused(window, 'late');

  const rolled = window && roll(grant, window, observation.atMs, zone);
  const open = rolled?.window ?? begin(permitted, kind, profile, zone);
  const device = String(observation.device);
  const share = gathering.operator.add(open.shares[device], observation, COUNTED_CODE[kind]);
  const filled = {
    ...watch(open, observation.atMs),
    shares: { ...open.shares, [device]: share },
    estimatedTime: open.estimatedTime || observation.estimatedTime,
  };
  return { ready: rolled?.ready ?? [], window: filled, refusal: undefined, withheld: rolled?.withheld };
}

function refused(window: OpenWindow | undefined, refusal: Refusal): Step {
  return { ready: [], window, refusal, withheld: undefined };
}

/** `keep`: the event itself, as coarse in its value as the profile says. */
function keep({ observation, grant }: Permitted, property: LadderKind, profile: Profile): Told {
  const { category, device, estimatedTime } = observation;
  const value = profile.quantity === 'power_w' ? observation.value / MILLIWATTS_PER_WATT : observation.value;
  const timeS = Math.floor(observation.atMs / 1000);
  const about = { grant, category, property, subject: subjectOf(grant, device), timeS, windowS: 0, estimatedTime };
  return tell(about, { value, observedPermille: 1000 }, profile);
}
