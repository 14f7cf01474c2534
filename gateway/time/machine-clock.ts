import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { MachineClock } from './time-line.ts';

/** The clocks of this machine. `boot` names its present start where the system says; then monotonic time goes on from one process to the next. */
export interface SystemClock extends MachineClock {
  readonly boot: string | undefined;
  /** Adds the time the machine slept since the last call, which its monotonic clock leaves out. A few microseconds: not for every event. */
  noticeSleep(): void;
}

/** Less than this between two readings is their grain, in milliseconds. */
const GRAIN_MS = 1_000;

/** Opens the clocks of this machine. */
export function openSystemClock(): SystemClock {
  const boot = readBoot();
  const startMs = boot === undefined ? 0 : Number(process.hrtime.bigint() / 1_000n) / 1_000 - performance.now();
  const awayMs = () => (boot === undefined ? 0 : uptime() * 1_000 - startMs - performance.now());
  // Some containers are shown an uptime of their own: shorter than the monotonic clock, it says nothing about sleep.
  let sleptMs = Math.max(0, awayMs());
  const isOwnUptime = awayMs() < -GRAIN_MS;
  return {
    boot,
    wallMs: Date.now,
    monotonicMs: () => startMs + performance.now() + sleptMs,
    noticeSleep: () => {
      const seenMs = isOwnUptime ? 0 : awayMs();
      if (seenMs > sleptMs + GRAIN_MS) sleptMs = seenMs;
    },
  };
}

function readBoot(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
