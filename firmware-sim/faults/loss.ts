import type { Random } from '../random.ts';
import type { Act } from './act.ts';
import type { FaultOf } from './fault.ts';

/** Loses some messages. */
export function drop({ permille }: FaultOf<'drop'>, random: Random): Act {
  return { during: () => (random.chance(permille) ? 'drop' : 'pass') };
}

/** Says some messages twice. */
export function duplicate({ permille }: FaultOf<'duplicate'>, random: Random): Act {
  return { during: () => (random.chance(permille) ? 'double' : 'pass') };
}

/** Nothing of these topics arrives. */
export function wifiLoss(): Act {
  return { during: () => 'drop' };
}

/** Nobody speaks, and at the end everybody starts anew. */
export function powerCut({ toMs }: FaultOf<'powerCut'>): Act {
  let wasThere = false;
  let isBack = false;
  return {
    during: () => 'drop',
    *due(uptoMs) {
      // A cut that was over before the first message is none of this run's.
      if (wasThere && !isBack && uptoMs >= toMs) {
        isBack = true;
        yield { atMs: toMs, say: 'start' };
      }
      wasThere ||= uptoMs < toMs;
    },
  };
}
