import { join } from 'node:path';
import { diskEnvironment } from '../../kit/disk/build-shim.ts';
import { engawa } from '../machines/engawa.ts';
import { type Machine, withMachine } from '../machines/machine.ts';
import { ENGAWA } from '../machines/machine-set.ts';
import { STALLS_PRELOAD, stallsOf } from '../measure/stalls.ts';
import { type Measured, measuredRun, sentence } from './one-run.ts';
import type { Bench, Scenario } from './scenario.ts';

const RATE_PER_S = 200;
const SPAN_MS = 8_000;
const WARM_MS = 2_000;
/** Milliseconds that each sync of a slow card takes. */
const SLOW_SYNC_MS = 20;
/** Gather times of the two settings whose bars differ, in milliseconds. */
const GATHER_MS = [0, 15];

interface Setting {
  readonly machine: Machine;
  readonly stallsFile?: (folder: string) => string;
}

/** A busy home, 200 events a second: times, disk, CPU, and the same on a slow card with the stalls of the main thread. */
export const steady: Scenario = {
  name: 'steady',
  measures: '200 events a second: times, disk and CPU; with gathering; with every sync slowed to 20 ms',
  run: async (bench) => {
    const settings = [
      ...settingsOf(bench),
      ...bench.machines.filter(({ name }) => name !== ENGAWA).map((machine) => ({ machine })),
    ];
    for (let run = 0; run < bench.runs; run += 1) for (const setting of settings) await once(bench, setting);
  },
};

function settingsOf({ home }: Bench): Setting[] {
  const stallsFile = (folder: string) => join(folder, 'stalls.json');
  return GATHER_MS.flatMap((gatherMs): Setting[] => {
    const gather = { ENGAWA_GATHER_MS: String(gatherMs) };
    const slow = (data: string) => ({
      ...gather,
      ...diskEnvironment({ folder: data, syncMs: SLOW_SYNC_MS }),
      ENGAWA_BENCH_STALLS: stallsFile(join(data, '..')),
    });
    const name = `${ENGAWA}, gather ${gatherMs} ms`;
    return [
      { machine: engawa(name, home, { env: () => gather }) },
      {
        machine: engawa(`${name}, syncs of ${SLOW_SYNC_MS} ms`, home, { env: slow, preloads: [STALLS_PRELOAD] }),
        stallsFile,
      },
    ];
  });
}

async function once({ root, figures, say, quick }: Bench, { machine, stallsFile }: Setting): Promise<void> {
  const offered = { ratePerS: RATE_PER_S, spanMs: quick ? SPAN_MS / 2 : SPAN_MS };
  const add = (what: string, unit: string, value: number) =>
    figures.add({ scenario: 'steady', who: machine.name, what }, unit, value);
  const run = await withMachine(root, machine, async (session) => {
    const pid = session.pids[0] ?? 0;
    const file = stallsFile?.(session.place.folder);
    if (file !== undefined) await stallsOf(pid, file);
    const measured = await measuredRun(session, offered, WARM_MS);
    if (file !== undefined) add('longest stall of the main thread', 'ms', (await stallsOf(pid, file)).highest);
    return measured;
  });
  say(`  ${sentence(machine.name, RATE_PER_S, run)}`);
  note(add, run, stallsFile === undefined);
}

function note(add: (what: string, unit: string, value: number) => void, run: Measured, withUse: boolean): void {
  add('publish to PUBACK, p50', 'ms', run.pubackMs.p50);
  add('publish to PUBACK, p99', 'ms', run.pubackMs.p99);
  add('publish to cloud, p50', 'ms', run.cloudMs.p50);
  add('publish to cloud, p99', 'ms', run.cloudMs.p99);
  add('acknowledged and lost', 'events', run.missing);
  if (!withUse) return;
  add('disk written per event', 'B', run.used.diskBytes / run.events);
  add('CPU per 100,000 events', 's', (run.used.cpuS / run.events) * 1e5);
  add('memory', 'MB', run.used.memoryMB);
}
