import { Batch } from './batch.ts';
import { hasCertainlyEnded, isHeard, isLive } from './consent/decide.ts';
import type { Moment } from './consent/grant.ts';
import { guarded } from './guarded.ts';
import { type KeptWindow, keepWindow, setWindow } from './home-state.ts';
import type { Minimized } from './minimize/minimized.ts';
import { comeBack, lookAway, type OpenWindow, roll } from './minimize/open-window.ts';
import type { PipelineParts } from './parts.ts';

/** What is done with a record that a window gave. */
type Release = (minimized: Minimized, batch: Batch) => void;

/** Closes the windows whose end has come and discards those whose grant has ended; what is to be committed for it. */
export function closeWindows(parts: PipelineParts, release: Release): Batch {
  const moment = parts.clock.moment();
  const batch = new Batch();
  // Each on its own: one that cannot be closed is discarded and holds up no other.
  for (const [key, kept] of [...parts.state().windows])
    batch.join(
      guarded(
        parts,
        'closing a window',
        (open) => close(parts, { key, kept, moment }, release, open),
        (open) => replace(parts, key, kept, undefined, open),
      ),
    );
  return batch;
}

function close(
  parts: PipelineParts,
  { key, kept, moment }: { key: string; kept: KeptWindow; moment: Moment },
  release: Release,
  batch: Batch,
): void {
  const { agreement, window } = kept;
  const grant = parts.consent().of(agreement, window.category);
  const isOver = !grant || hasCertainlyEnded(grant, moment);
  // By what is known of the time it may be over: nothing leaves, and nothing is lost until that is certain.
  if (!isOver && !isLive(grant, moment)) return;
  const now = { ms: moment.nowMs, told: parts.clock.told };
  const { offsetS } = parts.clock;
  // While something holds back what is seen, a window does not say that it watched.
  const isWatching = !isOver && isHeard(parts.consent(), grant, moment);
  const seen = (back: OpenWindow) => (!grant || isWatching ? back : lookAway(grant, back, moment.nowMs));
  const rolled = isOver
    ? { ready: [], withheld: undefined, window: undefined }
    : roll(grant, seen(comeBack(grant, window, now, offsetS)), moment.nowMs, offsetS);
  for (const minimized of rolled.ready) release(minimized, batch);
  if (rolled.withheld) parts.refusals.count(moment.nowMs, 0, rolled.withheld);
  replace(parts, key, kept, rolled.window, batch);
}

function replace(
  parts: PipelineParts,
  key: string,
  { agreement, window: before }: KeptWindow,
  window: OpenWindow | undefined,
  batch: Batch,
): void {
  batch.undoing(setWindow(parts.state(), key, window && { agreement, window }));
  if (!window) batch.add(['window.forget', agreement, before.category, before.property, before.subject]);
  else if (window.startMs !== before.startMs) batch.add(keepWindow({ agreement, window }));
}
