import type { Observation } from '../../devices/observation.ts';
import type { LiveGrant } from './grant.ts';

declare const permitted: unique symbol;

/** An observation together with the one grant that lets it go on; only `decide` makes one. */
export interface Permitted {
  readonly [permitted]: true;
  readonly observation: Observation;
  readonly grant: LiveGrant;
}
