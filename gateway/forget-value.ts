import type { Kind } from '../devices/vocabulary.ts';
import { Batch } from './batch.ts';
import { keepWindow, setWindow } from './home-state.ts';
import { forgetState } from './intake/last-values.ts';
import { lose } from './minimize/open-window.ts';
import type { PipelineParts } from './parts.ts';
import type { Operation } from './store/store.ts';

/** What a value is forgotten from. */
export type ForgettingParts = Pick<PipelineParts, 'state' | 'consent' | 'clock'>;

/** Forgets a device's last value, so that its next one is no event, and takes it out of the windows that count on it. */
export function forgetValue(
  { state, consent, clock }: ForgettingParts,
  device: number,
  kind: Kind,
  batch: Batch,
): void {
  const { lastValues, windows } = state();
  const before = lastValues.get(device, kind);
  if (before) {
    lastValues.drop(device, kind);
    batch.undoing(() => lastValues.put(before));
    batch.add(...forgetState(device, kind));
  }
  for (const [key, { agreement, window }] of [...windows]) {
    const grant = consent().of(agreement, window.category);
    if (!grant || window.property !== kind) continue;
    const kept = { agreement, window: lose(grant, window, device, clock.now().ms) };
    if (kept.window === window) continue;
    batch.undoing(setWindow(state(), key, kept));
    batch.add(keepWindow(kept));
  }
}

/** Forgets values of several kinds in memory; the operations that make that durable. */
export function forgetValues(parts: ForgettingParts, device: number, kinds: readonly Kind[]): readonly Operation[] {
  const batch = new Batch();
  for (const kind of kinds) forgetValue(parts, device, kind, batch);
  return batch.operations;
}
