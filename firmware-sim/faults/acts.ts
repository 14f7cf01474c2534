import type { Random } from '../random.ts';
import type { Act } from './act.ts';
import { clock1970, clockSkew } from './clock.ts';
import { dialectChange } from './dialect.ts';
import type { FaultOf, StreamFault, StreamKind } from './fault.ts';
import { drop, duplicate, powerCut, wifiLoss } from './loss.ts';
import { chatty, ghosts, malformed, oversize } from './noise.ts';
import { delay, reorder } from './order.ts';
import { sentinel, stuck, unitFlip } from './values.ts';

const ACTS: { readonly [Kind in StreamKind]: (fault: FaultOf<Kind>, random: Random) => Act } = {
  drop,
  duplicate,
  reorder,
  delay,
  stuck,
  sentinel,
  unitFlip,
  dialectChange,
  chatty,
  clockSkew,
  clock1970,
  powerCut,
  wifiLoss,
  ghosts,
  oversize,
  malformed,
};

/** Puts a fault to work on one stream. */
export function actOf<Kind extends StreamKind>(fault: StreamFault & { kind: Kind }, random: Random): Act {
  const act = ACTS[fault.kind] as (fault: StreamFault, random: Random) => Act;
  return act(fault, random);
}

/** Whether there is such a fault of the stream. */
export function isStreamKind(kind: string): kind is StreamKind {
  return Object.hasOwn(ACTS, kind);
}
