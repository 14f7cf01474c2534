import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const TICKS_PER_S = 100;
const STOP_MS = 15_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** Notes a process that is ours: it does not outlive this one. */
export function follow(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

/** Resolves when a process has ended. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Tells a process to stop and waits until it is gone; one that does not listen is ended. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended(child);
  clearTimeout(timer);
}

/** What a process has used so far: CPU seconds, bytes it caused to be written to disk, memory in MB now and at its peak. */
export interface Usage {
  readonly cpuS: number;
  readonly diskBytes: number;
  readonly residentMB: number;
  readonly peakMB: number;
}

/** Reads what the system counts for a process (Linux: /proc). */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const io = readFileSync(`/proc/${pid}/io`, 'latin1');
  return {
    cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S,
    diskBytes: numberIn(io, /^write_bytes: (\d+)/m),
    residentMB: numberIn(status, /VmRSS:\s+(\d+)/) / 1024,
    peakMB: numberIn(status, /VmHWM:\s+(\d+)/) / 1024,
  };
}

/** Seconds that all cores of this computer have worked, added up. */
export function busyS(): number {
  const [, user = 0, nice = 0, system = 0, , , interrupts = 0, soft = 0, stolen = 0] =
    readFileSync('/proc/stat', 'latin1').split('\n', 1)[0]?.split(/ +/).map(Number) ?? [];
  return (user + nice + system + interrupts + soft + stolen) / TICKS_PER_S;
}

function numberIn(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}
