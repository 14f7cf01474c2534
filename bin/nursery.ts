import { setFlagsFromString } from 'node:v8';

/** Messages a second from which a larger nursery is worth its memory: below, a home's hub stays as small as it can. */
const BUSY_PER_S = 500;

/**
 * Lets V8's nursery grow while many messages come, and keeps it small otherwise: a small one costs a third of the throughput,
 * a large one 20 MB of an idle hub (see `lean.mjs`). To be called with the rate about once a second.
 */
export function nurseryKeeper(): (messagesPerS: number) => void {
  let isBusy = false;
  return (messagesPerS) => {
    if (messagesPerS >= BUSY_PER_S === isBusy) return;
    isBusy = !isBusy;
    setFlagsFromString(`--semi-space-growth-factor=${isBusy ? 2 : 1}`);
  };
}
