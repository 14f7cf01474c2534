import { busyS, type Usage, usageOf } from './processes.ts';

const LOOK_MS = 100;

/** What processes used between two moments; memory is the highest of what was seen, the first process's own and all together. */
export interface Used {
  readonly cpuS: number;
  readonly diskBytes: number;
  readonly memoryMB: number;
  readonly memoryOfAllMB: number;
  readonly spanS: number;
  /** What everything on this computer used, these processes included, in seconds of one core. */
  readonly busyS: number;
}

/** Watches processes from now on; `end` says what they used. The first one is the machine itself. */
export function watch(pids: readonly number[]): { end(): Used } {
  const before = pids.map(usageOf);
  const fromMs = performance.now();
  const busyBefore = busyS();
  let memoryMB = 0;
  let memoryOfAllMB = 0;
  const look = (): Usage[] => {
    const now = pids.map(usageOf);
    memoryMB = Math.max(memoryMB, now[0]?.residentMB ?? 0);
    memoryOfAllMB = Math.max(memoryOfAllMB, sum(now, 'residentMB'));
    return now;
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    end: () => {
      clearInterval(timer);
      const after = look();
      return {
        cpuS: sum(after, 'cpuS') - sum(before, 'cpuS'),
        diskBytes: sum(after, 'diskBytes') - sum(before, 'diskBytes'),
        memoryMB,
        memoryOfAllMB,
        spanS: (performance.now() - fromMs) / 1_000,
        busyS: busyS() - busyBefore,
      };
    },
  };
}

function sum(usages: readonly Usage[], what: keyof Usage): number {
  return usages.reduce((total, usage) => total + usage[what], 0);
}
