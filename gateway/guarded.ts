import { Batch } from './batch.ts';
import type { PipelineParts } from './parts.ts';

/** A fault in the walk of one message (or window) lets nothing of it leave; it is counted, and `otherwise` says what is done instead. */
export function guarded(
  { clock, refusals, wayOut, witness }: PipelineParts,
  what: string,
  walk: (batch: Batch) => void,
  otherwise: (batch: Batch) => void = () => undefined,
): Batch {
  let isFaulty = false;
  const batch = Batch.of(walk, (fault, unused) => {
    isFaulty = true;
    refusals.count(clock.now().ms, 0, 'fault');
    wayOut()?.outbox.failed(unused);
    witness.fault(what, fault);
  });
  if (isFaulty) otherwise(batch);
  return batch;
}
