import type { Batch } from './batch.ts';
import type { ConsentIndex } from './consent/consent-index.ts';
import type { History } from './history/history.ts';
import type { HomeState } from './home-state.ts';
import type { Fate } from './intake/fate.ts';
import type { Known } from './intake/interpret.ts';
import type { Refusals } from './journal/refusals.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { HomeKeys } from './pseudonymize/home-keys.ts';
import type { HomeClock } from './time/home-clock.ts';
import type { Witness } from './witness.ts';

/** Where releases go once the hub is enrolled with an operator. */
export interface WayOut {
  readonly keys: HomeKeys;
  readonly outbox: Outbox;
  readonly ordinalOf: (agreement: number) => number;
}

/** What the walk leans on; `state` and `wayOut` are asked each time because both can be replaced. */
export interface PipelineParts {
  readonly state: () => HomeState;
  readonly dialectOf: Known['dialectOf'];
  readonly consent: () => ConsentIndex;
  readonly wayOut: () => WayOut | undefined;
  /** While the way out is being opened anew: until this resolves nothing is taken in, because ids would be drawn twice. */
  readonly opening?: () => Promise<void> | undefined;
  readonly clock: HomeClock;
  readonly history: History;
  readonly refusals: Refusals;
  readonly witness: Witness;
  /** Commits a batch and tells what it holds; on failure restores the state from disk and resolves with `failed`. */
  readonly commit: (batch: Batch) => Promise<Fate>;
}
