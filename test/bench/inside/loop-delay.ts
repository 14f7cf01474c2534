import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

// Loaded into the hub by --import: the product itself carries nothing for it. SIGUSR2 writes down the longest stall of
// the main thread since the last signal, and begins anew.
const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;
const file = process.env.ENGAWA_BENCH_STALLS;

if (isMainThread && file !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('SIGUSR2', () => {
    // The measured time contains the wait that was asked for.
    const highest = Math.max(0, delay.max / NS_PER_MS - RESOLUTION_MS);
    const p99 = Math.max(0, delay.percentile(99) / NS_PER_MS - RESOLUTION_MS);
    writeFileSync(file, JSON.stringify({ highest, p99 }));
    delay.reset();
  });
}
