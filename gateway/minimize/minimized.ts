import type { Category, Property, Quantity } from '../../proto/lists.ts';
import type { LiveGrant } from '../consent/grant.ts';

declare const minimized: unique symbol;

/** A record no finer than its grant allows, still with its grant and subject; only `minimize` makes one. */
export interface Minimized {
  readonly [minimized]: true;
  readonly grant: LiveGrant;
  readonly category: Category;
  readonly property: Property;
  readonly quantity: Quantity;
  /** 0: the home; otherwise the device, where the offer names devices as subjects. */
  readonly subject: number;
  readonly timeS: number;
  /** Length of the window in seconds; 0 for an event. */
  readonly windowS: number;
  readonly value: number;
  /** How much of the window was observed, in thousandths. */
  readonly observedPermille: number;
  readonly estimatedTime: boolean;
}
